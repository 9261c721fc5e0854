import type { State } from '../../store/state.js';
import { words } from '../../words/words.js';
import { nameOf } from '../people/people.js';
import type { Membership, Room } from './room.js';

/** The other user of a direct conversation; null in a room. */
export function otherOf({ members = [] }: Membership, me: string): string | null {
  return members.find(({ userId }) => userId !== me)?.userId ?? null;
}

export function titleOf(state: State, membership: Membership): string {
  const other = otherOf(membership, state.me);
  return other === null ? roomName(membership.room) : nameOf(state, other);
}

export function roomName({ name }: Room): string {
  return name ?? words.rooms.direct;
}
