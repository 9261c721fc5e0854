import { type Kysely, sql } from 'kysely';
import { createRecord } from './record-functions.js';
import { createWatchFunctions, WATCH_FUNCTIONS } from './watch-functions.js';

/**
 * Creates the functions that other programs call on PostgreSQL. They run with the privileges of the owner of the tables,
 * find nothing but its tables, and check what the role that calls them may record.
 */
export async function createInboxFunctions(db: Kysely<any>, schema: string): Promise<void> {
  const definer = sql`security definer set search_path = ${sql.id(schema)}, pg_temp`;
  await createRecord(db, schema, definer);
  await createAllow(db, schema);
  await createCursor(db, schema, definer);
  await createWatchFunctions(db, schema);
}

type Sql = ReturnType<typeof sql>;

async function createAllow(db: Kysely<any>, schema: string): Promise<void> {
  const own = sql`set search_path = ${sql.id(schema)}, pg_temp`;
  const name = (fn: string) => sql.id(schema, fn);
  await sql`
    create function ${name('allow')}(role name, pattern text) returns void language plpgsql ${own} as $$ begin
      insert into inbox_permissions values (allow.role, allow.pattern) on conflict do nothing;
      execute format('grant usage on schema %I to %I', ${sql.lit(schema)}, allow.role);
      execute (
        select string_agg(format('grant execute on function %s to %I', oid::regprocedure, allow.role), ';')
        from pg_proc where pronamespace = ${sql.lit(schema)}::regnamespace
          and proname in (${sql.join(['record', 'cursor', ...WATCH_FUNCTIONS].map((each) => sql.lit(each)))}));
    end $$`.execute(db);
  await sql`
    create function ${name('disallow')}(role name, pattern text) returns void language sql ${own} as $$
      delete from inbox_permissions where inbox_permissions.role = $1 and inbox_permissions.pattern = $2
    $$`.execute(db);
  await sql`
    do $$ declare function regprocedure; begin
      for function in select oid from pg_proc where pronamespace = ${sql.lit(schema)}::regnamespace
        and proname in ('record', 'allow', 'disallow', 'refuse_unless_allowed', 'refuse_reserved')
      loop execute format('revoke all on function %s from public', function); end loop;
    end $$`.execute(db);
}

/** The longest snapshot in a cursor, in characters. It has to fit into a header. */
const MAX_SNAPSHOT = 4000;

/**
 * The cursor of a snapshot: `<epoch>-<head>~<xmin>:<xmax>:<in progress>`, as `log/cursor.ts` reads it. The numbers after the
 * first are hexadecimal differences.
 */
async function createCursor(db: Kysely<any>, schema: string, definer: Sql): Promise<void> {
  const name = sql.id(schema, 'cursor');
  await sql`
    create function ${name}() returns text language plpgsql stable ${definer} as $$
    declare
      seen pg_snapshot := pg_current_snapshot();
      lowest bigint := pg_snapshot_xmin(seen)::text::bigint;
      running text;
      place text;
    begin
      if current_setting('transaction_isolation') in ('read committed', 'read uncommitted') then
        raise exception using errcode = 'active_sql_transaction',
          message = 'cursor() needs a transaction whose statements all see the same snapshot.',
          hint = 'Start it with BEGIN ISOLATION LEVEL REPEATABLE READ.';
      end if;
      select coalesce(string_agg(to_hex(xid - coalesce(previous, lowest)), ',' order by xid), '') into running
      from (select each::text::bigint as xid, lag(each::text::bigint) over (order by each) as previous
        from pg_snapshot_xip(seen) as each) as gaps;
      if length(running) > ${sql.lit(MAX_SNAPSHOT)} then
        raise exception using errcode = 'program_limit_exceeded',
          message = 'Too many transactions are open for a cursor. Try again.';
      end if;
      select epoch || '-' || head || '~' || to_hex(lowest) || ':'
        || to_hex(pg_snapshot_xmax(seen)::text::bigint - lowest) || ':' || running
      into place from event_log;
      return place;
    end $$`.execute(db);
  await sql`revoke all on function ${name}() from public`.execute(db);
}
