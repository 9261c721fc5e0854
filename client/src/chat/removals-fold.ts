import type { ChatState } from './chat-fold.js';
import type { Fact } from './facts.js';
import type { Room } from './room.js';

/** The rooms that someone else has removed me from since the page was opened, as they were then, by id. */
export type Removals = ReadonlyMap<string, Room>;

export function foldRemovals(
  removals: Removals,
  fact: Fact,
  { me, memberships }: Pick<ChatState, 'me' | 'memberships'>,
): Removals {
  if (fact.name === 'room.joined') return without(removals, fact.data.room.id);
  if (fact.name !== 'room.left') return removals;
  const { roomId, by } = fact.data;
  const left = memberships.part.find(({ room }) => room.id === roomId);
  if (by === me) return without(removals, roomId);
  return left ? new Map(removals).set(roomId, left.room) : removals;
}

function without(removals: Removals, roomId: string): Removals {
  if (!removals.has(roomId)) return removals;
  return new Map([...removals].filter(([id]) => id !== roomId));
}
