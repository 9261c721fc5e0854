import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../dialect.js';

/** What streams, and the EventSource of a browser, call events of their own. */
const TAKEN = sql`('heartbeat', 'reset', 'presence', 'typing', 'open', 'error')`;

/**
 * Refuses what would break those who listen, whoever writes it: a topic and a type are 1 to 200 characters without
 * control characters, and the data are a JSON object. What is in the log already stays as it is.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await (isPostgres(db) ? upOnPostgres(db) : upOnSqlite(db));
}

async function upOnPostgres(db: Kysely<any>): Promise<void> {
  await checkForm(db);
  // A literal has no type of its own; of several functions that could take it, PostgreSQL chooses the one with text.
  for (const type of [sql`jsonb`, sql`text`])
    await sql`
      create function carillon_record(
        topic text, type text, data ${type}, actor text default null, private boolean default true)
      returns bigint language sql as $$ select carillon_record($1, $2, $3::json, $4, $5) $$`.execute(
      db,
    );
}

export async function checkForm(db: Kysely<any>): Promise<void> {
  await sql`
    alter table events add constraint events_form check (
      topic ~ '^[^\\u0001-\\u001f\\u007f]{1,200}$' and type ~ '^[^\\u0001-\\u001f\\u007f]{1,200}$'
      and type not in ${TAKEN} and json_typeof(data::json) = 'object'
    ) not valid`.execute(db);
}

/** For a copy, which keeps what is older than the check. */
export async function uncheckForm(db: Kysely<any>): Promise<void> {
  await sql`alter table events drop constraint events_form`.execute(db);
}

/** A trigger: SQLite adds no constraint to a table that is there. */
async function upOnSqlite(db: Kysely<any>): Promise<void> {
  const control = sql`'*[' || char(1) || '-' || char(31) || char(127) || ']*'`;
  const isWrong = (column: string) => sql`
    length(${sql.ref(column)}) not between 1 and 200
    or ${sql.ref(column)} glob ${control} or instr(${sql.ref(column)}, char(0)) > 0`;
  await sql`
    create trigger events_form before insert on events
    when ${isWrong('new.topic')} or ${isWrong('new.type')} or new.type in ${TAKEN}
      or not json_valid(new.data) or json_type(new.data) <> 'object'
    begin
      select raise(abort, 'events_form: topic and type are 1 to 200 characters without control characters, no type of the stream itself, and data are a JSON object');
    end`.execute(db);
}
