import { type Kysely, sql } from 'kysely';
import { eventRules, topicRule } from './event-rules.js';
import { isOfHub } from './reserved-names.js';

type Sql = ReturnType<typeof sql>;

/** Creates the functions that decide what can be watched, and the rules for topics of rows. */
export async function createWatchRules(db: Kysely<any>, name: (fn: string) => Sql): Promise<void> {
  await createTopicRules(db, name);
  await createTemplateRules(db, name);
  await sql`
    create function ${name('refuse_unwatchable')}(target regclass, caller name) returns void language plpgsql stable as $$
    declare
      info pg_class := (select each from pg_class as each where oid = target);
      is_log boolean := info.relnamespace = current_schema()::regnamespace
        and info.relname in ('carillon_inbox', 'events', 'event_log');
      is_inherited boolean := exists (
        select from pg_inherits where inhrelid = target or inhparent = target and info.relkind = 'r');
    begin
      if not pg_has_role(caller, info.relowner, 'usage') then
        raise exception using errcode = 'insufficient_privilege',
          message = format('Only the owner of %s can watch it.', target);
      end if;
      if info.relispartition then
        raise exception using errcode = 'wrong_object_type',
          message = format('%s is a partition. Watch the partitioned table.', target);
      end if;
      if info.relkind not in ('r', 'p') or info.relpersistence = 't' or is_log or is_inherited then
        raise exception using errcode = 'wrong_object_type', message = format('%s cannot be watched.', target),
          hint = 'Ordinary and partitioned tables can be watched, unless they are temporary or take part in inheritance.';
      end if;
    end $$`.execute(db);
}

/** Simple functions, which PostgreSQL inlines into the statements of the triggers. */
async function createTopicRules(db: Kysely<any>, name: (fn: string) => Sql): Promise<void> {
  // As in TOPIC_GRANTS: such a value could name a topic other than the one that was meant.
  await sql`
    create function ${name('topic_part')}(value text) returns text language sql immutable as $$
      select case when value !~ '[/?#%\\\\]' and value not in ('', '.', '..') then value end $$`.execute(
    db,
  );
  await sql`
    create function ${name('topic_or_null')}(topic text) returns text language sql immutable as $$
      select case when ${topicRule(db, sql`topic`)} and not ${isOfHub(db, sql`topic`)} then topic end
    $$`.execute(db);
}

async function createTemplateRules(db: Kysely<any>, name: (fn: string) => Sql): Promise<void> {
  const ruled = eventRules(db, '');
  await sql`
    create function ${name('is_event_type')}(type text) returns boolean language sql immutable as $$
      select ${ruled.type} and type <> 'mercure' $$`.execute(db);
  await sql`
    create function ${name('refuse_templates')}(topic text, type text) returns void language plpgsql stable as $$
    declare
      example text := regexp_replace(topic, '\\{[^{}]+\\}', 'x', 'g');
      types text[] := array(select replace(type, '{op}', op) from unnest('{insert,update,delete,truncate}'::text[]) as op);
    begin
      if example ~ '[{}]' or split_part(topic, '/', 1) ~ '[{}]' or topic_or_null(example) is null then
        raise exception using errcode = 'invalid_parameter_value',
          message = format('The topic %L is invalid.', topic),
          hint = 'A topic has 1 to 512 characters, without control characters and invisible formatting characters, and is '
            'not *. {COLUMN} stands for the value of a column, but not before the first slash: orders/{customer}.';
      end if;
      if exists (select from unnest(types) as each where not is_event_type(each) or each ~ '[{}]') then
        raise exception using errcode = 'invalid_parameter_value',
          message = format('The type %L is invalid.', type),
          hint = 'A type has 1 to 200 characters, without control characters, and is not one that streams use themselves. '
            '{op} stands for insert, update, delete or truncate: order.{op}.';
      end if;
    end $$`.execute(db);
}
