import type { Schema } from '@carillon/nestjs';
import { PreparedQuery } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely';
import { type Keyset, type Page, pageOf } from '../../http/paging.js';
import { defaultLevel, type Level } from '../room/notification-level.js';
import type { Member, Membership, ReadMarker } from '../room/room.js';
import { toRoom } from '../room/rooms.repository.js';
import type { MembersTable, RoomsTable } from '../room/rooms.tables.js';
import { lastMessages, membersOfDirect, savedIn } from './parts-of-rooms.js';

const MOVE_MARKER = new PreparedQuery<
  Pick<MembersTable, 'room_id' | 'user_id' | 'read_seq'> & { from: number }
>((db, place) =>
  db
    .updateTable('members')
    .set({ read_seq: place('read_seq') })
    .where('room_id', '=', place('room_id'))
    .where('user_id', '=', place('user_id'))
    .where('read_seq', '<', place('read_seq'))
    .where('read_seq', '>=', place('from')),
);

/** Memberships in SQL: the room, the read marker, the last message, and the unread counts, which each query counts. */
@Injectable()
export class MembershipsRepository {
  /** One page without hidden direct conversations, in the order of the rooms' ids. */
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

  /** The memberships in some rooms, hidden ones included. */
  inRooms(db: Kysely<Schema>, userId: string, roomIds: readonly string[]): Promise<Membership[]> {
    return this.#memberships(db, userId, roomIds);
  }

  async find(db: Kysely<Schema>, userId: string, roomId: string): Promise<Membership | undefined> {
    return (await this.#memberships(db, userId, [roomId]))[0];
  }

  async marker(db: Kysely<Schema>, userId: string, roomId: string): Promise<ReadMarker> {
    const row = await this.#counted(db, userId, [roomId]).executeTakeFirstOrThrow();
    const { read_seq: readSeq, unread } = row;
    return { roomId, readSeq, unread, mentions: row.mentions + row.mentionsOfAll };
  }

  /** Moves the read marker forward, unless it is before `from`. @returns whether it moved. */
  async moveMarker(
    db: Kysely<Schema>,
    userId: string,
    roomId: string,
    seq: number,
    from: number,
  ): Promise<boolean> {
    const row = { room_id: roomId, user_id: userId, read_seq: seq, from };
    return (await MOVE_MARKER.run(db, row)).numAffectedRows === 1n;
  }

  /** Moves the read marker back. @returns whether it moved. */
  async moveMarkerBack(
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
      .where('read_seq', '>', seq)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** The `seq` of the last message of a room that counts as unread for a user, without the deleted ones. */
  async lastOfOthers(
    db: Kysely<Schema>,
    userId: string,
    roomId: string,
  ): Promise<number | undefined> {
    const row = await db
      .selectFrom('messages')
      .select('seq')
      .where('room_id', '=', roomId)
      .where('author_id', '<>', userId)
      .where('deleted_at', 'is', null)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.seq;
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
      .leftJoin('notification_levels as chosen', (join) =>
        join
          .onRef('chosen.room_id', '=', 'members.room_id')
          .onRef('chosen.user_id', '=', 'members.user_id'),
      )
      .leftJoin('favourites', (join) =>
        join
          .onRef('favourites.room_id', '=', 'members.room_id')
          .onRef('favourites.user_id', '=', 'members.user_id'),
      )
      .selectAll('rooms')
      .select(['chosen.level', 'chosen.muted_until', 'favourites.room_id as favourite'])
      .orderBy('rooms.id', order)
      .execute();
    const last = await lastMessages(db, roomIds);
    const direct = await membersOfDirect(db, roomIds);
    const saved = await savedIn(db, userId, roomIds);
    return rows.map((row) => {
      const lastMessage = last.get(row.id) ?? null;
      const members = direct.get(row.id);
      return toMembership(row, { saved: saved.get(row.id) ?? [], lastMessage, members });
    });
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
          .where('mentions.with_all', '=', 0)
          .$asScalar()
          .$notNull()
          .as('mentions'),
        mentionsOfAll(of).as('mentionsOfAll'),
      ])
      .where('members.user_id', '=', userId)
      .where('members.room_id', 'in', roomIds);
  }
}

/** Messages with `@all`. They are counted here, even if they also mention the member by name. */
const mentionsOfAll = (of: ExpressionBuilder<Schema, 'members'>) =>
  of
    .selectFrom('messages')
    .select(sql<number>`count(*)`.as('mentions'))
    .whereRef('messages.room_id', '=', 'members.room_id')
    .whereRef('messages.seq', '>', 'members.read_seq')
    .whereRef('messages.author_id', '<>', 'members.user_id')
    // Not a parameter: SQLite uses the partial index only for a condition that it can compare.
    .where(sql<boolean>`messages.mentions_all = 1`)
    .$asScalar()
    .$notNull();

type MembershipRow = Selectable<RoomsTable> &
  Pick<Selectable<MembersTable>, 'role' | 'joined_at' | 'read_seq'> & {
    readonly unread: number;
    readonly mentions: number;
    readonly mentionsOfAll: number;
    readonly level: Level | null;
    readonly muted_until: string | null;
    readonly favourite: string | null;
  };

type Parts = Pick<Membership, 'saved' | 'lastMessage'> & {
  readonly members: readonly Member[] | undefined;
};

const toMembership = (row: MembershipRow, { members, ...parts }: Parts): Membership => ({
  room: toRoom(row),
  role: row.role,
  joinedAt: row.joined_at,
  lastSeq: row.last_seq,
  readSeq: row.read_seq,
  unread: row.unread,
  mentions: row.mentions + row.mentionsOfAll,
  level: row.level ?? defaultLevel(row.kind),
  mutedUntil: row.muted_until,
  favourite: row.favourite !== null,
  ...parts,
  ...(members && { members }),
});
