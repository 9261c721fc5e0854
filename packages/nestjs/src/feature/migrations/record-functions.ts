import { type Kysely, type RawBuilder, sql } from 'kysely';
import { isOfHub, isRegistered, RESERVED } from './reserved-names.js';

type Sql = RawBuilder<unknown>;

const PARAMETERS = sql`
  private boolean default true, topics text[] default null, id text default null,
  actor text default null, format text default 'json'`;

/** Creates `record`, and the functions that check what a role may record. */
export async function createRecord(db: Kysely<any>, schema: string, definer: Sql): Promise<void> {
  const name = (fn: string) => sql.id(schema, fn);
  await createRefusals(db, schema, name);
  await createRecordOfText(db, name, definer);
  await createRecordOfJson(db, name);
}

/**
 * Their callers set the search path. Each function with such a clause of its own would set and restore it again, in every
 * call.
 */
async function createRefusals(
  db: Kysely<any>,
  schema: string,
  name: (fn: string) => Sql,
): Promise<void> {
  await sql`
    create function ${name('refuse_unless_allowed')}(caller name, wanted text) returns void
    language plpgsql stable as $$ begin
      if pg_has_role(caller, current_user, 'usage') then return; end if;
      if ${isRegistered(db, sql`wanted`)} then
        raise exception using errcode = 'insufficient_privilege',
          message = format('The topic %L belongs to Carillon. Use a topic of your own.', wanted);
      end if;
      if not ${isAllowed(sql`wanted`)} then
        raise exception using errcode = 'insufficient_privilege',
          message = format('The role %I is not allowed to record on the topic %L.', caller, wanted),
          hint = format('The owner of the schema can allow it: SELECT %I.allow(%L, %L)',
            ${sql.lit(schema)}, caller, wanted);
      end if;
    end $$`.execute(db);
  // The triggers of watched tables do not call it, since they must never fail.
  await sql`
    create function ${name('refuse_reserved')}(topic text, others text[], types text[]) returns void
    language plpgsql stable as $$ begin
      if exists (select from unnest(topic || others) as each where ${isOfHub(db, sql`each`)}) then
        raise exception using errcode = 'insufficient_privilege', message = ${sql.lit(RESERVED.topic)};
      end if;
      if exists (select from registered_types where name = any (types)) and not ${isRegistered(db, sql`topic`)} then
        raise exception using errcode = 'insufficient_privilege', message = ${sql.lit(RESERVED.type)};
      end if;
    end $$`.execute(db);
}

/** Whether a pattern of one of the caller's roles matches a topic. A role that was dropped has no OID. */
const isAllowed = (topic: Sql): RawBuilder<boolean> => sql`exists (
  select from inbox_permissions
  where pg_has_role(caller, to_regrole(quote_ident(role))::oid, 'usage') and ${topic} like
    replace(replace(replace(replace(pattern, '\\', '\\\\'), '%', '\\%'), '_', '\\_'), '*', '%'))`;

/**
 * PostgreSQL prepares each statement of a function again in each transaction, which costs more than its execution. One
 * statement therefore checks and inserts an event on one topic. If it inserts nothing, single statements find the error.
 */
async function createRecordOfText(
  db: Kysely<any>,
  name: (fn: string) => Sql,
  definer: Sql,
): Promise<void> {
  const isAccepted = sql`not ${isOfHub(db, sql`record.topic`)}
    and not exists (select from registered_types where name = record.type)
    and (pg_has_role(caller, current_user, 'usage')
      or (not ${isRegistered(db, sql`record.topic`)} and ${isAllowed(sql`record.topic`)}))`;
  // The role of the session, not that of the function: SET ROLE counts.
  await sql`
    create function ${name('record')}(topic text, type text, data text, ${PARAMETERS})
    returns void language plpgsql ${definer} as $$
    declare
      caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
      others text[];
    begin
      if record.topics is null then
        insert into carillon_inbox (topic, type, data, format, private, public_id, actor)
        select record.topic, record.type, record.data, record.format, record.private::int, record.id, record.actor
        where ${isAccepted};
        if found then return; end if;
      end if;
      if array_ndims(record.topics) > 1 then
        raise exception using errcode = 'array_subscript_error', message = 'topics must be an array with one dimension.';
      end if;
      others := array_remove(record.topics, record.topic);
      perform refuse_reserved(record.topic, others, array[record.type]);
      perform refuse_unless_allowed(caller, each) from unnest(record.topic || others) as each;
      insert into carillon_inbox (topic, topics, type, data, format, private, public_id, actor)
      values (record.topic, case when cardinality(others) > 0 then to_json(record.topic || others)::text end,
        record.type, record.data, record.format, record.private::int, record.id, record.actor);
    end $$`.execute(db);
}

/**
 * A literal has no type. If several functions match, PostgreSQL chooses the one with text. In PL/pgSQL, since PostgreSQL
 * parses a function in SQL again for each call.
 */
async function createRecordOfJson(db: Kysely<any>, name: (fn: string) => Sql): Promise<void> {
  for (const type of [sql`json`, sql`jsonb`])
    await sql`
      create function ${name('record')}(topic text, type text, data ${type}, ${PARAMETERS})
      returns void language plpgsql as $$ begin
        perform ${name('record')}($1, $2, $3::text, $4, $5, $6, $7, $8);
      end $$`.execute(db);
}
