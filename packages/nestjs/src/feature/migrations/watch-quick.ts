import { type Kysely, sql } from 'kysely';
import { MAX_TOPIC_LENGTH } from '../../engine/topic-name.js';
import { MAX_INBOX_DATA } from './inbox-limits.js';
import { FIRST_USER_TYPE } from './watch-generators.js';
import { createQuickSettings } from './watch-settings.js';

type Sql = ReturnType<typeof sql>;
type Name = (fn: string) => Sql;

/** More columns would make the statement too long. */
const MAX_QUICK_COLUMNS = 100;
/** Values that are a part of a topic as they are. All others are left to the complete rules. */
const PLAIN_PART = '^[0-9A-Za-z_@:+~-][0-9A-Za-z_@:+~. -]*$';
/** Bytes of the JSON of a value with a type of fixed length, which has at most 64 bytes: `name` has control characters. */
const FIXED = 450;
/** Bytes of the JSON of a numeric with a precision, which is at most 1,000, as is its scale. */
const NUMERIC = 2100;

const TEXTS = sql`('{text,varchar}'::regtype[]::oid[])`;
const NUMBERS = sql`('{int2,int4,int8,uuid}'::regtype[]::oid[])`;

/**
 * Creates the functions that generate the quick statement of a row trigger: one INSERT for the usual row. PostgreSQL
 * prepares every function and operator in it again for each execution, which costs more than the evaluation, so the
 * statement has few of them. It inserts nothing if the row may need more: a text that is long or not plain, another topic,
 * another key.
 *
 * Its function sets no search path, which takes time in each call. All names have a schema.
 */
export async function createQuickStatements(
  db: Kysely<any>,
  name: Name,
  schema: string,
): Promise<void> {
  await createColumnChecks(db, name, schema);
  await createQuickTypes(db, name);
  await createQuickConditions(db, name);
  await createQuickSettings(db, name, schema);
  await createQuickStatement(db, name, schema);
}

/**
 * `has_columns` is not really immutable. PostgreSQL therefore computes it when it plans the statement that contains it, and
 * again after each ALTER TABLE, because the constant of type regclass makes the plan depend on the table. In a transaction
 * with an old snapshot, the catalogue may show columns that have changed since. A later version of a row has set its xmax.
 */
async function createColumnChecks(db: Kysely<any>, name: Name, schema: string): Promise<void> {
  await sql`
    create function ${name('columns_of')}(target regclass) returns text language sql stable as $$
      select string_agg(format('%I %s %s', attname, atttypid, atttypmod), ', ' order by attnum)
      from pg_attribute where attrelid = target and attnum > 0 and not attisdropped $$`.execute(db);
  await sql`
    create function ${name('has_columns')}(target regclass, columns text) returns boolean language plpgsql immutable
    set search_path = ${sql.id(schema)}, pg_temp as $$ begin
      return columns_of(target) = columns and (
        current_setting('transaction_isolation') in ('read committed', 'read uncommitted')
        or not exists (select from pg_attribute where attrelid = target and xmax <> 0)
          and not exists (select from pg_class where oid = target and xmax <> 0));
    end $$`.execute(db);
}

async function createQuickTypes(db: Kysely<any>, name: Name): Promise<void> {
  // A cast from another type to json would be called as the owner of the inbox. A topic with a dot after a slash may become
  // one of the hub.
  await sql`
    create function ${name('is_quick')}(plan watch_plan, op text) returns boolean language sql stable as $$
      select cardinality(plan.used) <= ${sql.lit(MAX_QUICK_COLUMNS)} and strpos(plan.topic, '/.') = 0
        and (op <> 'update' or plan.has_key and not plan.is_deferrable)
        and bool_and(atttypid < ${sql.lit(FIRST_USER_TYPE)} or typtype = 'd' and typbasetype < ${sql.lit(FIRST_USER_TYPE)})
        and bool_and(attname <> all (columns_of_topic(plan.topic)) or atttypid = any (${TEXTS} || ${NUMBERS}))
      from pg_attribute join pg_type on pg_type.oid = atttypid
      where attrelid = plan.target and attname = any (plan.used) $$`.execute(db);
  // Six bytes of JSON for each one of a text, as for a control character. Null if that is not enough, or not sure.
  await sql`
    create function ${name('quick_limit')}(plan watch_plan) returns int language sql stable as $$
      select case when bytes >= ${sql.lit(MAX_TOPIC_LENGTH)} then bytes end
      from (select case
          when bool_and(attlen > 0 or atttypid = any (${TEXTS} || 'bpchar'::regtype::oid)
            or atttypid = 'numeric'::regtype and atttypmod >= 0)
          then (${sql.lit(MAX_INBOX_DATA - 100)} - sum(6 * octet_length(attname) + case
              when attlen > 0 then ${sql.lit(FIXED)} when atttypid = 'numeric'::regtype then ${sql.lit(NUMERIC)} else 10 end))
            / (6 * greatest(1, count(*) filter (where attlen < 0)))
        end::int as bytes
        from pg_attribute where attrelid = plan.target and attname = any (plan.shown)) as sized $$`.execute(
    db,
  );
}

