import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely';
import type { InvitationsTable, MembersTable, RoomsTable, Schema } from '../database/schema.js';
import { type Keyset, type Page, pageOf } from '../http/paging.js';
import type { Invitation, Member, Role, Room } from './room.js';

/** Rooms, who is in them and who is invited, in SQL. Each method runs on the connection it is given. */
@Injectable()
export class RoomsRepository {
  async insert(db: Kysely<Schema>, room: Room): Promise<void> {
    await db.insertInto('rooms').values(toRow(room, null)).execute();
  }

  /** @returns whether it was stored; not where the two have one already. */
  async insertDirect(db: Kysely<Schema>, room: Room, directKey: string): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('rooms')
      .values(toRow(room, directKey))
      .onConflict((conflict) => conflict.column('direct_key').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async update(db: Kysely<Schema>, room: Room): Promise<void> {
    await db
      .updateTable('rooms')
      .set({ name: room.name, archived_at: room.archivedAt, updated_at: room.updatedAt })
      .where('id', '=', room.id)
      .execute();
  }

  async find(db: Kysely<Schema>, id: string): Promise<Room | undefined> {
    const row = await db.selectFrom('rooms').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toRoom(row);
  }

  /** The room, which nobody else changes, nor anything in it, until the transaction ends. */
  async lock(db: Kysely<Schema>, id: string): Promise<Room | undefined> {
    const query = db.selectFrom('rooms').selectAll().where('id', '=', id).forUpdate();
    const row = await query.executeTakeFirst();
    return row && toRoom(row);
  }

  async findDirect(db: Kysely<Schema>, directKey: string): Promise<Room | undefined> {
    const query = db.selectFrom('rooms').selectAll().where('direct_key', '=', directKey);
    const row = await query.executeTakeFirst();
    return row && toRoom(row);
  }

  /** One page of the public rooms by keyset, and whether more follows. */
  async publicPage(db: Kysely<Schema>, { afterKey, limit, order }: Keyset): Promise<Page<Room>> {
    const rows = await db
      .selectFrom('rooms')
      .selectAll()
      .where('kind', '=', 'public')
      .$if(afterKey !== undefined, (query) =>
        query.where('id', order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy('id', order)
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ id }) => id, toRoom);
  }

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
    const row = await db
      .selectFrom('members')
      .selectAll()
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row && toMember(row);
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

  /** Without the direct conversations that the user hides: others may have opened them. */
  async countRooms(db: Kysely<Schema>, userId: string): Promise<number> {
    const { count } = await db
      .selectFrom('members')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .where('hidden', '=', 0)
      .executeTakeFirstOrThrow();
    return count;
  }

