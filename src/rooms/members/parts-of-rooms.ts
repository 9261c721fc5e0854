import type { Schema } from '@carillon/nestjs';
import type { Kysely } from 'kysely';
import { toMember } from '../room/members.repository.js';
import { type Message, toMessage } from '../room/message.js';
import type { Member } from '../room/room.js';

/** The last message of each room, by the id of the room. */
export async function lastMessages(
  db: Kysely<Schema>,
  roomIds: readonly string[],
): Promise<Map<string, Message>> {
  const rows = await db
    .selectFrom('rooms')
    .innerJoin('messages', (join) =>
      join.onRef('messages.room_id', '=', 'rooms.id').onRef('messages.seq', '=', 'rooms.last_seq'),
    )
    .selectAll('messages')
    .where('rooms.id', 'in', roomIds)
    .execute();
  return new Map(rows.map((row) => [row.room_id, toMessage(row)]));
}

/** The two members of each direct conversation, by the id of the room. */
export async function membersOfDirect(
  db: Kysely<Schema>,
  roomIds: readonly string[],
): Promise<Map<string, Member[]>> {
  const rows = await db
    .selectFrom('rooms')
    .innerJoin('members as both', 'both.room_id', 'rooms.id')
    .select(['both.room_id', 'both.user_id', 'both.role', 'both.joined_at'])
    .where('rooms.id', 'in', roomIds)
    .where('rooms.kind', '=', 'direct')
    .orderBy('both.user_id')
    .execute();
  const byRoom = Map.groupBy(rows, ({ room_id }) => room_id);
  return new Map([...byRoom].map(([id, both]) => [id, both.map(toMember)]));
}

/** The `seq` of each message that a user has saved, by the id of the room. */
export async function savedIn(
  db: Kysely<Schema>,
  userId: string,
  roomIds: readonly string[],
): Promise<Map<string, number[]>> {
  const rows = await db
    .selectFrom('saved_messages')
    .select(['room_id', 'seq'])
    .where('user_id', '=', userId)
    .where('room_id', 'in', roomIds)
    .orderBy('seq')
    .execute();
  const byRoom = Map.groupBy(rows, ({ room_id }) => room_id);
  return new Map([...byRoom].map(([id, saved]) => [id, saved.map(({ seq }) => seq)]));
}
