import { type Kysely, sql } from 'kysely';
import { createWatchBody } from './watch-body.js';
import { createWatchGenerators } from './watch-generators.js';
import { createWatchRules } from './watch-rules.js';

type Sql = ReturnType<typeof sql>;

/** The functions of the operator and of roles with `allow`, and those that they call in turn. */
export const WATCH_FUNCTIONS = ['watch', 'unwatch', 'prepare_watch', 'remove_unused_watches'];

/**
 * Creates `watch` and `unwatch`, which turn the changes of a table into events: `docs/other-programs.md`.
 *
 * `watch` generates functions for the table, and creates triggers that call them. The functions run as the owner of the
 * inbox, so writers of the table need no privileges. They must never fail, since the statement of the writer would fail.
 */
export async function createWatchFunctions(db: Kysely<any>, schema: string): Promise<void> {
  const name = (fn: string) => sql.id(schema, fn);
  const own = sql`set search_path = ${sql.id(schema)}, pg_temp`;
  await createWatchRules(db, name);
  await createWatchGenerators(db, name);
  await createWatchBody(db, name, schema);
  await createPreparation(db, name, own);
  await createWatch(db, name, own);
  await sql`
    do $$ declare function regprocedure; begin
      for function in select oid from pg_proc where pronamespace = ${sql.lit(schema)}::regnamespace
        and proname in (${sql.join(WATCH_FUNCTIONS.map((each) => sql.lit(each)))})
      loop execute format('revoke all on function %s from public', function); end loop;
    end $$`.execute(db);
}

/** What needs the privileges of the owner of the schema. */
async function createPreparation(
  db: Kysely<any>,
  name: (fn: string) => Sql,
  own: Sql,
): Promise<void> {
  // The role of the session, as in record().
  await sql`
    create function ${name('prepare_watch')}(
      target regclass, topic text, type text, columns text[], private boolean
    ) returns text language plpgsql security definer ${own} as $$
    declare
      caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
      function text := format('%I.%I', current_schema(), 'watched_' || replace(gen_random_uuid()::text, '-', ''));
      plan watch_plan;
      suffix text;
    begin
      perform refuse_unwatchable(target, caller);
      perform refuse_templates(topic, type);
      perform refuse_reserved(topic, null, array(
        select replace(type, '{op}', op) from unnest('{insert,update,delete,truncate}'::text[]) as op));
      perform refuse_unless_allowed(caller, topic);
      plan := plan_watch(target, topic, columns);
      perform create_watch_functions(plan, function, type, private);
      execute format('revoke all on function %s_row from public', function);
      foreach suffix in array array['insert', 'update', 'delete', 'exchange', 'truncate'] loop
        execute format('revoke all on function %s_%s() from public', function, suffix);
        execute format('grant execute on function %s_%s() to %I', function, suffix, caller);
      end loop;
      return function;
    end $$`.execute(db);
  await sql`
    create function ${name('remove_unused_watches')}() returns void
    language plpgsql security definer ${own} as $$
    declare function regprocedure; begin
      for function in
        select oid from pg_proc as each
        where pronamespace = current_schema()::regnamespace and proname ~ '^watched_[0-9a-f]{32}_'
          and not exists (
            select from pg_trigger join pg_proc as used on used.oid = tgfoid
            where used.pronamespace = each.pronamespace and left(used.proname, 40) = left(each.proname, 40))
      loop execute format('drop function %s', function); end loop;
    end $$`.execute(db);
}

/** Run with the privileges of the caller, who must be allowed to create triggers on the table. */
async function createWatch(db: Kysely<any>, name: (fn: string) => Sql, own: Sql): Promise<void> {
  await sql`
    create function ${name('watch')}(
      target regclass, topic text, type text default null, columns text[] default null, private boolean default true
    ) returns void language plpgsql ${own} as $$
    declare
      info pg_class := (select each from pg_class as each where oid = target);
      function text := prepare_watch(
        target, watch.topic, coalesce(watch.type, info.relname || '.{op}'), watch.columns, watch.private);
      owner name := (select nspowner::regrole::name from pg_namespace where oid = current_schema()::regnamespace);
      has_deferrable_key boolean := info.relkind = 'r' and exists (
        select from pg_index where indrelid = target and indisprimary and not indimmediate);
      event text;
    begin
      foreach event in array array['insert', 'update', 'delete'] loop
        execute format('create or replace trigger carillon_watch_%s after %1$s on %s %s execute function %s_%s()', event, target,
          case when event = 'update' and has_deferrable_key
            then 'referencing old table as old_rows new table as new_rows for each statement' else 'for each row' end,
          function, case when event = 'update' and has_deferrable_key then 'exchange' else event end);
      end loop;
      execute format('create or replace trigger carillon_watch_truncate before truncate on %s execute function %s_truncate()',
        target, function);
      -- To find the topics of the rows that TRUNCATE removes.
      if not has_table_privilege(owner, target, 'select') then
        execute format('grant select on %s to %I', target, owner);
      end if;
      perform remove_unused_watches();
    end $$`.execute(db);
  await sql`
    create function ${name('unwatch')}(target regclass) returns void language plpgsql ${own} set client_min_messages = warning as $$
    declare event text; begin
      foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        execute format('drop trigger if exists carillon_watch_%s on %s', event, target);
      end loop;
      perform remove_unused_watches();
    end $$`.execute(db);
}
