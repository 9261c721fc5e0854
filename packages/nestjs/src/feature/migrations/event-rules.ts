import { type Kysely, type RawBuilder, sql } from 'kysely';
import { isPostgres } from '../../engine/dialect.js';
import { STREAM_TYPES } from '../../engine/reserved-types.js';
import {
  FORBIDDEN_CHARACTERS,
  MAX_PUBLIC_ID_LENGTH,
  MAX_TOPIC_LENGTH,
} from '../../engine/topic-name.js';

type Rule = RawBuilder<boolean>;

/** The columns with a rule. Null meets every rule. */
type Rules = Record<'topic' | 'topics' | 'type' | 'data' | 'public_id', Rule>;

const MAX_TYPE_LENGTH = 200;
const RESERVED = STREAM_TYPES.map((type) => sql.lit(type));
const CONTROL = [
  [0, 0x1f],
  [0x7f, 0x7f],
] as const;

/**
 * What the columns of an event must meet, as conditions in SQL.
 *
 * @param row the prefix of a column: `new.` in a trigger of SQLite.
 */
export function eventRules(db: Kysely<any>, row: '' | 'new.'): Rules {
  const [topic, topics, type, data, format, publicId] = [
    'topic',
    'topics',
    'type',
    'data',
    'format',
    'public_id',
  ].map((name) => sql`${sql.raw(row)}${sql.ref(name)}`) as Texts;
  const text = textRule(db);
  return {
    topic: topicRule(db, topic),
    topics: isPostgres(db)
      ? sql`json_typeof(${topics}::json) = 'array' and ${topics}::json->>0 = ${topic}`
      : sql`case when json_valid(${topics}) then json_type(${topics}) = 'array' and json_extract(${topics}, '$[0]') = ${topic}
          else ${topics} is null end`,
    type: sql`${text(type, MAX_TYPE_LENGTH, CONTROL)} and ${isNotReserved(db, type)}`,
    data: sql`case ${format} when 'json' then ${isJsonObject(db, data)} when 'text' then ${hasNoCr(db, data)} else false end`,
    public_id: sql`${text(publicId, MAX_PUBLIC_ID_LENGTH, FORBIDDEN_CHARACTERS)} and ${publicId} <> 'earliest'
      and ${publicId} not like '#%' and ${publicId} not like ' %' and ${publicId} not like '% ' and not ${isCursor(db, publicId)}`,
  };
}

/** @param topic an expression with the text of a topic. */
export const topicRule = (db: Kysely<any>, topic: Text): Rule =>
  sql`${textRule(db)(topic, MAX_TOPIC_LENGTH, FORBIDDEN_CHARACTERS)} and ${topic} <> '*'`;

const textRule = (db: Kysely<any>) => (isPostgres(db) ? textOnPostgres : textOnSqlite);

type Text = RawBuilder<unknown>;
type Texts = [Text, Text, Text, Text, Text, Text];
type Ranges = readonly (readonly [from: number, to: number])[];

const isJsonObject = (db: Kysely<any>, data: Text): Rule =>
  isPostgres(db)
    ? sql`json_typeof(${data}::json) = 'object'`
    : sql`case when json_valid(${data}) then json_type(${data}) = 'object' else false end`;

const hasNoCr = (db: Kysely<any>, data: Text): Rule =>
  isPostgres(db)
    ? sql`strpos(${data}, chr(13)) = 0`
    : sql`instr(${data}, char(13)) = 0 and instr(${data}, char(0)) = 0`;

/** For `not in`, SQLite fills a temporary table again for each event, which takes 2 µs. */
const isNotReserved = (db: Kysely<any>, type: Text): Rule =>
  isPostgres(db)
    ? sql`${type} not in (${sql.join(RESERVED)})`
    : sql.join(
        RESERVED.map((reserved) => sql`${type} <> ${reserved}`),
        sql` and `,
      );

const isCursor = (db: Kysely<any>, id: Text): Rule =>
  isPostgres(db)
    ? sql`${id} ~ '^[0-9a-f]{8}-[0-9]+(~.*)?$'`
    : sql`(${id} glob ${sql.lit(`${'[0-9a-f]'.repeat(8)}-[0-9]*`)} and (${id} glob '*~*' or substr(${id}, 10) not glob '*[^0-9]*'))`;

/** The text has 1 to `max` characters, and none of the forbidden ones. */
function textOnPostgres(text: Text, max: number, forbidden: Ranges): Rule {
  const escaped = (n: number) => `\\U${n.toString(16).padStart(8, '0')}`;
  // PostgreSQL stores no NUL, and takes none in a pattern.
  const characters = forbidden.map(([from, to]) => `${escaped(Math.max(from, 1))}-${escaped(to)}`);
  return sql`char_length(${text}) between 1 and ${sql.lit(max)} and ${text} !~ ${sql.lit(`[${characters.join('')}]`)}`;
}

/**
 * Almost all texts are printable ASCII, and none of the forbidden characters is. GLOB compares each character with each
 * range, which takes 3 µs for a topic. `char()` would build the pattern for each event.
 */
function textOnSqlite(text: Text, max: number, forbidden: Ranges): Rule {
  const [first, last] = PRINTABLE_ASCII;
  // A NUL ends the text for most functions of SQLite, so it is searched for by itself.
  return sql`length(${text}) between 1 and ${sql.lit(max)} and instr(${text}, char(0)) = 0
    and (${text} not glob ${sql.lit(`*[^${first}-${last}]*`)} or ${text} not glob ${sql.lit(`*[${rangesOf(forbidden)}]*`)})`;
}

const PRINTABLE_ASCII = [' ', '~'] as const;

const rangesOf = (characters: Ranges): string =>
  characters
    .map(([from, to]) => `${String.fromCodePoint(Math.max(from, 1))}-${String.fromCodePoint(to)}`)
    .join('');
