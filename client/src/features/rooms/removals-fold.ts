import type { StreamEvent } from '../../store/events.js';
import type { Membership, Room } from './room.js';

/** The rooms from which another user removed this user since the page was opened, as they were then, by id. */
export type Removals = ReadonlyMap<string, Room>;

export function foldRemovals(
  removals: Removals,
  event: StreamEvent,
  { me, memberships }: { readonly me: string; readonly memberships: readonly Membership[] },
): Removals {
  if (event.name === 'room.joined') return without(removals, event.data.room.id);
  if (event.name !== 'room.left') return removals;
  const { roomId, by } = event.data;
  const left = memberships.find(({ room }) => room.id === roomId);
  if (by === me) return without(removals, roomId);
  return left ? new Map(removals).set(roomId, left.room) : removals;
}

function without(removals: Removals, roomId: string): Removals {
  if (!removals.has(roomId)) return removals;
  return new Map([...removals].filter(([id]) => id !== roomId));
}
