import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../engine/dialect.js';
import type { WatchOptions } from './watch-options.js';
import { unwatchOnSqlite, watchOnSqlite } from './watch-on-sqlite.js';

/**
 * Turns every change of a table, by any program, into an event in the transaction of the change. A migration can call it.
 * A second call for the same table replaces the first.
 *
 * @throws RangeError the table, its columns or the options do not fit, on SQLite. On PostgreSQL, the error of the database.
 */
export async function watchTable(db: Kysely<any>, options: WatchOptions): Promise<void> {
  if (!isPostgres(db)) return watchOnSqlite(db, options);
  const { table, topic, type = null, columns = null, isPrivate = true } = options;
  await sql`select watch(${table}::text::regclass, ${topic}, ${type}, ${columns}::text[], ${isPrivate})`.execute(
    db,
  );
}

/** Ends what `watchTable` began. Events that are recorded already are delivered. */
export async function unwatchTable(db: Kysely<any>, table: string): Promise<void> {
  if (!isPostgres(db)) return unwatchOnSqlite(db, table);
  await sql`select unwatch(${table}::text::regclass)`.execute(db);
}
