import { earliest, positionOf } from '../live/cursor.js';
import type { User } from '../users/user.js';
import { fetchMyBlocks, fetchMyInvitations, fetchMyRooms, fetchPeople } from './chat-api.js';
import type { ChatState } from './chat-fold.js';
import type { Invitation } from './room.js';

export interface Snapshot {
  /** Each part with the position as of which it was read. */
  readonly parts: Pick<ChatState, 'memberships' | 'invitations' | 'blocks'>;
  readonly people: readonly User[];
  /** From here on, nothing is missing for any part. */
  readonly cursor: string;
}

export async function fetchSnapshot(signal: AbortSignal): Promise<Snapshot> {
  const [rooms, invitations, blocks, people] = await Promise.all([
    fetchMyRooms(signal),
    fetchMyInvitations(signal),
    fetchMyBlocks(signal),
    fetchPeople(signal),
  ]);
  return {
    parts: {
      memberships: { part: rooms.body, position: positionOf(rooms.cursor) },
      blocks: {
        part: new Set(blocks.body.map(({ userId }) => userId)),
        position: positionOf(blocks.cursor),
      },
      invitations: { part: byAge(invitations.body), position: positionOf(invitations.cursor) },
    },
    people: people.body,
    cursor: earliest([rooms.cursor, invitations.cursor, blocks.cursor, people.cursor]),
  };
}

/** The oldest first, as the fold keeps them. */
const byAge = (invitations: readonly Invitation[]): readonly Invitation[] =>
  invitations.toSorted((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
