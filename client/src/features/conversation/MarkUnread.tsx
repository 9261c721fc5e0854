import { useStore } from '../../store/use-store.js';
import { MenuAction } from '../../ui/MenuAction.js';
import { words } from '../../words/words.js';
import type { Message } from '../rooms/message.js';
import { readMarkers } from './read-markers.js';

/** Marks a message and all later ones as unread. */
export function MarkUnread({ message, onDone }: { message: Message; onDone: () => void }) {
  const markers = useStore().service(readMarkers);
  return (
    <MenuAction work={() => markers.unread(message.roomId, message.seq)} onDone={onDone}>
      {words.conversation.markUnread}
    </MenuAction>
  );
}
