import { LazyBody } from '../../ui/LazyBody.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { words } from '../../words/words.js';
import { lazyBodies } from './lazy-bodies.js';

export function BrowsePage() {
  return (
    <>
      <PaneHead title={words.rooms.browse} />
      <LazyBody code={lazyBodies}>{({ BrowseBody }) => <BrowseBody />}</LazyBody>
    </>
  );
}
