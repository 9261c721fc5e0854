import type { LazyCode } from '../state/lazy-code.js';
import { useIsLive } from '../store/use-store.js';
import { words } from '../words/words.js';
import { FailureText } from './FailureText.js';
import { useIsMissing } from './use-lazy-code.js';

/** In place of code that is being loaded, or could not be loaded. */
export function MissingCode({ code }: { code: LazyCode<unknown> }) {
  return useIsMissing(code, true) ? <NotLoaded /> : <p role="status">{words.app.loading}</p>;
}

/** A reload helps where a newer version of the page has replaced the code. */
export function NotLoaded() {
  const isLive = useIsLive();
  return (
    <>
      <FailureText text={isLive ? words.app.notLoaded : words.app.loadedLater} />
      {isLive && (
        <button type="button" onClick={() => location.reload()}>
          {words.app.reload}
        </button>
      )}
    </>
  );
}
