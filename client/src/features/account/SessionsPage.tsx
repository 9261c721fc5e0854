import { LazyBody } from '../../ui/LazyBody.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { words } from '../../words/words.js';
import { lazyBodies } from './lazy-bodies.js';

/** The sessions of the user. */
export function SessionsPage() {
  return (
    <>
      <PaneHead title={words.account.whereSignedIn} />
      <LazyBody code={lazyBodies}>{({ SessionsBody }) => <SessionsBody />}</LazyBody>
    </>
  );
}
