import type { StreamEvent } from '../../store/events.js';
import type { Invitation } from './room.js';

type Concerns = (invitation: { readonly roomId: string; readonly userId: string }) => boolean;

/** Invitations after one more event, oldest first: those of a user or of a room, as `concerns` selects them. */
export function foldInvitations(
  invitations: readonly Invitation[],
  event: StreamEvent,
  concerns: Concerns,
): readonly Invitation[] {
  switch (event.name) {
    case 'member.invited': {
      const { room, userId } = event.data;
      if (!concerns({ roomId: room.id, userId })) return invitations;
      // A user with two reasons to receive the event receives it twice.
      return [...without(invitations, room.id, userId), event.data];
    }
    case 'member.uninvited':
      return without(invitations, event.data.roomId, event.data.userId);
    case 'room.updated':
      return invitations.map((each) =>
        each.room.id === event.data.id ? { ...each, room: event.data } : each,
      );
    default:
      return invitations;
  }
}

function without(
  invitations: readonly Invitation[],
  roomId: string,
  userId: string,
): readonly Invitation[] {
  return invitations.filter((each) => each.room.id !== roomId || each.userId !== userId);
}
