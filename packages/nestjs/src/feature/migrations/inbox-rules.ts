import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../../engine/dialect.js';
import { MAX_JSON_DEPTH } from '../../engine/json-depth.js';
import { RESERVED_TYPES } from '../../engine/reserved-types.js';
import { eventRules, topicRule } from './event-rules.js';
import { MAX_INBOX_DATA } from './inbox-limits.js';
import { isRegistered } from './reserved-names.js';

/** The maximum number of topics of one event. */
const MAX_TOPICS = 100;
/** Bytes of an actor. */
const MAX_ACTOR = 255;

/** What each column must meet, in words. The errors of both databases contain it. */
const RULES = {
  topic:
    'A topic must have 1 to 512 characters, without control characters and invisible formatting characters, and must not be *.',
  topics: `topics must be a JSON array of 1 to ${MAX_TOPICS} topics, the first of which is in the column topic.`,
  type: `A type must have 1 to 200 characters, without control characters, and must not be one of ${RESERVED_TYPES.join(', ')}.`,
  data: 'data must be a JSON object, such as {"id": 1}. To record any other text, set format to text.',
  size: `data must have at most ${MAX_INBOX_DATA} bytes, and topics ten times as many.`,
  depth: `data must not be nested deeper than ${MAX_JSON_DEPTH} levels.`,
  id: 'id is set by the database. Leave it out.',
  xid: 'xid is set by the database. Leave it out.',
  actor: `actor must have at most ${MAX_ACTOR} bytes.`,
  private: 'private must be 1, or 0 for a public event.',
  public_id:
    'public_id must have 1 to 255 characters, without control characters and invisible formatting characters. It must not start with #, start or end with a space, be earliest, or have the form of a cursor.',
  of_feature:
    'An event on a topic of a feature, such as users, must be a JSON object without public_id, and all of its topics must belong to features.',
} as const;

export type Sql = ReturnType<typeof sql>;

/** The conditions, which are stricter than those of the log: an event in the inbox can always be moved. */
export function inboxRules(db: Kysely<any>, schema: string) {
  const rules = eventRules(db, 'new.');
  const topics = isPostgres(db)
    ? sql`json_array_length(new.topics::json) between 1 and ${sql.lit(MAX_TOPICS)}
        and not exists (select from json_array_elements(new.topics::json) as each (value)
          where json_typeof(value) <> 'string' or (${topicRule(db, sql`(value #>> '{}')`)}) is not true)`
    : sql`json_array_length(new.topics) between 1 and ${sql.lit(MAX_TOPICS)}
        and not exists (select 1 from json_each(new.topics) as each
          where each.type <> 'text' or (${topicRule(db, sql`each.value`)}) is not true)`;
  const isJson = (column: Sql) =>
    isPostgres(db) ? sql`${sql.id(schema, 'is_json')}(${column})` : sql`json_valid(${column})`;
  const isObject = isPostgres(db)
    ? sql`${sql.id(schema, 'is_json_object')}(new.data)`
    : sql`case when json_valid(new.data) then json_type(new.data) = 'object' else false end`;
  const hasNoNul = isPostgres(db) ? sql`true` : sql`instr(new.data, char(0)) = 0`;
  const bytesOf = (column: Sql) =>
    isPostgres(db) ? sql`octet_length(${column})` : sql`length(cast(${column} as blob))`;
  return {
    // First, so that no rule reads a text of a gigabyte.
    size: sql`${bytesOf(sql`new.data`)} <= ${sql.lit(MAX_INBOX_DATA)}
      and coalesce(${bytesOf(sql`new.topics`)}, 0) <= ${sql.lit(10 * MAX_INBOX_DATA)}`,
    topic: rules.topic,
    topics: sql`case when new.topics is null then true when ${isJson(sql`new.topics`)}
      then case when ${rules.topics} then ${topics} else false end else false end`,
    type: sql`${rules.type} and new.type <> 'mercure'`,
    data: sql`case when new.format = 'text' then ${hasNoNul}
      when new.format = 'json' then ${isObject} else false end`,
    depth: depthRule(db, schema),
    ...placeRule(db),
    private: sql`new.private in (0, 1)`,
    public_id: rules.public_id,
    of_feature: sql`case when ${isRegistered(db, sql`new.topic`, schema)}
      then new.public_id is null and new.format = 'json' and ${each(db, sql`${isRegistered(db, sql`value`, schema)}`)}
      else ${each(db, sql`not (${isRegistered(db, sql`value`, schema)})`)} end`,
    actor: sql`${bytesOf(sql`new.actor`)} <= ${sql.lit(MAX_ACTOR)}`,
  };
}

/** SQLite versions read JSON to different depths, and other programs have versions of their own. */
const depthRule = (db: Kysely<any>, schema: string) =>
  isPostgres(db)
    ? sql`case when octet_length(new.data) <= ${sql.lit(2 * MAX_JSON_DEPTH)} or new.format <> 'json' then true
        else not ${sql.id(schema, 'is_too_deep')}(new.data) end`
    : sql`case when length(new.data) <= ${sql.lit(2 * MAX_JSON_DEPTH)} or new.format <> 'json' or not json_valid(new.data) then true
        else not exists (
          with recursive level (value, depth) as (
            select new.data, 1 union all
            select each.value, depth + 1 from level, json_each(level.value) as each
            where each.type in ('object', 'array') and depth <= ${sql.lit(MAX_JSON_DEPTH)})
          select 1 from level where depth > ${sql.lit(MAX_JSON_DEPTH)}) end`;

/** JavaScript has to read the numbers exactly. On SQLite, a row whose id is not set yet has -1 in its place. */
const placeRule = (db: Kysely<any>) =>
  isPostgres(db)
    ? { xid: sql`new.xid between 0 and ${sql.lit(Number.MAX_SAFE_INTEGER)}` }
    : { id: sql`new.id = -1` };

/** Whether all further topics meet a condition. Another rule checks their form. */
export const each = (db: Kysely<any>, condition: Sql) =>
  isPostgres(db)
    ? sql`(new.topics is null or (select bool_and(${condition}) from json_array_elements_text(new.topics::json) as t (value)))`
    : sql`(not json_valid(new.topics) or new.topics is null
        or (select min(${condition}) from json_each(case when json_valid(new.topics) then new.topics else '[]' end)))`;

/** Each rule with what it requires, in words. */
export const rulesOf = (db: Kysely<any>, schema = '') =>
  Object.entries(inboxRules(db, schema)).map(
    ([column, rule]) => [RULES[column as keyof typeof RULES], rule] as const,
  );
