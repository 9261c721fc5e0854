import type { Fact } from './facts.js';
import type { Invitation } from './room.js';

type Concerns = (invitation: { readonly roomId: string; readonly userId: string }) => boolean;

/** Invitations after one more fact, the oldest first: those that `concerns` picks, of a person or of a room. */
export function foldInvitations(
  invitations: readonly Invitation[],
  fact: Fact,
  concerns: Concerns,
): readonly Invitation[] {
  switch (fact.name) {
    case 'member.invited': {
      const { room, userId } = fact.data;
      if (!concerns({ roomId: room.id, userId })) return invitations;
      // It is told twice to who is concerned twice.
      return [...without(invitations, room.id, userId), fact.data];
    }
    case 'member.uninvited':
      return without(invitations, fact.data.roomId, fact.data.userId);
    case 'room.updated':
      return invitations.map((each) =>
        each.room.id === fact.data.id ? { ...each, room: fact.data } : each,
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
