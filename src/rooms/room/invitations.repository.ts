import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely';
import { type Keyset, type Page, pageOf } from '../../http/paging.js';
import type { Invitation } from './room.js';
import { toRoom } from './rooms.repository.js';
import type { InvitationsTable, RoomsTable } from './rooms.tables.js';

/** Invitations to rooms in SQL. Each method runs on the connection it is given. */
@Injectable()
export class InvitationsRepository {
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

  /** One page of the invitations of a user, in the order of the rooms' ids. */
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

  /** One page of the invitations to a room, in the order of the users' ids. */
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

  /** The invitations from one user to another. */
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

  /** How many invitations a user has sent or received. */
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

  /** Some of the invitations that a user received or sent. */
  async invitationsWith(db: Kysely<Schema>, userId: string, limit: number): Promise<Invitation[]> {
    const rows = await invitationsWithRooms(db)
      .where((eb) =>
        eb.or([eb('invitations.user_id', '=', userId), eb('invitations.invited_by', '=', userId)]),
      )
      .limit(limit)
      .execute();
    return rows.map(toInvitation);
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
