import { mentionsOf } from '../../../../src/rooms/messages/mentions.js';
import { MAX_UNCONFIRMED } from '../../../../src/rooms/room/notification-level.js';
import { partOf } from '../../store/state.js';
import { useSelected } from '../../store/use-store.js';
import { membershipIn } from '../rooms/memberships.js';
import { roomMembers } from '../rooms/room-members.js';

/** Who may mention everyone in a room: `confirmed`, an owner who has read how many people that notifies. */
export type MentionAll = 'anyone' | 'confirmed' | 'nobody';

interface Everyone {
  /** The number of members; null until it is known. */
  readonly count: number | null;
  readonly allowed: MentionAll;
}

/** What `@all` of this user does in a room. Until the number of members is known, an owner is asked, and others are not. */
export function useEveryone(roomId: string): Everyone {
  const count = useSelected(({ state }) => partOf(state, roomMembers).get(roomId)?.part.count);
  const role = useSelected(({ state }) => membershipIn(state, roomId)?.role);
  const kind = useSelected(({ state }) => membershipIn(state, roomId)?.room.kind);
  const isLarge = kind !== 'direct' && (count === undefined || count > MAX_UNCONFIRMED);
  if (!isLarge) return { count: count ?? null, allowed: 'anyone' };
  if (role === 'owner') return { count: count ?? null, allowed: 'confirmed' };
  return count === undefined ? { count: null, allowed: 'anyone' } : { count, allowed: 'nobody' };
}

export const hasAll = (text: string): boolean => mentionsOf(text).all;