  /** One page in the order of the users' ids. */
  async membersPage(
    db: Kysely<Schema>,
    roomId: string,
    { afterKey, limit, order }: Keyset,
  ): Promise<Page<Member>> {
    const rows = await db
      .selectFrom('members')
      .selectAll()
      .where('room_id', '=', roomId)
      .$if(afterKey !== undefined, (query) =>
        query.where('user_id', order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy('user_id', order)
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ user_id }) => user_id, toMember);
  }

  async members(db: Kysely<Schema>, roomId: string): Promise<Member[]> {
    const query = db.selectFrom('members').selectAll().where('room_id', '=', roomId);
    return (await query.orderBy('user_id').execute()).map(toMember);
  }

  /** Those of a user, without the direct conversations that they hide. */
  async shownRoomIdsOf(db: Kysely<Schema>, userId: string): Promise<string[]> {
    const query = db.selectFrom('members').select('room_id').where('user_id', '=', userId);
    return (await query.where('hidden', '=', 0).execute()).map(({ room_id }) => room_id);
  }

  async roomIdsOf(db: Kysely<Schema>, userId: string): Promise<string[]> {
    const query = db.selectFrom('members').select('room_id').where('user_id', '=', userId);
    return (await query.execute()).map(({ room_id }) => room_id);
  }

  /** Of the rooms that a person is in, those with no more members than that. */
  async smallRoomIdsOf(db: Kysely<Schema>, userId: string, most: number): Promise<string[]> {
    const rows = await db
      .selectFrom('members as mine')
      .select('room_id')
      .where('user_id', '=', userId)
      .where(
        (eb) =>
          eb
            .selectFrom((some) =>
              some
                .selectFrom('members')
                .select('members.user_id')
                .whereRef('members.room_id', '=', 'mine.room_id')
                // One more is enough to know: a large room has many more.
                .limit(most + 1)
                .as('some'),
            )
            .select((count) => count.fn.countAll<number>().as('count')),
        '<=',
        most,
      )
      .execute();
    return rows.map(({ room_id }) => room_id);
  }

  /** Whoever is in at least one of some rooms. */
  async membersOfAny(db: Kysely<Schema>, roomIds: readonly string[]): Promise<string[]> {
    if (roomIds.length === 0) return [];
    const query = db.selectFrom('members').select('user_id').distinct();
    const rows = await query.where('room_id', 'in', roomIds).execute();
    return rows.map(({ user_id }) => user_id);
  }

  async insertInvitation(db: Kysely<Schema>, invitation: Invitation): Promise<void> {
    await db
      .insertInto('invitations')
      .values({
        room_id: invitation.room.id,
        user_id: invitation.userId,
        invited_by: invitation.invitedBy,
        created_at: invitation.createdAt,
      })
      .execute();
  }

  /** @returns whether there was one. */
  async removeInvitation(db: Kysely<Schema>, roomId: string, userId: string): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('invitations')
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  async findInvitation(
    db: Kysely<Schema>,
    roomId: string,
    userId: string,
  ): Promise<Invitation | undefined> {
    const row = await invitationsWithRooms(db)
      .where('invitations.room_id', '=', roomId)
      .where('invitations.user_id', '=', userId)
      .executeTakeFirst();
    return row && toInvitation(row);
  }

  /** One page of those of a user, in the order of the rooms' ids. */
  async invitationsOf(
    db: Kysely<Schema>,
    userId: string,
    { afterKey, limit, order }: Keyset,
  ): Promise<Page<Invitation>> {
    const rows = await invitationsWithRooms(db)
      .where('invitations.user_id', '=', userId)
      .$if(afterKey !== undefined, (query) =>
        query.where('invitations.room_id', order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy('invitations.room_id', order)
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ id }) => id, toInvitation);
  }

  /** One page of those into a room, in the order of the users' ids. */
  async invitationsPage(
    db: Kysely<Schema>,
    roomId: string,
    { afterKey, limit, order }: Keyset,
  ): Promise<Page<Invitation>> {
    const rows = await invitationsWithRooms(db)
      .where('invitations.room_id', '=', roomId)
      .$if(afterKey !== undefined, (query) =>
        query.where('invitations.user_id', order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy('invitations.user_id', order)
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ user_id }) => user_id, toInvitation);
  }

  /** Those by one user to another one. */
  async invitationsBetween(
    db: Kysely<Schema>,
    inviterId: string,
    userId: string,
  ): Promise<Invitation[]> {
    const query = invitationsWithRooms(db)
      .where('invitations.invited_by', '=', inviterId)
      .where('invitations.user_id', '=', userId);
    return (await query.execute()).map(toInvitation);
  }

  /** How many there are by a user, or to a user. */
  async countInvitations(
    db: Kysely<Schema>,
    column: 'invited_by' | 'user_id',
    userId: string,
  ): Promise<number> {
    const query = db
      .selectFrom('invitations')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where(column, '=', userId);
    return (await query.executeTakeFirstOrThrow()).count;
  }

  /** Some of the invitations that a person has got or sent. */
  async invitationsWith(db: Kysely<Schema>, userId: string, limit: number): Promise<Invitation[]> {
    const rows = await invitationsWithRooms(db)
      .where((eb) =>
        eb.or([eb('invitations.user_id', '=', userId), eb('invitations.invited_by', '=', userId)]),
      )
      .limit(limit)
      .execute();
    return rows.map(toInvitation);
  }

  /** One of the rooms that a person is in, but direct conversations. */
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

  async invitationsTo(db: Kysely<Schema>, roomId: string): Promise<Invitation[]> {
    const query = invitationsWithRooms(db).where('invitations.room_id', '=', roomId);
    return (await query.orderBy('invitations.created_at').execute()).map(toInvitation);
  }
}

type InvitationRow = Selectable<RoomsTable> &
  Pick<InvitationsTable, 'user_id' | 'invited_by'> & { readonly invited_at: string };

const invitationsWithRooms = (
  db: Kysely<Schema>,
): SelectQueryBuilder<Schema, 'invitations' | 'rooms', InvitationRow> =>
  db
    .selectFrom('invitations')
    .innerJoin('rooms', 'rooms.id', 'invitations.room_id')
    .selectAll('rooms')
    .select([
      'invitations.user_id',
      'invitations.invited_by',
      'invitations.created_at as invited_at',
    ]);

const toInvitation = (row: InvitationRow): Invitation => ({
  room: toRoom(row),
  userId: row.user_id,
  invitedBy: row.invited_by,
  createdAt: row.invited_at,
});

export const toRoom = (row: Selectable<RoomsTable>): Room => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  archivedAt: row.archived_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const toRow = (room: Room, directKey: string | null): RoomsTable => ({
  id: room.id,
  kind: room.kind,
  name: room.name,
  direct_key: directKey,
  last_seq: 0,
  archived_at: room.archivedAt,
  created_at: room.createdAt,
  updated_at: room.updatedAt,
});

const toMember = (row: Selectable<MembersTable>): Member => ({
  userId: row.user_id,
  role: row.role,
  joinedAt: row.joined_at,
});
