import type { LazyCode } from '../state/lazy-code.js';
import { useSelected } from '../store/use-store.js';
import { words } from '../words/words.js';
import { FailureText } from './FailureText.js';
import { useIsMissing } from './use-lazy-code.js';

/** In place of code that is being loaded, or could not be loaded. */
export function MissingCode({ code }: { code: LazyCode<unknown> }) {
  return useIsMissing(code, true) ? <NotLoaded /> : <p role="status">{words.app.loading}</p>;
}

/** Offers to reload the page once there is a connection: Chromium does not fetch a module again that it could not fetch. */
export function NotLoaded() {
  const isLive = useSelected(({ status }) => status.state === 'live');
  return (
    <>
      <FailureText text={words.app.notLoaded} />
      {isLive && (
        <button type="button" onClick={() => location.reload()}>
          {words.app.reload}
        </button>
      )}
    </>
  );
}
