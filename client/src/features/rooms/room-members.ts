import type { StreamEvent } from '../../store/events.js';
import type { AsOf, Slice } from '../../store/state.js';
import { foldMembers, type RoomMembers } from './members-fold.js';

/** By the id of the room; of those rooms whose members were needed. */
export type MembersByRoom = ReadonlyMap<string, AsOf<RoomMembers>>;

export const roomMembers: Slice<MembersByRoom> = {
  name: 'room members',
  initial: new Map(),
  fold: foldAll,
  afterGap: () => new Map(),
};

function foldAll(all: MembersByRoom, event: StreamEvent): MembersByRoom {
  if (event.name === 'room.left')
    return new Map([...all].filter(([roomId]) => roomId !== event.data.roomId));
  if (!event.name.startsWith('member.') && event.name !== 'room.updated') return all;
  return new Map(
    Array.from(all, ([roomId, known]) => [roomId, foldRoomMembers(known, event, roomId)]),
  );
}

export function foldRoomMembers(
  known: AsOf<RoomMembers>,
  event: StreamEvent,
  roomId: string,
): AsOf<RoomMembers> {
  const { position } = event;
  if (position <= known.position) return known;
  return { part: foldMembers(known.part, event, roomId), position };
}
