import { type Kysely, sql } from 'kysely';
import type { DatabaseError } from 'pg';
import { waitForOlderSnapshots } from './older-snapshots.js';

/** Milliseconds that a vacuum pauses after each portion of work, to limit its load. */
const VACUUM_COST_DELAY = 2;
/** The maximum duration of a vacuum. The next one continues. */
const VACUUM_TIMEOUT = '1min';

/** The server's code for a missing privilege. */
const DENIED = '42501';

/** The statistics of the planner, which contain values of the tables. */
const STATISTICS = 'pg_statistic';

const listOf = (tables: readonly string[]) => sql.join(tables.map((name) => sql.table(name)));

/**
 * Frees the space of deleted and overwritten rows, and renews the statistics of the planner. The bytes stay in the
 * files until the space is reused.
 */
export async function vacuum(db: Kysely<any>, tables: readonly string[]): Promise<void> {
  await sql`set statement_timeout = ${sql.lit(VACUUM_TIMEOUT)}`.execute(db);
  await sql`set vacuum_cost_delay = ${sql.lit(VACUUM_COST_DELAY)}`.execute(db);
  await sql`vacuum (analyze, skip_locked) ${listOf([...tables, STATISTICS])}`.execute(db);
}

/**
 * Rewrites the tables and their indexes without deleted and overwritten data, and removes the old files. Other
 * connections wait for the tables during that time.
 *
 * @param wait milliseconds to wait for transactions that can still see deleted rows.
 * @throws StartupError such a transaction is still open.
 */
export async function rewriteTables(
  db: Kysely<any>,
  tables: readonly string[],
  wait: number,
): Promise<void> {
  await waitForOlderSnapshots(db, wait);
  await sql`vacuum (full, analyze) ${listOf(tables)}`.execute(db);
  // Only now are the old statistics deleted.
  await waitForOlderSnapshots(db, wait);
  await sql`vacuum (full) ${listOf([STATISTICS])}`.execute(db);
  // Removes the old files. Few roles have the privilege, and a checkpoint happens within minutes anyway.
  await sql`checkpoint`.execute(db).catch((error: unknown) => {
    if ((error as DatabaseError).code !== DENIED) throw error;
  });
}
