import type { StreamEvent } from '../../store/events.js';
import type { Message } from '../rooms/message.js';

/** The messages of a list after one more event, without those that the user can no longer read. */
export function foldListed(listed: readonly Message[], event: StreamEvent): readonly Message[] {
  switch (event.name) {
    case 'message.edited': {
      const { previousMentions: _, previousMentionsAll: __, ...edited } = event.data;
      return listed.map((message) => (message.id === edited.id ? edited : message));
    }
    case 'message.deleted':
      return listed.filter(({ id }) => id !== event.data.id);
    case 'room.left':
      return listed.filter(({ roomId }) => roomId !== event.data.roomId);
    default:
      return listed;
  }
}
