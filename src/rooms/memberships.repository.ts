import { Injectable } from '@nestjs/common';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { MembersTable, RoomsTable, Schema } from '../database/schema.js';
import { type Keyset, type Page, pageOf } from '../http/paging.js';
import type { Message } from './message.js';
import { toMessage } from './messages.repository.js';
import type { Member, Membership, ReadMarker } from './room.js';
import { toRoom } from './rooms.repository.js';

/** What a member has of a room: how far they have read, what is left, what was said last. Counted anew each time. */
@Injectable()
export class MembershipsRepository {
  /** One page of what a user sees, in the order of the rooms' ids. */
  async page(
    db: Kysely<Schema>,
    userId: string,
    { afterKey, limit, order }: Keyset,
  ): Promise<Page<Membership>> {
    const rows = await db
      .selectFrom('members')
      .select('room_id')
      .where('user_id', '=', userId)
      .where('hidden', '=', 0)
      .$if(afterKey !== undefined, (query) =>
        query.where('room_id', order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy('room_id', order)
      .limit(limit + 1)
      .execute();
    const keyOf = ({ room_id }: { room_id: string }): string => room_id;
    const { items: roomIds, next } = pageOf(rows, limit, keyOf, keyOf);
    return { items: await this.#memberships(db, userId, roomIds, order), next };
  }

  /** Those in some rooms, hidden ones included. */
  inRooms(db: Kysely<Schema>, userId: string, roomIds: readonly string[]): Promise<Membership[]> {
    return this.#memberships(db, userId, roomIds);
  }

  async find(db: Kysely<Schema>, userId: string, roomId: string): Promise<Membership | undefined> {
    return (await this.#memberships(db, userId, [roomId]))[0];
  }

  async marker(db: Kysely<Schema>, userId: string, roomId: string): Promise<ReadMarker> {
    const row = await this.#counted(db, userId, [roomId]).executeTakeFirstOrThrow();
    return { roomId, readSeq: row.read_seq, unread: row.unread, mentions: row.mentions };
  }

  /** Moves it forward. @returns whether it moved. */
  async moveMarker(
    db: Kysely<Schema>,
    userId: string,
    roomId: string,
    seq: number,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('members')
      .set({ read_seq: seq })
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .where('read_seq', '<', seq)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async #memberships(
    db: Kysely<Schema>,
    userId: string,
    roomIds: readonly string[],
    order: Keyset['order'] = 'asc',
  ): Promise<Membership[]> {
    if (roomIds.length === 0) return [];
    const rows = await this.#counted(db, userId, roomIds)
      .innerJoin('rooms', 'rooms.id', 'members.room_id')
      .selectAll('rooms')
      .orderBy('rooms.id', order)
      .execute();
    const last = await this.#lastMessages(db, roomIds);
    const direct = await this.#membersOfDirect(db, roomIds);
    return rows.map((row) => toMembership(row, last.get(row.id), direct.get(row.id)));
  }

  #counted(db: Kysely<Schema>, userId: string, roomIds: readonly string[]) {
    return db
      .selectFrom('members')
      .select(['members.role', 'members.joined_at', 'members.read_seq'])
      .select((of) => [
        of
          .selectFrom('messages')
          .select(sql<number>`count(*)`.as('unread'))
          .whereRef('messages.room_id', '=', 'members.room_id')
          .whereRef('messages.seq', '>', 'members.read_seq')
          .whereRef('messages.author_id', '<>', 'members.user_id')
          .where('messages.deleted_at', 'is', null)
          .$asScalar()
          .$notNull()
          .as('unread'),
        of
          .selectFrom('mentions')
          .select(sql<number>`count(*)`.as('mentions'))
          .whereRef('mentions.room_id', '=', 'members.room_id')
          .whereRef('mentions.user_id', '=', 'members.user_id')
          .whereRef('mentions.seq', '>', 'members.read_seq')
          .$asScalar()
          .$notNull()
          .as('mentions'),
      ])
      .where('members.user_id', '=', userId)
      .where('members.room_id', 'in', roomIds);
  }

  async #lastMessages(
    db: Kysely<Schema>,
    roomIds: readonly string[],
  ): Promise<Map<string, Message>> {
    const rows = await db
      .selectFrom('rooms')
      .innerJoin('messages', (join) =>
        join
          .onRef('messages.room_id', '=', 'rooms.id')
          .onRef('messages.seq', '=', 'rooms.last_seq'),
      )
      .selectAll('messages')
      .where('rooms.id', 'in', roomIds)
      .execute();
    return new Map(rows.map((row) => [row.room_id, toMessage(row)]));
  }

  async #membersOfDirect(
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
    return new Map(
      [...byRoom].map(([id, both]) => [
        id,
        both.map(({ user_id, role, joined_at }) => ({
          userId: user_id,
          role,
          joinedAt: joined_at,
        })),
      ]),
    );
  }
}

type MembershipRow = Selectable<RoomsTable> &
  Pick<Selectable<MembersTable>, 'role' | 'joined_at' | 'read_seq'> & {
    readonly unread: number;
    readonly mentions: number;
  };

const toMembership = (
  row: MembershipRow,
  lastMessage: Message | undefined,
  members: readonly Member[] | undefined,
): Membership => ({
  room: toRoom(row),
  role: row.role,
  joinedAt: row.joined_at,
  lastSeq: row.last_seq,
  readSeq: row.read_seq,
  unread: row.unread,
  mentions: row.mentions,
  lastMessage: lastMessage ?? null,
  ...(members && { members }),
});
