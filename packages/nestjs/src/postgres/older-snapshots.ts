import { type Kysely, sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartupError } from '../engine/startup-error.js';

/** Milliseconds between two looks. */
const INTERVAL = 50;

/**
 * Waits until nobody in the database can still see rows that were deleted before this call. A rewrite copies such rows.
 *
 * @throws StartupError after a number of milliseconds, with the name of what still sees them.
 */
export async function waitForOlderSnapshots(db: Kysely<any>, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  const start = await currentTransaction(db);
  for (;;) {
    const holder = await oldestHolder(db, start);
    if (holder === undefined) return;
    if (performance.now() >= end)
      throw new StartupError(
        `Deleted data cannot be removed, because ${holder} can still see it. It has been open for more than ` +
          `${milliseconds / 1000} s. End it, then run the command again.`,
      );
    await sleep(INTERVAL);
  }
}

async function currentTransaction(db: Kysely<any>): Promise<string> {
  const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::xid::text as id`.execute(
    db,
  );
  return rows[0]!.id;
}

/** A vacuum has a snapshot, but removes no row later than others do: PostgreSQL does not count it. */
async function oldestHolder(db: Kysely<any>, start: string): Promise<string | undefined> {
  const { rows } = await sql<{ holder: string }>`
    select holder from (
      select format('the connection %s (%s)', pid, coalesce(nullif(application_name, ''), backend_type)) as holder,
        greatest(age(backend_xmin), age(backend_xid)) as age
      from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
      union all
      select format('the prepared transaction %L', gid), age(transaction)
      from pg_prepared_xacts where database = current_database()
      union all
      select format('the replication slot %L', slot_name), age(xmin) from pg_replication_slots
    ) as holders where age > age(${start}::xid) order by age desc limit 1`.execute(db);
  return rows[0]?.holder;
}
