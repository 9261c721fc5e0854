import { type Kysely, sql } from 'kysely';
import { MAX_INBOX_DATA } from './inbox-limits.js';
import { createQuickStatements } from './watch-quick.js';
import { settingsOf } from './watch-settings.js';

type Sql = ReturnType<typeof sql>;
type Name = (fn: string) => Sql;

/** Creates the function that generates the functions of a watched table. */
export async function createWatchBody(db: Kysely<any>, name: Name, schema: string): Promise<void> {
  await createQuickStatements(db, name, schema);
  await createData(db, name);
  await createRowBodies(db, name);
  await createStatementBodies(db, name);
  const settings = sql.lit(settingsOf(schema));
  await sql`
    create function ${name('create_watch_functions')}(plan watch_plan, function text, type text, private boolean)
    returns void language plpgsql as $body$ declare op text; begin
      execute format('create function %s_row(op text, old anyelement, new anyelement) returns void language plpgsql %s as %L',
        function, ${settings}, watched_row_body(plan, type, private));
      foreach op in array array['insert', 'update', 'delete'] loop
        execute format('create function %s_%s() returns trigger language plpgsql %s as %L', function, op,
          case when is_quick(plan, op) then quick_settings(plan) else ${settings} end,
          watched_trigger(plan, function, type, op, private));
      end loop;
      execute format('create function %s_exchange() returns trigger language plpgsql %s as %L', function,
        ${settings}, watched_exchange(plan, type, private));
      -- The owner of the inbox may have lost access to the table, or see only a part of it.
      execute format('create function %s_truncate() returns trigger language plpgsql %s set row_security = off as %L',
        function, ${settings}, watched_truncate(plan, type, private));
    end $body$`.execute(db);
}

/** The data of an event: with the row, with its key only if that is too large or nested too deeply, or with neither. */
async function createData(db: Kysely<any>, name: Name): Promise<void> {
  await sql`
    create function ${name('watched_data')}(plan watch_plan, op text, shown text, key text, old_key text) returns text
    language sql immutable as $$
      select format('case when octet_length(%1$s) <= %3$s and not is_too_deep(%1$s) then %1$s '
          'when octet_length(%2$s) <= %3$s and not is_too_deep(%2$s) then %2$s else %4$L end',
        format('%L || %s || %s || ''}''', start, shown, old_key),
        format('%L || %s || %s || '',"partial":true}''', start,
          case when plan.has_key then key else '''{}''' end,
          case when plan.has_key then old_key else '''''' end),
        ${sql.lit(MAX_INBOX_DATA)}, start || '{},"partial":true}')
      from format('{"op":"%s","row":', op) as start $$`.execute(db);
  await sql`
    create function ${name('watched_insertion')}(private boolean, type text, op text, topic text, data text) returns text
    language sql immutable as $$
      select format('insert into carillon_inbox (checked, private, topic, type, data) select 1, %s, %s, %L, %s',
        private::int, topic, replace(type, '{op}', op), data) $$`.execute(db);
}

/**
 * The trigger for a row runs one quick statement. The columns in it may have been dropped or have another type, so it is
 * parsed and run only if they are the same as before. The function `_row` handles all other rows. It looks each column up
 * by its name.
 */
async function createRowBodies(db: Kysely<any>, name: Name): Promise<void> {
  // RETURN NULL would be one more expression. The result of this trigger is ignored.
  await sql`
    create function ${name('watched_trigger')}(plan watch_plan, function text, type text, op text, private boolean)
    returns text language sql stable as $body$
      select format('begin %s perform %s_row(%L, %s, %s); return null; end',
        case when is_quick(plan, op) then format('if %s.has_columns(''%s''::pg_catalog.regclass, %L) then %s; if found then return %s; end if; end if;',
          quote_ident(current_schema()), plan.target::oid, columns_of(plan.target),
          quick_statement(plan, type, op, private), case op when 'delete' then 'old' else 'new' end) end,
        function, op, case op when 'insert' then 'null' else 'old' end, case op when 'delete' then 'null' else 'new' end)
      $body$`.execute(db);
  // The constant makes the cached plan depend on the table. Without it, the plan of a session fails after ALTER TABLE.
  await sql`
    create function ${name('watched_look')}(plan watch_plan, source text, prefix text) returns text language sql stable as $$
      select format('select each.topic, each.key, each.shown into %1$s_topic, %1$s_key, %1$s_row '
          'from %2$s, (select %3$s.*) as r, %4$s as each where ''%5$s''::regclass is not null',
        prefix, watched_missing(plan), source, watched_side(plan, 'r'), plan.target::oid) $$`.execute(
    db,
  );
  await sql`
    create function ${name('watched_row_body')}(plan watch_plan, type text, private boolean) returns text
    language sql stable as $body$
      select format($watched$
        #variable_conflict use_column
        declare
          o_topic text; o_key text; o_row text; n_topic text; n_key text; n_row text;
        begin
          if op <> 'insert' then %1$s; end if;
          if op <> 'delete' then %2$s; end if;
          if o_topic is not null and (op = 'delete' or %3$L or o_topic is distinct from n_topic) then
            %4$s;
            o_topic := null;
          end if;
          if n_topic is null then return; end if;
          if o_topic is null then %5$s; else %6$s; end if;
        end $watched$,
        watched_look(plan, 'old', 'o'), watched_look(plan, 'new', 'n'), plan.is_deferrable,
        watched_insertion(private, type, 'delete', 'o_topic', watched_data(plan, 'delete', 'o_row', 'o_key', '''''')),
        watched_insertion(private, type, 'insert', 'n_topic', watched_data(plan, 'insert', 'n_row', 'n_key', '''''')),
        watched_insertion(private, type, 'update', 'n_topic', watched_data(plan, 'update', 'n_row', 'n_key',
          'coalesce(case when o_key <> n_key then '',"old":'' || o_key end, '''')')))
      $body$`.execute(db);
}

async function createStatementBodies(db: Kysely<any>, name: Name): Promise<void> {
  await sql`
    create function ${name('watched_event')}(plan watch_plan, type text, op text, private boolean, source text) returns text
    language sql stable as $$
      select watched_insertion(private, type, op, 'each.topic', watched_data(plan, op, 'each.shown', 'each.key', ''''''))
        || format(' from %s, %s as r, %s as each where each.topic is not null', watched_missing(plan), source,
          watched_side(plan, 'r')) $$`.execute(db);
  // One statement can exchange deferrable keys, so all removals come first.
  await sql`
    create function ${name('watched_exchange')}(plan watch_plan, type text, private boolean) returns text
    language sql stable as $$
      select format('#variable_conflict use_column
        begin %s; %s; return null; end',
        watched_event(plan, type, 'delete', private, 'old_rows'),
        watched_event(plan, type, 'insert', private, 'new_rows')) $$`.execute(db);
  await sql`
    create function ${name('watched_truncate')}(plan watch_plan, type text, private boolean) returns text
    language sql stable as $body$
      select format($watched$
        begin
          execute format(%L, tg_relid::regclass);
          return null;
        exception when insufficient_privilege then
          raise warning 'The truncation of %% is no event: %%', tg_relid::regclass, sqlerrm;
          return null;
        end $watched$, format('insert into carillon_inbox (checked, private, topic, type, data)
          select distinct 1, %s, each.topic, %L, ''{"op":"truncate"}'' from %s, %%s as r, %s as each where each.topic is not null',
          private::int, replace(type, '{op}', 'truncate'), replace(watched_missing(plan), '%', '%%'),
          replace(watched_side(plan, 'r'), '%', '%%'))) $body$`.execute(db);
}
