import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../dialect.js';

/**
 * What any program calls inside its own transaction to have a fact told to every listener: `docs/other-programs.md`.
 * SQLite has no functions of that kind; there it is two statements.
 */
export async function up(db: Kysely<any>): Promise<void> {
  if (!isPostgres(db)) return;
  await sql`
    create function carillon_record(
      topic text, type text, data json, actor text default null, private boolean default true)
    returns bigint language sql as $$
      with log as (update event_log set head = head + 1 returning head)
      insert into events (position, topic, type, data, actor, at, private)
      select log.head, $1, $2, $3::text, $4,
        to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), $5::int
      from log
      returning position
    $$`.execute(db);
}
