import { earliest, positionOf } from '../live/cursor.js';
import type { User } from '../users/user.js';
import { fetchMyInvitations, fetchMyRooms, fetchPeople } from './chat-api.js';
import type { ChatState } from './chat-fold.js';

export interface Snapshot {
  /** Each part with the position as of which it was read. */
  readonly parts: Pick<ChatState, 'memberships' | 'invitations'>;
  readonly people: readonly User[];
  /** From here on, nothing is missing for any part. */
  readonly cursor: string;
}

export async function fetchSnapshot(signal: AbortSignal): Promise<Snapshot> {
  const [rooms, invitations, people] = await Promise.all([
    fetchMyRooms(signal),
    fetchMyInvitations(signal),
    fetchPeople(signal),
  ]);
  return {
    parts: {
      memberships: { part: rooms.body, position: positionOf(rooms.cursor) },
      invitations: { part: invitations.body, position: positionOf(invitations.cursor) },
    },
    people: people.body,
    cursor: earliest([rooms.cursor, invitations.cursor, people.cursor]),
  };
}
