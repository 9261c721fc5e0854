import type { StreamEvent } from '../../store/events.js';
import { foldInvitations } from './invitations-fold.js';
import type { Invitation, Member } from './room.js';

/** The members of a room, as far as they are loaded, and its open invitations. */
export interface RoomMembers {
  /** In the order of their ids. */
  readonly members: readonly Member[];
  /** Where the others are: `url` has the members after `floor`. Null if all are loaded. */
  readonly rest: { readonly url: string; readonly floor: string } | null;
  /** Others whom a search has found, or who have joined. */
  readonly found: readonly Member[];
  /** How many members the room has, and the position as of which they were counted. */
  readonly count: number;
  readonly countedAt: number;
  readonly invitations: readonly Invitation[];
}

/** The members of one room after one more event. */
export function foldMembers(room: RoomMembers, event: StreamEvent, roomId: string): RoomMembers {
  return {
    ...room,
    members: foldList(room.members, event, roomId).filter(
      ({ userId }) => room.rest === null || userId <= room.rest.floor,
    ),
    found: foldList(room.found, event, roomId),
    count: room.count + (event.position > room.countedAt ? difference(event, roomId) : 0),
    invitations: foldInvitations(room.invitations, event, (each) => each.roomId === roomId),
  };
}

/** The members of another page after the events since it was read, in any order of the two. */
export function withPage(
  room: RoomMembers,
  page: Pick<RoomMembers, 'members' | 'rest'>,
  events: readonly StreamEvent[],
  roomId: string,
): RoomMembers {
  const { floor = '' } = room.rest ?? {};
  const { rest } = page;
  const members = events
    .reduce((all, event) => foldList(all, event, roomId), page.members)
    .filter(({ userId }) => userId > floor && (rest === null || userId <= rest.floor));
  return { ...room, members: [...room.members, ...members], rest };
}

export const withFound = (room: RoomMembers, found: readonly Member[]): RoomMembers => ({
  ...room,
  found: [...found.reduce((all, { userId }) => without(all, userId), room.found), ...found],
});

function foldList(
  members: readonly Member[],
  event: StreamEvent,
  roomId: string,
): readonly Member[] {
  switch (event.name) {
    case 'member.joined': {
      const { roomId: where, member } = event.data;
      if (where !== roomId) return members;
      return [...without(members, member.userId), member].toSorted(byId);
    }
    case 'member.changed': {
      const { roomId: where, member } = event.data;
      if (where !== roomId) return members;
      return members.map((each) => (each.userId === member.userId ? member : each));
    }
    case 'member.left':
      return event.data.roomId === roomId ? without(members, event.data.userId) : members;
    default:
      return members;
  }
}

function difference({ name, data }: StreamEvent, roomId: string): number {
  if (name === 'member.joined' && data.roomId === roomId) return 1;
  return name === 'member.left' && data.roomId === roomId ? -1 : 0;
}

const byId = (one: Member, other: Member) => (one.userId < other.userId ? -1 : 1);

function without(members: readonly Member[], userId: string): readonly Member[] {
  return members.filter((each) => each.userId !== userId);
}
