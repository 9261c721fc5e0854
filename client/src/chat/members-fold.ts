import type { Fact } from './facts.js';
import { foldInvitations } from './invitations-fold.js';
import type { Invitation, Member } from './room.js';

/** Who is in a room, and who is asked to be. */
export interface RoomMembers {
  readonly members: readonly Member[];
  readonly invitations: readonly Invitation[];
}

/** The members of one room after one more fact. */
export function foldMembers(room: RoomMembers, fact: Fact, roomId: string): RoomMembers {
  const invitations = foldInvitations(room.invitations, fact, (each) => each.roomId === roomId);
  return { members: foldList(room.members, fact, roomId), invitations };
}

function foldList(members: readonly Member[], fact: Fact, roomId: string): readonly Member[] {
  switch (fact.name) {
    case 'member.joined': {
      const { roomId: where, member } = fact.data;
      return where === roomId ? [...without(members, member.userId), member] : members;
    }
    case 'member.changed': {
      const { roomId: where, member } = fact.data;
      if (where !== roomId) return members;
      return members.map((each) => (each.userId === member.userId ? member : each));
    }
    case 'member.left':
      return fact.data.roomId === roomId ? without(members, fact.data.userId) : members;
    default:
      return members;
  }
}

function without(members: readonly Member[], userId: string): readonly Member[] {
  return members.filter((each) => each.userId !== userId);
}
