import type { StreamEvent } from '../../store/events.js';
import type { Message } from '../rooms/message.js';

/** The found messages after one more event, without those that the user can no longer read. */
export function foldFound(found: readonly Message[], event: StreamEvent): readonly Message[] {
  switch (event.name) {
    case 'message.edited': {
      const { previousMentions: _, previousMentionsAll: __, ...edited } = event.data;
      return found.map((message) => (message.id === edited.id ? edited : message));
    }
    case 'message.deleted':
      return found.filter(({ id }) => id !== event.data.id);
    case 'room.left':
      return found.filter(({ roomId }) => roomId !== event.data.roomId);
    default:
      return found;
  }
}
