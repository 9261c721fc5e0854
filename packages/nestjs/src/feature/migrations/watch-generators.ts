import { type Kysely, sql } from 'kysely';
import { MAX_INBOX_DATA } from './inbox-limits.js';

/** The ids of types that PostgreSQL comes with are lower. */
export const FIRST_USER_TYPE = 16_384;

type Sql = ReturnType<typeof sql>;

/** Creates the functions that describe a watched table, and the SQL that computes topic, key and JSON of its rows. */
export async function createWatchGenerators(
  db: Kysely<any>,
  name: (fn: string) => Sql,
): Promise<void> {
  await createPlan(db, name);
  await createExpressions(db, name);
  await createSide(db, name);
}

/** Reads the catalogue for what the trigger functions need to know. */
async function createPlan(db: Kysely<any>, name: (fn: string) => Sql): Promise<void> {
  await sql`
    create type ${name('watch_plan')} as (
      target regclass, topic text, shown name[], used name[], key name[], has_key boolean, is_deferrable boolean
    )`.execute(db);
  await sql`
    create function ${name('columns_of_topic')}(topic text) returns name[] language sql immutable as $$
      select array(select part[1]::name from regexp_matches(topic, '\\{([^{}]+)\\}', 'g') as part) $$`.execute(
    db,
  );
  // A column that is computed when it is read has no value in a trigger.
  await sql`
    create function ${name('plan_watch')}(target regclass, topic text, columns text[]) returns watch_plan
    language plpgsql stable as $$
    declare
      available name[] := array(
        select attname from pg_attribute
        where attrelid = target and attnum > 0 and not attisdropped and attgenerated <> 'v' order by attnum);
      shown name[] := array(
        select each::name from unnest(coalesce(columns, available::text[])) with ordinality as u (each, n)
        group by each order by min(n));
      used name[] := array(
        select each from unnest(shown || columns_of_topic(topic)) with ordinality as u (each, n)
        group by each order by min(n));
      wrong name := (select each from unnest(used) as each where each <> all (available) limit 1);
      key name[];
      is_deferrable boolean;
    begin
      if cardinality(shown) = 0 then
        raise exception using errcode = 'invalid_parameter_value', message = 'columns must name at least one column.';
      end if;
      if wrong is not null then
        raise exception using errcode = 'undefined_column',
          message = format('%s has no stored column %L.', target, wrong);
      end if;
      select array_agg(attname order by attnum), bool_or(not indimmediate) into key, is_deferrable
      from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
      where indrelid = target and indisprimary;
      if key <@ shown then
        return row(target, topic, shown, used, key, true, is_deferrable)::watch_plan;
      end if;
      return row(target, topic, shown, used, shown, false, false)::watch_plan;
    end $$`.execute(db);
}

async function createExpressions(db: Kysely<any>, name: (fn: string) => Sql): Promise<void> {
  // A cast from a type to json would be called as the owner of the inbox, so values of types that PostgreSQL does not come
  // with are converted by their output functions. The type is checked at each call, because ALTER TABLE can change it.
  await sql`
    create function ${name('watched_value')}(target regclass, attribute name) returns text
    language sql stable as $$
      select format('case%s when pg_typeof(%2$I)::oid < ${sql.lit(FIRST_USER_TYPE)}%3$s then to_json(%2$I) '
          'when %2$I is not null then to_json(format(''%%s'', %2$I)) end',
        case when attlen = -1
          then format(' when pg_column_size(%I) > ${sql.lit(MAX_INBOX_DATA)} then null', attribute) end,
        attribute,
        case when typtype = 'd' and typbasetype < ${sql.lit(FIRST_USER_TYPE)}
          then format(' or pg_typeof(%I)::oid = %s', attribute, atttypid) end)
      from pg_attribute join pg_type on pg_type.oid = atttypid
      where attrelid = target and attname = attribute $$`.execute(db);
  await sql`
    create function ${name('watched_topic')}(plan watch_plan) returns text language sql immutable as $$
      select format('topic_or_null(%L%s)', literals[1], (
        select string_agg(format(' || topic_part(v.v%s #>> ''{}'') || %L',
          array_position(plan.used, each), literals[n + 1]), '' order by n)
        from unnest(columns_of_topic(plan.topic)) with ordinality as u (each, n)))
      from regexp_split_to_array(plan.topic, '\\{[^{}]+\\}') as literals $$`.execute(db);
  // Names for the values of some columns, as the row that to_json() converts.
  await sql`
    create function ${name('watched_row')}(plan watch_plan, columns name[]) returns text language sql immutable as $$
      select string_agg(format('v.v%s as %I', array_position(plan.used, each), each), ', ' order by n)
      from unnest(columns) with ordinality as u (each, n) $$`.execute(db);
}

/**
 * The topic and the JSON of one row. OFFSET keeps PostgreSQL from inlining them, which would compute them wherever they are
 * used, and made the statement twice as slow.
 */
async function createSide(db: Kysely<any>, name: (fn: string) => Sql): Promise<void> {
  await sql`
    create function ${name('watched_side')}(plan watch_plan, source text) returns text language sql stable as $$
      select format(
        'lateral (select %s as topic, case when not v.is_large then to_json(s.*)::text end as shown, %s as key '
        'from (select %s, %s as is_large from (select %s.*) as c) as v, '
        'lateral (select %s) as s, lateral (select %s) as k offset 0)',
        watched_topic(plan),
        case when plan.has_key then 'to_json(k.*)::text' else 'case when not v.is_large then to_json(k.*)::text end' end,
        (select string_agg(format('%s as v%s', watched_value(plan.target, each), n), ', ' order by n)
          from unnest(plan.used) with ordinality as u (each, n)),
        (select coalesce(string_agg(format('coalesce(pg_column_size(%I), 0)', attname), ' + '), '0')
            || ' > ${sql.lit(MAX_INBOX_DATA)}'
          from pg_attribute where attrelid = plan.target and attlen = -1 and attname = any (plan.shown)),
        source, watched_row(plan, plan.shown), watched_row(plan, plan.key)) $$`.execute(db);
  // A column that is dropped or renamed later is found in this row, where it is null.
  await sql`
    create function ${name('watched_missing')}(plan watch_plan) returns text language sql immutable as $$
      select '(select ' || string_agg(format('null::text as %I', each), ', ') || ') as missing'
      from unnest(plan.used) as each $$`.execute(db);
}
