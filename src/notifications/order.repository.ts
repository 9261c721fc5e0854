import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';

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

  /** Locks the order, and adds an id at its end. */
  async next(db: Kysely<Schema>): Promise<string> {
    const id = idAfter(await this.lock(db), uuidv7());
    const update = db.updateTable('notification_order').set({ last_id: id });
    await update.where('id', '=', THE_ROW).execute();
    return id;
  }
}

/** The candidate, or the successor of the last id if that is not smaller: the clock of its node was ahead. */
export function idAfter(last: string, candidate: string): string {
  if (candidate > last) return candidate;
  const hex = (BigInt(`0x${last.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
