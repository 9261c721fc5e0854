import { LazyCode } from '../../state/lazy-code.js';
import { LazyBody } from '../../ui/LazyBody.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { words } from '../../words/words.js';

const newRoom = new LazyCode(() => import('./NewRoomBody.js'));

export function NewRoomPage() {
  return (
    <>
      <PaneHead title={words.rooms.newConversation} />
      <LazyBody code={newRoom}>{({ NewRoomBody }) => <NewRoomBody />}</LazyBody>
    </>
  );
}
