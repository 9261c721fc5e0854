import type { Schema } from '@carillon/nestjs';
import { PreparedQuery } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { ExpressionBuilder, Kysely, Selectable } from 'kysely';
import { MAX_LIVE_MEMBERS } from './limits.js';
import type { Member, Role } from './room.js';
import type { MembersTable } from './rooms.tables.js';

const FIND = new PreparedQuery<Pick<MembersTable, 'room_id' | 'user_id'>, Selectable<MembersTable>>(
  (db, place) =>
    db
      .selectFrom('members')
      .selectAll()
      .where('room_id', '=', place('room_id'))
      .where('user_id', '=', place('user_id')),
);

type OfUser = Pick<MembersTable, 'user_id'>;

const SHOWN_ROOMS = new PreparedQuery<OfUser, { room_id: string }>((db, place) =>
  db
    .selectFrom('members')
    .select('room_id')
    .where('user_id', '=', place('user_id'))
    .where('hidden', '=', 0),
);

/** No more members of a room are looked at than decide: a large room has many. */
const isSmall = (of: ExpressionBuilder<WithMine, 'mine'>) =>
  of.not(
    of.exists(
      of
        .selectFrom('members')
        .select('members.user_id')
        .whereRef('members.room_id', '=', 'mine.room_id')
        .limit(1)
        .offset(MAX_LIVE_MEMBERS),
    ),
  );

type WithMine = Schema & { mine: Schema['members'] };

const SMALL_ROOMS = new PreparedQuery<OfUser, { room_id: string }>((db, place) =>
  db
    .selectFrom('members as mine')
    .select('mine.room_id')
    .where('mine.user_id', '=', place('user_id'))
    .where(isSmall),
);

const COMPANIONS = new PreparedQuery<OfUser, { user_id: string }>((db, place) =>
  db
    .selectFrom('members as mine')
    .innerJoin('members as other', 'other.room_id', 'mine.room_id')
    .select('other.user_id')
    .distinct()
    .where('mine.user_id', '=', place('user_id'))
    .where(isSmall),
);

/** Members of rooms in SQL. Each method runs on the connection it is given. */
@Injectable()
export class MembersRepository {
  async insertMember(
    db: Kysely<Schema>,
    roomId: string,
    { userId, role, joinedAt }: Member,
    readSeq: number,
  ): Promise<void> {
    await db
      .insertInto('members')
      .values({
        room_id: roomId,
        user_id: userId,
        role,
        read_seq: readSeq,
        joined_at: joinedAt,
      })
      .execute();
  }

  async setRole(db: Kysely<Schema>, roomId: string, userId: string, role: Role): Promise<void> {
    await db
      .updateTable('members')
      .set({ role })
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .execute();
  }

  async removeMember(db: Kysely<Schema>, roomId: string, userId: string): Promise<void> {
    await db
      .deleteFrom('members')
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .execute();
  }

  async findMember(
    db: Kysely<Schema>,
    roomId: string,
    userId: string,
  ): Promise<Member | undefined> {
    const { rows } = await FIND.run(db, { room_id: roomId, user_id: userId });
    return rows[0] && toMember(rows[0]);
  }

  /** Hides a direct conversation from a member, or shows it again. @returns whether that changed anything. */
  async setHidden(
    db: Kysely<Schema>,
    roomId: string,
    userId: string,
    hidden: boolean,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('members')
      .set({ hidden: Number(hidden) })
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .where('hidden', '<>', Number(hidden))
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async countMembers(db: Kysely<Schema>, roomId: string): Promise<number> {
    const query = db.selectFrom('members').select(({ fn }) => fn.countAll<number>().as('count'));
    return (await query.where('room_id', '=', roomId).executeTakeFirstOrThrow()).count;
  }

  /** Reads at most one member more than that. */
  async hasMoreThan(db: Kysely<Schema>, roomId: string, count: number): Promise<boolean> {
    const query = db.selectFrom('members').select('user_id').where('room_id', '=', roomId);
    return (await query.limit(1).offset(count).executeTakeFirst()) !== undefined;
  }

  /** Does not count hidden direct conversations: others may have opened them. */
  async countRooms(db: Kysely<Schema>, userId: string): Promise<number> {
    const { count } = await db
      .selectFrom('members')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .where('hidden', '=', 0)
      .executeTakeFirstOrThrow();
    return count;
  }

  async members(db: Kysely<Schema>, roomId: string): Promise<Member[]> {
    const query = db.selectFrom('members').selectAll().where('room_id', '=', roomId);
    return (await query.orderBy('user_id').execute()).map(toMember);
  }

  /** The rooms of a user, without hidden direct conversations. */
  async shownRoomIdsOf(db: Kysely<Schema>, userId: string): Promise<string[]> {
    const { rows } = await SHOWN_ROOMS.run(db, { user_id: userId });
    return rows.map(({ room_id }) => room_id);
  }

  /** The members of a room, without those who hide the direct conversation. */
  async shownUserIdsOf(db: Kysely<Schema>, roomId: string): Promise<string[]> {
    const query = db.selectFrom('members').select('user_id').where('room_id', '=', roomId);
    return (await query.where('hidden', '=', 0).execute()).map(({ user_id }) => user_id);
  }

  async roomIdsOf(db: Kysely<Schema>, userId: string): Promise<string[]> {
    const query = db.selectFrom('members').select('room_id').where('user_id', '=', userId);
    return (await query.execute()).map(({ room_id }) => room_id);
  }

  /** The rooms of a user that have at most MAX_LIVE_MEMBERS members. */
  async smallRoomIdsOf(db: Kysely<Schema>, userId: string): Promise<string[]> {
    const { rows } = await SMALL_ROOMS.run(db, { user_id: userId });
    return rows.map(({ room_id }) => room_id);
  }

  /** The members of the rooms of a user that have at most MAX_LIVE_MEMBERS members. */
  async companionsOf(db: Kysely<Schema>, userId: string): Promise<string[]> {
    const { rows } = await COMPANIONS.run(db, { user_id: userId });
    return rows.map(({ user_id }) => user_id);
  }

  /** The members of at least one of these rooms. */
  async membersOfAny(db: Kysely<Schema>, roomIds: readonly string[]): Promise<string[]> {
    if (roomIds.length === 0) return [];
    const query = db.selectFrom('members').select('user_id').distinct();
    const rows = await query.where('room_id', 'in', roomIds).execute();
    return rows.map(({ user_id }) => user_id);
  }

  /** One of the rooms of a user, except direct conversations. */
  async oneRoomOf(db: Kysely<Schema>, userId: string): Promise<string | undefined> {
    const row = await db
      .selectFrom('members')
      .innerJoin('rooms', 'rooms.id', 'members.room_id')
      .select('rooms.id')
      .where('members.user_id', '=', userId)
      .where('rooms.kind', '<>', 'direct')
      .limit(1)
      .executeTakeFirst();
    return row?.id;
  }
}

export const toMember = (row: Pick<MembersTable, 'user_id' | 'role' | 'joined_at'>): Member => ({
  userId: row.user_id,
  role: row.role,
  joinedAt: row.joined_at,
});
