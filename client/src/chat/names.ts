import { fullName, type User } from '../users/user.js';
import type { ChatState } from './chat-fold.js';
import type { Membership, Room } from './room.js';

export function nameOf(state: ChatState, userId: string): string {
  const user = state.people.get(userId);
  return user ? fullName(user).trim() : 'Someone';
}

/** The other one of a direct conversation. */
export function otherOf({ members = [] }: Membership, me: string): string | null {
  return members.find(({ userId }) => userId !== me)?.userId ?? null;
}

export function titleOf(state: ChatState, membership: Membership): string {
  const other = otherOf(membership, state.me);
  return other === null ? roomName(membership.room) : nameOf(state, other);
}

export function roomName({ name }: Room): string {
  return name ?? 'Direct conversation';
}

/** At most two letters that stand for a person. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word = '') => (Array.from(word)[0] ?? '').toUpperCase()).join('');
}

/** By the beginning of a name or username; those who can be mentioned. */
export function matches({ firstname, lastname, username }: User, begun: string): boolean {
  const lower = begun.toLowerCase();
  return [username, firstname, lastname].some((name) => name?.toLowerCase().startsWith(lower));
}
