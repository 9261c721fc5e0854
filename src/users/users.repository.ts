import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import type { Schema, UsersTable } from '../database/schema.js';
import { type Keyset, type Page, pageOf } from '../http/paging.js';
import { PSEUDONYM } from './pseudonym.js';
import type { User } from './user.js';
import type { UsersQuery } from './users-query.js';

/** Users in SQL. Each method runs on the connection it is given: a transaction, or a read. */
@Injectable()
export class UsersRepository {
  /** @returns whether it was stored; not where the username is taken. */
  async insert(db: Kysely<Schema>, user: User): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('users')
      .values(toRow(user))
      .onConflict((conflict) => conflict.column('username').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async update(db: Kysely<Schema>, user: User): Promise<void> {
    await db.updateTable('users').set(toRow(user)).where('id', '=', user.id).execute();
  }

  async remove(db: Kysely<Schema>, id: string): Promise<void> {
    await db.deleteFrom('users').where('id', '=', id).execute();
  }

  /** Leaves a pseudonym for what others still see. */
  async erase(db: Kysely<Schema>, id: string): Promise<void> {
    const now = new Date().toISOString();
    await db
      .updateTable('users')
      .set({ ...PSEUDONYM, username: null, updated_at: now, erased_at: now })
      .where('id', '=', id)
      .execute();
  }

  /** The user, unless erased, who stays as they are until the transaction ends. */
  async findForUpdate(db: Kysely<Schema>, id: string): Promise<User | undefined> {
    const row = await db
      .selectFrom('users')
      .selectAll()
      .where('id', '=', id)
      .where('erased_at', 'is', null)
      .forUpdate()
      .executeTakeFirst();
    return row && toUser(row);
  }

  /** Whether they have a password, or another issuer vouches for them. */
  async canSignIn(db: Kysely<Schema>, id: string): Promise<boolean> {
    const passwords = db.selectFrom('passwords').select('user_id').where('user_id', '=', id);
    const identities = db.selectFrom('identities').select('user_id').where('user_id', '=', id);
    return (await passwords.union(identities).executeTakeFirst()) !== undefined;
  }

  async find(db: Kysely<Schema>, id: string): Promise<User | undefined> {
    const row = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toUser(row);
  }

  /** One page: in the order of ids, or of usernames where some are looked for. */
  async page(
    db: Kysely<Schema>,
    { afterKey, limit, order, username }: Keyset<UsersQuery>,
  ): Promise<Page<User>> {
    const key = username === undefined ? 'id' : 'username';
    const rows = await db
      .selectFrom('users')
      .selectAll()
      .where('erased_at', 'is', null)
      // No character of a username is behind the tilde.
      .$if(username !== undefined, (query) =>
        query.where('username', '>=', username!).where('username', '<', `${username!}~`),
      )
      .$if(afterKey !== undefined, (query) =>
        query.where(key, order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy(key, order)
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, (row) => row[key]!, toUser);
  }
}

const toUser = (row: Selectable<UsersTable>): User => ({
  id: row.id,
  firstname: row.firstname,
  lastname: row.lastname,
  ...(row.username !== null && { username: row.username }),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const toRow = ({ id, firstname, lastname, username, createdAt, updatedAt }: User) => ({
  id,
  firstname,
  lastname,
  username: username ?? null,
  created_at: createdAt,
  updated_at: updatedAt,
});
