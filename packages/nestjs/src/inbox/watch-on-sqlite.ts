import { type Kysely, type RawBuilder, sql } from 'kysely';
import { eventRules, topicRule } from '../feature/migrations/event-rules.js';
import { MAX_INBOX_DATA } from '../feature/migrations/inbox-limits.js';
import { isOfHub, isRegistered, RESERVED } from '../feature/migrations/reserved-names.js';
import type { WatchOptions } from './watch-options.js';

type Sql = RawBuilder<unknown>;
type Row = 'new' | 'old';
interface Plan {
  readonly table: string;
  readonly topic: string;
  readonly type: string;
  readonly isPrivate: boolean;
  readonly shown: readonly string[];
  /** The columns of the primary key, or all shown ones. */
  readonly key: readonly string[];
  readonly hasKey: boolean;
}

const OPS = ['insert', 'update', 'delete'] as const;
const PLACEHOLDER = /\{([^{}]+)\}/;
/** Operands of one expression. SQLite limits the depth of expressions, and a table has up to 2,000 columns. */
const CHUNK = 100;

/** Creates triggers that insert the changes of a table into the inbox, in the form that `watch` has on PostgreSQL. */
export async function watchOnSqlite(db: Kysely<any>, options: WatchOptions): Promise<void> {
  const plan = await planOf(db, options);
  await unwatchOnSqlite(db, plan.table);
  for (const op of OPS)
    await sql`
      create trigger ${triggerOf(plan.table, op)} after ${sql.raw(op)} on ${sql.ref(plan.table)}
      begin ${sql.join(statementsOf(db, plan, op), sql`; `)}; end`.execute(db);
}

export async function unwatchOnSqlite(db: Kysely<any>, table: string): Promise<void> {
  for (const op of OPS) await sql`drop trigger if exists ${triggerOf(table, op)}`.execute(db);
}

const triggerOf = (table: string, op: string) =>
  sql.id(`carillon_watch_${op}_${table.toLowerCase()}`);

async function planOf(db: Kysely<any>, options: WatchOptions): Promise<Plan> {
  const { table, topic, columns, isPrivate = true } = options;
  const type = options.type ?? `${table}.{op}`;
  await refuseViews(db, table);
  const { rows } = await sql<{ name: string; pk: number }>`
    select name, pk from pragma_table_xinfo(${table}) where hidden <> 1 order by cid`.execute(db);
  if (rows.length === 0) throw new RangeError(`The database has no table ${table}.`);
  if (['carillon_inbox', 'events', 'event_log'].includes(table.toLowerCase()))
    throw new RangeError(`${table} cannot be watched.`);
  const shown = [...new Set(columns ?? rows.map(({ name }) => name))];
  const names = rows.map(({ name }) => name);
  const wrong = [...shown, ...columnsOf(topic)].find((each) => !names.includes(each));
  if (shown.length === 0) throw new RangeError('columns must name at least one column.');
  if (wrong !== undefined) throw new RangeError(`${table} has no column ${wrong}.`);
  await refuseTemplates(db, topic, type);
  const key = rows.filter(({ pk }) => pk > 0).map(({ name }) => name);
  const hasKey = key.length > 0 && key.every((each) => shown.includes(each));
  return { table, topic, type, isPrivate, shown, key: hasKey ? key : shown, hasKey };
}

async function refuseViews(db: Kysely<any>, table: string): Promise<void> {
  const { rows } = await sql<{ kind: string }>`
    select case when type = 'view' then 'a view' else 'a virtual table' end as kind from sqlite_schema
    where lower(name) = ${table.toLowerCase()} and (type = 'view' or sql like 'create virtual%')`.execute(
    db,
  );
  if (rows.length > 0)
    throw new RangeError(`${table} is ${rows[0]!.kind}, and only tables can be watched.`);
}

const columnsOf = (topic: string): string[] =>
  topic.split(PLACEHOLDER).filter((_, index) => index % 2 === 1);

async function refuseTemplates(db: Kysely<any>, topic: string, type: string): Promise<void> {
  const example = topic
    .split(PLACEHOLDER)
    .filter((_, index) => index % 2 === 0)
    .join('x');
  const [head] = topic.split('/', 1);
  const rule = sql`${topicRule(db, sql`${example}`)} and not ${isOfHub(db, sql`${example}`)}`;
  const isTopic = await holds(db, rule);
  if (/[{}]/.test(example + head) || !isTopic)
    throw new RangeError(
      `The topic ${topic} is invalid. A topic has 1 to 512 characters, without control characters and invisible formatting ` +
        'characters, and is not *. {COLUMN} stands for the value of a column, but not before the first slash: orders/{customer}.',
    );
  for (const op of OPS) {
    const each = type.replaceAll('{op}', op);
    const rule = sql`(select ${eventRules(db, '').type} from (select ${each} as type))`;
    if (/[{}]/.test(each) || each === 'mercure' || !(await holds(db, rule)))
      throw new RangeError(
        `The type ${type} is invalid. A type has 1 to 200 characters, without control characters, and is not one that streams ` +
          'use themselves. {op} stands for insert, update, delete or truncate: order.{op}.',
      );
    if (!(await holds(db, isUsable(db, topic, each)))) throw new RangeError(RESERVED.type);
  }
}

