import { type Kysely, sql } from 'kysely';
import type { DatabaseError } from 'pg';
import { TABLES } from './move.js';

/** Milliseconds that a vacuum sleeps each time it has done a little, so that others do not feel it. */
const VACUUM_COST_DELAY = 2;
/** A vacuum ends then; the next one continues. */
const LONGEST_VACUUM = '1min';

/** The server's code for a role that may not. */
const DENIED = '42501';

/** What holds what people have written, and what the planner has noted of it. */
const tables = () => sql.raw([...TABLES.map(({ name }) => name), 'pg_statistic'].join(', '));

/**
 * Frees the space of rows that were deleted or overwritten, and has the planner forget them. Their bytes stay in the files
 * until the space is used again.
 */
export async function vacuum(db: Kysely<any>): Promise<void> {
  await sql`set statement_timeout = ${sql.lit(LONGEST_VACUUM)}`.execute(db);
  await sql`set vacuum_cost_delay = ${sql.lit(VACUUM_COST_DELAY)}`.execute(db);
  await sql`vacuum (analyze, skip_locked) ${tables()}`.execute(db);
}

/**
 * Writes the tables and their indexes anew, without what was deleted or overwritten, and removes the files of before.
 * Others wait for the tables meanwhile.
 */
export async function rewriteTables(db: Kysely<any>): Promise<void> {
  await sql`vacuum (full, analyze) ${tables()}`.execute(db);
  // Removes the files of before; few roles may ask for it, and it comes by itself within minutes.
  await sql`checkpoint`.execute(db).catch((error: unknown) => {
    if ((error as DatabaseError).code !== DENIED) throw error;
  });
}
