import { type Kysely, type RawBuilder, sql } from 'kysely';
import { isPostgres } from '../../engine/dialect.js';
import { HUB_PATH } from '../../topics/hub-topics.js';

/** What the databases say about the topics and types that no other program can use. */
export const RESERVED = {
  topic: `Topics below ${HUB_PATH} belong to the hub. Use a topic of your own.`,
  type: 'The type belongs to a feature of Carillon. Use a type of your own.',
} as const;

/** Whether a topic is one that a feature has registered, or below it. */
export const isRegistered = (
  db: Kysely<any>,
  topic: RawBuilder<unknown>,
  schema?: string,
): RawBuilder<boolean> =>
  isPostgres(db)
    ? sql`exists (select from ${sql.id(...(schema ? [schema] : []), 'registered_topics')}
        where name = split_part(${topic}, '/', 1))`
    : sql`exists (select 1 from registered_topics where name = substr(${topic}, 1, instr(${topic} || '/', '/') - 1))`;

/**
 * Whether a topic is the address of the hub or below it, in the usual form: a path or an HTTP URL, without anything that
 * makes its path differ from its text. Every such topic is one for `isHubTopic`, too, with which a node finds all other forms.
 */
export function isOfHub(db: Kysely<any>, topic: RawBuilder<unknown>): RawBuilder<boolean> {
  const position = isPostgres(db) ? sql`strpos` : sql`instr`;
  const has = (text: RawBuilder<unknown>, part: string) =>
    sql`${position}(${text}, ${sql.lit(part)}) > 0`;
  // It starts in the middle of the host.
  const rest = sql`substr(${topic}, 9)`;
  const path = sql`case when ${topic} like 'http://%' or ${topic} like 'https://%'
    then substr(${rest}, ${position}(${rest}, '/')) else ${topic} end`;
  const unusual = [
    ...['?', '#', '\\'].map((part) => has(topic, part)),
    // They may start dot segments.
    ...['/.', '/%2'].map((part) => has(sql`substr(${path}, 2)`, part)),
  ];
  // The first condition is fast, and false for almost all topics.
  return sql`(${has(topic, HUB_PATH)}
    and substr(${path} || '/', 1, ${sql.lit(HUB_PATH.length + 1)}) = ${sql.lit(`${HUB_PATH}/`)}
    and not (${sql.join(unusual, sql` or `)}))`;
}
