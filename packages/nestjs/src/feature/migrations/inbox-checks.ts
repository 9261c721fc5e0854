import { type Kysely, sql } from 'kysely';
import { MAX_JSON_DEPTH } from '../../engine/json-depth.js';
import { each, inboxRules, rulesOf, type Sql } from './inbox-rules.js';
import { createJsonChecks, hasIsJson } from './json-checks.js';
import { isOfHub, isRegistered, RESERVED } from './reserved-names.js';

/**
 * One trigger function, whose errors contain the rule. Constraints would contain their names only. Only a row that breaks
 * one is checked rule by rule. PostgreSQL evaluates an expression without queries without its executor, in about 10 µs
 * instead of 65 µs for all rules. Most rows meet the two rules with queries because they have one topic and no id.
 */
export async function checkOnPostgres(db: Kysely<any>, schema: string): Promise<void> {
  await createJsonChecks(db, schema, await hasIsJson(db));
  await createDepthCheck(db, schema);
  const { topics, of_feature, ...simple } = inboxRules(db, schema);
  const rules = rulesOf(db, schema);
  const checks = rules.map(
    ([message, rule]) => sql`
      if (${rule}) is false then
        raise exception using errcode = 'check_violation', message = ${sql.lit(message)};
      end if;`,
  );
  await sql`
    create function ${sql.id(schema, 'check_inbox')}() returns trigger language plpgsql
    as $$ begin
      if ${all(Object.values(simple))} then
        if new.topics is null and new.public_id is null and new.format = 'json' then return new; end if;
        if ${all([topics, of_feature])} then return new; end if;
      end if;
      ${sql.join(checks, sql``)}
      return new;
    end $$`.execute(db);
  await sql`
    create trigger carillon_inbox_form before insert on carillon_inbox
    for each row when (new.checked is null) execute function ${sql.id(schema, 'check_inbox')}()`.execute(
    db,
  );
}

/** Removes the strings, then one level of brackets after another. Only data with many brackets needs that. */
async function createDepthCheck(db: Kysely<any>, schema: string): Promise<void> {
  const max = sql.lit(MAX_JSON_DEPTH);
  await sql`
    create function ${sql.id(schema, 'is_too_deep')}(value text) returns boolean language plpgsql immutable as $$
    declare brackets text; begin
      if length(value) - length(translate(value, '{[', '')) <= ${max} then return false; end if;
      brackets := translate(regexp_replace(regexp_replace(value, '"(\\\\.|[^"\\\\])*"', '', 'g'), '[^][{}]', '', 'g'), '{}', '[]');
      for level in 1 .. ${max} loop
        exit when brackets = '';
        brackets := replace(brackets, '[]', '');
      end loop;
      return brackets <> '';
    end $$`.execute(db);
}

/** Null meets every rule. */
const all = (rules: Sql[]) =>
  sql.join(
    rules.map((rule) => sql`(${rule}) is not false`),
    sql` and `,
  );

/** In older versions of SQLite, which other programs may use, a trigger can raise constant messages only. */
export async function checkOnSqlite(db: Kysely<any>): Promise<void> {
  for (const [n, [message, rule]] of rulesOf(db).entries())
    await sql`
      create trigger ${sql.ref(`carillon_inbox_${n}`)} before insert on carillon_inbox when new.checked is null and (${rule}) is false
      begin select raise(abort, ${sql.lit(message)}); end`.execute(db);
}

/** What `refuse_reserved` is on PostgreSQL. The triggers of watched tables omit such events, so they never fail. */
export async function refuseReservedOnSqlite(db: Kysely<any>): Promise<void> {
  const hasTopicOfHub = sql`${isOfHub(db, sql`new.topic`)} or not (${each(db, sql`not ${isOfHub(db, sql`value`)}`)})`;
  const isOfFeature = sql`new.type in (select name from registered_types) and not (${isRegistered(db, sql`new.topic`)})`;
  for (const [name, condition, message] of [
    ['hub', hasTopicOfHub, RESERVED.topic],
    ['type', isOfFeature, RESERVED.type],
  ] as const)
    await sql`
      create trigger ${sql.ref(`carillon_inbox_reserved_${name}`)} before insert on carillon_inbox when ${condition}
      begin select raise(abort, ${sql.lit(message)}); end`.execute(db);
}
