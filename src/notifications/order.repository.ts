import { isPostgres, type Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { idAfter } from './id-after.js';

const THE_ROW = 1;

/**
 * The order of all notifications. Ids grow in the order of the commits, so a marker such as "read up to this id" never
 * covers a notification that is committed later: by another node, or by one whose clock is behind.
 */
@Injectable()
export class OrderRepository {
  /**
   * Locks the order until the transaction ends, on PostgreSQL. On SQLite, the transaction locks the database.
   *
   * @returns the last id; empty before the first.
   */
  async lock(db: Kysely<Schema>): Promise<string> {
    if (!isPostgres(db)) return this.last(db);
    const { last_id } = await db
      .insertInto('notification_order')
      .values({ id: THE_ROW, last_id: '' })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((row) => ({ last_id: row.ref('notification_order.last_id') })),
      )
      .returning('last_id')
      .executeTakeFirstOrThrow();
    return last_id;
  }

  /** The last committed id; empty before the first. */
  async last(db: Kysely<Schema>): Promise<string> {
    const query = db.selectFrom('notification_order').select('last_id').where('id', '=', THE_ROW);
    return (await query.executeTakeFirst())?.last_id ?? '';
  }

  /** Adds an id at the end of the order, after the last one that `lock` has returned. */
  async append(db: Kysely<Schema>, last: string): Promise<string> {
    const id = idAfter(last, uuidv7());
    await db
      .insertInto('notification_order')
      .values({ id: THE_ROW, last_id: id })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ last_id: id }))
      .execute();
    return id;
  }
}
