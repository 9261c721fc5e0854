import type { Schema } from '@carillon/nestjs';
import { PreparedQuery } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import { type Keyset, type KeysetQuery, type Page, pageOf } from '../http/paging.js';
import { usersNamed } from '../users/users-named.js';
import type { Ends, Session } from './session.js';
import type { SessionsTable } from './accounts.tables.js';

export interface SessionOfUser {
  readonly userId: string;
  readonly session: Session;
}

/** Runs for each request of a signed-in user. */
const SESSION_BY_TOKEN = new PreparedQuery<
  Pick<SessionsTable, 'token_hash'>,
  Selectable<SessionsTable>
>((db, place) =>
  db.selectFrom('sessions').selectAll().where('token_hash', '=', place('token_hash')),
);

/** Sign-ins in SQL. Each method runs on the connection it is given: a transaction, or a read. */
@Injectable()
export class AccountsRepository {
  async setPassword(db: Kysely<Schema>, userId: string, hash: string): Promise<void> {
    await db.insertInto('passwords').values({ user_id: userId, hash }).execute();
  }

  async replacePassword(db: Kysely<Schema>, userId: string, hash: string): Promise<void> {
    await db.updateTable('passwords').set({ hash }).where('user_id', '=', userId).execute();
  }

  async findPassword(
    db: Kysely<Schema>,
    username: string,
  ): Promise<{ userId: string; hash: string } | undefined> {
    return db
      .selectFrom('passwords')
      .innerJoin(usersNamed(db, [username]).as('named'), 'named.id', 'passwords.user_id')
      .select(['passwords.user_id as userId', 'passwords.hash'])
      .executeTakeFirst();
  }

  async findPasswordOf(db: Kysely<Schema>, userId: string): Promise<string | undefined> {
    const query = db.selectFrom('passwords').select('hash').where('user_id', '=', userId);
    return (await query.executeTakeFirst())?.hash;
  }

  /** Whether the password is still this one. If it is, it cannot change until the transaction ends. */
  async holdPassword(db: Kysely<Schema>, userId: string, hash: string): Promise<boolean> {
    const query = db.selectFrom('passwords').select('hash').where('user_id', '=', userId);
    return (await query.forUpdate().executeTakeFirst())?.hash === hash;
  }

  /** Whether a user has a password, or another issuer vouches for them. */
  async hasCredentials(db: Kysely<Schema>, userId: string): Promise<boolean> {
    const passwords = db.selectFrom('passwords').select('user_id').where('user_id', '=', userId);
    const identities = db.selectFrom('identities').select('user_id').where('user_id', '=', userId);
    return (await passwords.union(identities).executeTakeFirst()) !== undefined;
  }

  /**
   * Removes all ways in which a user can sign in or is signed in, and what is known of where that was.
   *
   * @returns the ids of the sessions.
   */
  async removeAll(db: Kysely<Schema>, userId: string): Promise<string[]> {
    await db.deleteFrom('passwords').where('user_id', '=', userId).execute();
    await db.deleteFrom('identities').where('user_id', '=', userId).execute();
    await db.deleteFrom('sign_in_sources').where('user_id', '=', userId).execute();
    const sessions = db.deleteFrom('sessions').where('user_id', '=', userId).returning('id');
    return (await sessions.execute()).map(({ id }) => id);
  }

  async identitiesOf(
    db: Kysely<Schema>,
    userId: string,
  ): Promise<{ issuer: string; subject: string }[]> {
    const query = db.selectFrom('identities').select(['issuer', 'subject']);
    return query.where('user_id', '=', userId).execute();
  }

  async findIdentity(
    db: Kysely<Schema>,
    issuer: string,
    subject: string,
  ): Promise<string | undefined> {
    const row = await db
      .selectFrom('identities')
      .select('user_id')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst();
    return row?.user_id;
  }

  /** @returns whether it was stored: not if the identity exists already. */
  async addIdentity(
    db: Kysely<Schema>,
    issuer: string,
    subject: string,
    userId: string,
  ): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('identities')
      .values({ issuer, subject, user_id: userId })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async insertSession(
    db: Kysely<Schema>,
    userId: string,
    tokenHash: string,
    session: Session,
  ): Promise<void> {
    await db
      .insertInto('sessions')
      .values(toRow(userId, tokenHash, session))
      .execute();
  }

  async findSessionByToken(
    db: Kysely<Schema>,
    tokenHash: string,
  ): Promise<SessionOfUser | undefined> {
    const { rows } = await SESSION_BY_TOKEN.run(db, { token_hash: tokenHash });
    return rows[0] && { userId: rows[0].user_id, session: toSession(rows[0]) };
  }

  async findSession(db: Kysely<Schema>, userId: string, id: string): Promise<Session | undefined> {
    const row = await db
      .selectFrom('sessions')
      .selectAll()
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row && toSession(row);
  }

  /** One page of the active sessions by keyset, newest first, and whether more follows. */
  async pageOfSessions(
    db: Kysely<Schema>,
    userId: string,
    { now, unused }: Ends,
    { afterKey, limit }: Keyset<KeysetQuery>,
  ): Promise<Page<Session>> {
    const rows = await db
      .selectFrom('sessions')
      .selectAll()
      .where('user_id', '=', userId)
      .where('expires_at', '>', now)
      .where('last_used_at', '>', unused)
      .$if(afterKey !== undefined, (query) => query.where('id', '<', afterKey!))
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ id }) => id, toSession);
  }

  /** The ids of all sessions, newest first, after those that are skipped. */
  async sessionIdsOf(db: Kysely<Schema>, userId: string, skipped = 0): Promise<string[]> {
    const query = db.selectFrom('sessions').select('id').where('user_id', '=', userId);
    const rows = await query.orderBy('id', 'desc').execute();
    return rows.slice(skipped).map(({ id }) => id);
  }

  async touchSession(db: Kysely<Schema>, id: string, at: string): Promise<void> {
    await db.updateTable('sessions').set({ last_used_at: at }).where('id', '=', id).execute();
  }

  /** @returns whether there was such a session of this user. */
  async removeSession(db: Kysely<Schema>, userId: string, id: string): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('sessions')
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  async endedSessions(
    db: Kysely<Schema>,
    { now, unused }: Ends,
    limit: number,
  ): Promise<{ id: string; userId: string }[]> {
    const rows = await db
      .selectFrom('sessions')
      .select(['id', 'user_id'])
      .where((eb) => eb.or([eb('expires_at', '<=', now), eb('last_used_at', '<=', unused)]))
      .limit(limit)
      .execute();
    return rows.map(({ id, user_id }) => ({ id, userId: user_id }));
  }
}

const toSession = (row: Selectable<SessionsTable>): Session => ({
  id: row.id,
  client: row.client,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
});

const toRow = (userId: string, tokenHash: string, session: Session): SessionsTable => ({
  id: session.id,
  user_id: userId,
  token_hash: tokenHash,
  client: session.client,
  created_at: session.createdAt,
  last_used_at: session.lastUsedAt,
  expires_at: session.expiresAt,
});
