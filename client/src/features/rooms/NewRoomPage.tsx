import { LazyBody } from '../../ui/LazyBody.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { words } from '../../words/words.js';
import { lazyBodies } from './lazy-bodies.js';

export function NewRoomPage() {
  return (
    <>
      <PaneHead title={words.rooms.newConversation} />
      <LazyBody code={lazyBodies}>{({ NewRoomBody }) => <NewRoomBody />}</LazyBody>
    </>
  );
}
