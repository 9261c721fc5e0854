import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import type { Key } from './key.js';
import type { KeysTable } from './keys.tables.js';

/** Keys in SQL. Each method runs on the connection it is given: a transaction, or a read. */
@Injectable()
export class KeysRepository {
  /** @returns whether the name was free. */
  async insert(db: Kysely<Schema>, key: Key, digest: string): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('keys')
      .values({
        id: key.id,
        name: key.name,
        digest,
        publish: JSON.stringify(key.publish),
        subscribe: JSON.stringify(key.subscribe),
        notify: key.notify ? 1 : 0,
        created_at: key.createdAt,
        expires_at: key.expiresAt,
        last_used_at: null,
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async findByDigest(db: Kysely<Schema>, digest: string): Promise<Key | undefined> {
    const row = await db
      .selectFrom('keys')
      .selectAll()
      .where('digest', '=', digest)
      .executeTakeFirst();
    return row && keyOf(row);
  }

  /** All keys, the oldest first. */
  async all(db: Kysely<Schema>): Promise<Key[]> {
    const rows = await db.selectFrom('keys').selectAll().orderBy('id').execute();
    return rows.map(keyOf);
  }

  /** @returns the id of the removed key; `undefined` if there is none with this name. */
  async remove(db: Kysely<Schema>, name: string): Promise<string | undefined> {
    const removed = await db
      .deleteFrom('keys')
      .where('name', '=', name)
      .returning('id')
      .executeTakeFirst();
    return removed?.id;
  }

  async touch(db: Kysely<Schema>, id: string, at: string): Promise<void> {
    await db.updateTable('keys').set({ last_used_at: at }).where('id', '=', id).execute();
  }
}

const keyOf = (row: Selectable<KeysTable>): Key => ({
  id: row.id,
  name: row.name,
  publish: JSON.parse(row.publish) as string[],
  subscribe: JSON.parse(row.subscribe) as string[],
  notify: row.notify === 1,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
});
