import { isPostgres, type Schema } from '@carillon/nestjs';
import { PreparedQuery } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import { type Keyset, type Page, pageOf } from '../http/paging.js';
import { PSEUDONYM } from './pseudonym.js';
import type { User } from './user.js';
import { toUser } from './user-rows.js';
import { UserWordsRepository } from './user-words.repository.js';
import type { UsersTable } from './users.tables.js';

type UserRow = Omit<Selectable<UsersTable>, 'erased_at'>;

const INSERT = new PreparedQuery<UserRow>((db, place) =>
  db
    .insertInto('users')
    .values({
      id: place('id'),
      firstname: place('firstname'),
      lastname: place('lastname'),
      username: place('username'),
      created_at: place('created_at'),
      updated_at: place('updated_at'),
    })
    .onConflict((conflict) =>
      conflict.column('username').where('username', 'is not', null).doNothing(),
    ),
);

/** Users in SQL. Each method runs on the connection it is given: a transaction, or a read. */
@Injectable()
export class UsersRepository {
  constructor(private readonly words: UserWordsRepository) {}

  /** @returns whether it was stored: not if the username is taken. The caller then has to undo the transaction. */
  async insert(db: Kysely<Schema>, user: User): Promise<boolean> {
    const insertRow = async () => (await INSERT.run(db, toRow(user))).numAffectedRows === 1n;
    const insertWords = () => this.words.insert(db, user);
    // Both statements take one round trip.
    if (isPostgres(db)) return (await Promise.all([insertRow(), insertWords()]))[0];
    // A taken username changes nothing, so the other commands of the commit need not run again.
    const isStored = await insertRow();
    if (isStored) await insertWords();
    return isStored;
  }

  async update(db: Kysely<Schema>, user: User): Promise<void> {
    await db.updateTable('users').set(toRow(user)).where('id', '=', user.id).execute();
    await this.words.remove(db, user.id);
    await this.words.insert(db, user);
  }

  async remove(db: Kysely<Schema>, id: string): Promise<void> {
    await this.words.remove(db, id);
    await db.deleteFrom('users').where('id', '=', id).execute();
  }

  /** Replaces the names with a pseudonym. */
  async erase(db: Kysely<Schema>, id: string): Promise<void> {
    const now = new Date().toISOString();
    await this.words.remove(db, id);
    await db
      .updateTable('users')
      .set({ ...PSEUDONYM, username: null, updated_at: now, erased_at: now })
      .where('id', '=', id)
      .execute();
  }

  /** The user, unless erased, locked until the transaction ends. */
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

  async find(db: Kysely<Schema>, id: string): Promise<User | undefined> {
    const row = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toUser(row);
  }

  /** One page in the order of ids. */
  async page(db: Kysely<Schema>, { afterKey, limit, order }: Keyset): Promise<Page<User>> {
    const rows = await db
      .selectFrom('users')
      .selectAll()
      .where('erased_at', 'is', null)
      .$if(afterKey !== undefined, (query) =>
        query.where('id', order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy('id', order)
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ id }) => id, toUser);
  }
}

const toRow = ({ id, firstname, lastname, username, createdAt, updatedAt }: User): UserRow => ({
  id,
  firstname,
  lastname,
  username: username ?? null,
  created_at: createdAt,
  updated_at: updatedAt,
});