async function createQuickConditions(db: Kysely<any>, name: Name): Promise<void> {
  // Bytes, as a collation may hold different texts to be equal.
  await sql`
    create function ${name('quick_equality')}(type oid, attribute name) returns text language sql stable as $$
      select format(case
        when type = any (${TEXTS}) then 'new.%1$I operator(pg_catalog.=) old.%1$I collate pg_catalog."C"'
        when type = any (${NUMBERS}) then 'new.%1$I operator(pg_catalog.=) old.%1$I'
        else 'pg_catalog.concat(pg_catalog.to_json(new.%1$I)) operator(pg_catalog.=) pg_catalog.concat(pg_catalog.to_json(old.%1$I))'
      end, attribute) $$`.execute(db);
  await sql`
    create function ${name('quick_topic')}(plan watch_plan, source text) returns setof text language sql stable as $$
      select format(case when atttypid = any (${TEXTS})
        then '%1$s.%2$I operator(pg_catalog.~) ''${sql.raw(PLAIN_PART)}'' collate pg_catalog."C" '
          'and pg_catalog.octet_length(%1$s.%2$I) operator(pg_catalog.<=) %3$s'
        else '%1$s.%2$I is not null' end, source, attname,
        (${sql.lit(MAX_TOPIC_LENGTH)} - octet_length(plan.topic)) / greatest(1, cardinality(columns_of_topic(plan.topic))))
      from pg_attribute where attrelid = plan.target and attname = any (columns_of_topic(plan.topic)) $$`.execute(
    db,
  );
  // No value is read: the size of a text is that without compression.
  await sql`
    create function ${name('quick_sizes')}(plan watch_plan, source text) returns text language sql stable as $$
      select format('greatest(0, %s) operator(pg_catalog.<=) %s',
        string_agg(format(case when quick_limit(plan) is null then 'pg_catalog.pg_column_size(%s.%I)'
          else 'pg_catalog.octet_length(%s.%I)' end, source, attname), ', '),
        coalesce(quick_limit(plan), ${sql.lit(MAX_INBOX_DATA)} / greatest(1, count(*))))
      from pg_attribute
      where attrelid = plan.target and attlen = -1 and attname = any (plan.shown) and atttypid <> 'numeric'::regtype
        and attname <> all (columns_of_topic(plan.topic)) having count(*) > 0 $$`.execute(db);
  await sql`
    create function ${name('quick_conditions')}(plan watch_plan, op text, source text) returns text language sql stable as $$
      select coalesce(string_agg(condition, ' and '), 'true') from (
        select quick_topic(plan, source)
        union all select quick_sizes(plan, source)
        union all select quick_equality(atttypid, attname) from pg_attribute
        where op = 'update' and attrelid = plan.target and attname = any (plan.key || columns_of_topic(plan.topic))
      ) as each (condition) $$`.execute(db);
}

/** OFFSET keeps PostgreSQL from computing the JSON twice. */
async function createQuickStatement(db: Kysely<any>, name: Name, schema: string): Promise<void> {
  const own = (each: string) => `${JSON.stringify(schema)}.${each}`;
  await sql`
    create function ${name('quick_topic_text')}(plan watch_plan, source text) returns text language sql stable as $$
      select format('pg_catalog.concat(%L%s)', literals[1], (
        select string_agg(format(', %s.%I', source, each)
          || case when literals[n + 1] = '' then '' else format(', %L', literals[n + 1]) end, '' order by n)
        from unnest(columns_of_topic(plan.topic)) with ordinality as u (each, n)))
      from regexp_split_to_array(plan.topic, '\\{[^{}]+\\}') as literals $$`.execute(db);
  await sql`
    create function ${name('quick_source')}(plan watch_plan, op text, source text) returns text language sql stable as $$
      select format('pg_catalog.concat(%L, pg_catalog.to_json(%s), ''}'') as data%s where %s',
        format('{"op":"%s","row":', op), case when shows_all then source else 'shown' end,
        case when not shows_all then format(' from (select %s offset 0) as shown', (
          select string_agg(format('%s.%I as %2$I', source, each), ', ' order by n)
          from unnest(plan.shown) with ordinality as u (each, n))) end,
        quick_conditions(plan, op, source))
      from (select array_agg(attname order by attnum) = plan.shown as shows_all
        from pg_attribute where attrelid = plan.target and attnum > 0 and not attisdropped) as each $$`.execute(
    db,
  );
  await sql`
    create function ${name('quick_statement')}(plan watch_plan, type text, op text, private boolean) returns text
    language sql stable as $$
      select format('insert into ${sql.raw(own('carillon_inbox'))} (checked, private, topic, type, data) select 1, %s, %s, %L, ',
          private::int, quick_topic_text(plan, source), replace(type, '{op}', op))
        || case when quick_limit(plan) is not null then quick_source(plan, op, source)
          else format('event.data from (select %s offset 0) as event where pg_catalog.octet_length(event.data) <= %s '
            'and not ${sql.raw(own('is_too_deep'))}(event.data)',
            quick_source(plan, op, source), ${sql.lit(MAX_INBOX_DATA)}) end
      from (select case op when 'delete' then 'old' else 'new' end as source) as each $$`.execute(
    db,
  );
}
