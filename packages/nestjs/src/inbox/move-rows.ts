import { Logger } from '@nestjs/common';
import { type Kysely, type Selectable, sql } from 'kysely';
import { isPostgres } from '../engine/dialect.js';
import type { InboxTable, Schema } from '../engine/schema.js';
import type { PublishedEvent } from '../transaction/published-event.js';
import type { Transaction } from '../transaction/transaction.js';

const logger = new Logger('Inbox');

/** Characters of data after which a transaction takes no further row. Others wait for its lock on the log. */
const BATCH_SIZE = 4_000_000;

/** Characters of a name that a log entry shows. */
const MAX_SHOWN = 600;

/** Another node is moving rows. */
export class InboxBusy extends Error {
  override readonly name = 'InboxBusy';
}

/** An arbitrary number. The second one of the lock is the schema, since several applications can share a database. */
const MOVING = 1_667_854_458;

/** Whether there are rows to move. */
export async function hasRows(db: Kysely<Schema>): Promise<boolean> {
  const row = await db
    .selectFrom('carillon_inbox')
    .select('id')
    // By the index, which skips removed rows; a scan of the table would read them.
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Moves the first committed rows of the inbox into the log, in the order of their ids.
 *
 * One statement selects them, so they are from one snapshot. If a program could see an event when it recorded another
 * one, both are in that snapshot or the earlier one was moved before, and the earlier one has the lower id. So causes
 * precede their effects in the log.
 *
 * @param limit the maximum number of rows.
 * @returns the rows.
 * @throws InboxBusy another node is moving rows.
 */
export async function moveRows(tx: Transaction, limit: number): Promise<InboxRow[]> {
  if (isPostgres(tx.db)) await lock(tx.db);
  const first = sql<number>`
    select id from (
      select id, sum(length) over (order by id rows unbounded preceding) - length as before
      from (select id, length(data) as length from carillon_inbox order by id limit ${sql.lit(limit)}) as first
    ) as sized where before < ${sql.lit(BATCH_SIZE)}`;
  const rows = await tx.db
    .deleteFrom('carillon_inbox')
    // PostgreSQL joins the rows of a subquery one by one, but looks up all ids of an array in one scan of the index.
    .where(
      isPostgres(tx.db) ? sql<boolean>`id = any (array(${first}))` : sql<boolean>`id in (${first})`,
    )
    .returningAll()
    .execute();
  for (const row of rows.toSorted((one, other) => one.id - other.id)) publish(tx, row);
  return rows;
}

/** Whether rows may remain after `moveRows` has moved these. */
export function mayHaveMore(rows: readonly InboxRow[], limit: number): boolean {
  const size = rows.reduce((sum, { data }) => sum + data.length, 0);
  return rows.length === limit || size >= BATCH_SIZE;
}

/** Removes a row that the log has refused, so that the rows after it can be moved. */
export async function setAside(tx: Transaction, row: InboxRow, error: Error): Promise<void> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('carillon_inbox')
    .where('id', '=', row.id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows > 0n) tx.onCommit(() => logRemoved(row, error));
}

/** Does not wait: commands that share the transaction would wait, too. */
async function lock(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ isLocked: boolean }>`
    select pg_try_advisory_xact_lock(${MOVING}, current_schema()::regnamespace::oid::int) as "isLocked"`.execute(
    db,
  );
  if (!rows[0]!.isLocked) throw new InboxBusy('Another node is moving the rows of the inbox.');
}

export type InboxRow = Selectable<InboxTable>;

/** Whatever is wrong with a row, the rows after it are moved. The checks of the inbox leave few reasons for an error. */
function publish(tx: Transaction, row: InboxRow): void {
  try {
    tx.publish(eventOf(tx, row), row.actor);
  } catch (error) {
    tx.onCommit(() => logRemoved(row, error as Error));
  }
}

function logRemoved({ topic, type, id }: InboxRow, { message }: Error): void {
  const [shownTopic, shownType] = [topic, type].map((name) =>
    JSON.stringify(name.slice(0, MAX_SHOWN)),
  );
  logger.error(
    `An event was removed from the inbox, since it cannot be stored: topic ${shownTopic}, type ${shownType}, id ${id}. ${message}`,
  );
}

function eventOf({ db }: Transaction, row: InboxRow): PublishedEvent {
  const { id, topic, topics, type, data, format } = row;
  const xid = isPostgres(db) ? row.xid : id;
  if (xid !== null && !Number.isSafeInteger(xid))
    throw new RangeError(`The number ${xid} of the transaction or row is too large.`);
  return {
    topics: topics === null ? [topic] : [...new Set(JSON.parse(topics) as string[])],
    type,
    data,
    format,
    private: row.private === 1,
    publicId: row.public_id ?? undefined,
    xid: xid ?? undefined,
  };
}