/** Whether the type is not that of a feature, or the topic is. */
const isUsable = (db: Kysely<any>, topic: string, type: string): Sql =>
  sql`(${isRegistered(db, sql.lit(topic))} or not exists (
    select 1 from registered_types where name = ${sql.lit(type)}))`;

async function holds(db: Kysely<any>, rule: Sql): Promise<boolean> {
  const { rows } = await sql<{ holds: number }>`select ${rule} as holds`.execute(db);
  return rows[0]!.holds === 1;
}

function statementsOf(db: Kysely<any>, plan: Plan, op: (typeof OPS)[number]): Sql[] {
  if (op === 'insert') return [insertion(db, plan, 'insert', 'new')];
  if (op === 'delete') return [insertion(db, plan, 'delete', 'old')];
  const [before, after] = [topicOf(plan, 'old'), topicOf(plan, 'new')];
  return [
    insertion(db, plan, 'delete', 'old', sql`and ${before} is not ${after}`),
    insertion(db, plan, 'insert', 'new', sql`and ${before} is not ${after}`),
    insertion(db, plan, 'update', 'new', sql`and ${before} is ${after}`),
  ];
}

function insertion(
  db: Kysely<any>,
  plan: Plan,
  op: (typeof OPS)[number],
  row: Row,
  condition = sql``,
): Sql {
  const type = plan.type.replaceAll('{op}', op);
  const [shown, key] = [objectOf(plan.shown, row), objectOf(plan.key, row)];
  const before = objectOf(plan.key, 'old');
  const old =
    op === 'update'
      ? sql`case when ${before} <> ${key} then ',"old":' || ${before} else '' end`
      : sql`''`;
  const start = sql.lit(`{"op":"${op}","row":`);
  const brief = plan.hasKey ? sql`${key} || ${old}` : sql`'{}'`;
  return sql`
    insert into carillon_inbox (checked, private, topic, type, data)
    select 1, ${sql.lit(plan.isPrivate ? 1 : 0)}, topic, ${sql.lit(type)},
      case when ${fits(sql`full`)} then full when ${fits(sql`brief`)} then brief else ${start} || '{},"partial":true}' end
    from (select topic, ${start} || shown || ${old} || '}' as full, ${start} || ${brief} || ',"partial":true}' as brief
      from (select ${topicOf(plan, row)} as topic,
      case when ${sizeOf(plan.shown, row)} <= ${sql.lit(MAX_INBOX_DATA)} then ${shown} end as shown))
    where ${topicRule(db, sql`topic`)} and not ${isOfHub(db, sql`topic`)}
      and ${isUsable(db, plan.topic, type)} ${condition}`;
}

const fits = (data: Sql): Sql => sql`length(cast(${data} as blob)) <= ${sql.lit(MAX_INBOX_DATA)}`;

/** NULL if a value is NULL or, as in TOPIC_GRANTS, could name a topic other than the one that was meant. */
function topicOf({ topic }: Plan, row: Row): Sql {
  const parts = topic.split(PLACEHOLDER).map((part, index) => {
    if (index % 2 === 0) return sql.lit(part);
    const value = columnOf(part, row);
    return sql`case when typeof(${value}) <> 'blob' and ${value} not glob '*[/?#%\\]*' and ${value} not in ('', '.', '..')
      then ${value} end`;
  });
  return sql`(${sql.join(parts, sql` || `)})`;
}

const columnOf = (name: string, row: Row): Sql => sql`${sql.raw(row)}.${sql.id(name)}`;

/**
 * JSON of some columns: json_object() takes 63 at the most. Its form of a BLOB is that of PostgreSQL. A text without a subtype
 * is never embedded as JSON. NULL if a value is too large for an event.
 */
function objectOf(columns: readonly string[], row: Row): Sql {
  const members = columns.map((name, index) => {
    const value = columnOf(name, row);
    return sql`${sql.lit(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)} || case
      when length(${value}) > ${sql.lit(MAX_INBOX_DATA)} then null
      when typeof(${value}) = 'real' then ${numberOf(value)}
      else json_quote(case typeof(${value})
        when 'blob' then '\\x' || lower(hex(${value})) when 'text' then ${value} || '' else ${value} end) end`;
  });
  return sql`(${sql.join(inChunks(members, sql` || `), sql` || `)} || '}')`;
}

/**
 * A floating-point number as JSON: json_quote() of SQLite 3.40 writes 15 digits, which are another number for many values, and
 * 17 digits of that version can be wrong in the last one. An infinite number is null, since its difference to itself is NULL.
 */
const numberOf = (value: Sql): Sql =>
  sql`case when cast(printf('%!.15g', ${value}) as real) = ${value} then printf('%!.15g', ${value})
    when ${value} - ${value} = 0 then printf('%!.18g', ${value}) else 'null' end`;

const sizeOf = (columns: readonly string[], row: Row): Sql =>
  sql.join(
    inChunks(
      columns.map((name) => sql`coalesce(length(${columnOf(name, row)}), 0)`),
      sql` + `,
    ),
    sql` + `,
  );

const inChunks = (operands: readonly Sql[], operator: Sql): Sql[] =>
  Array.from(
    { length: Math.ceil(operands.length / CHUNK) },
    (_, n) => sql`(${sql.join(operands.slice(n * CHUNK, (n + 1) * CHUNK), operator)})`,
  );
