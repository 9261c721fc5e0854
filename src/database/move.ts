import { type Kysely, sql, type Transaction } from 'kysely';
import { createHash, type Hash } from 'node:crypto';
import { StartupError } from '../startup-error.js';
import type { Engine } from './database.js';
import { checkForm, uncheckForm } from './migrations/0007-form-of-events.js';
import type { Schema } from './schema.js';

/** Rows that are read and written at once. */
const BATCH = 1000;
/** Milliseconds to wait for what another connection has locked in the target. */
const LOCK_TIMEOUT = 30_000;

type Row = Readonly<Record<string, string | number | null>>;

/** What is copied: the columns in the order in which they are compared, and those that the rows are ordered by. */
export const TABLES = [
  {
    name: 'users',
    columns: ['id', 'firstname', 'lastname', 'username', 'created_at', 'updated_at', 'erased_at'],
    key: ['id'],
  },
  {
    name: 'erasures',
    columns: ['user_id', 'username', 'messages', 'step', 'after', 'again_at'],
    key: ['user_id'],
  },
  { name: 'passwords', columns: ['user_id', 'hash'], key: ['user_id'] },
  {
    name: 'identities',
    columns: ['issuer', 'subject', 'user_id'],
    key: ['issuer', 'subject'],
  },
  {
    name: 'sessions',
    columns: ['id', 'user_id', 'token_hash', 'client', 'created_at', 'last_used_at', 'expires_at'],
    key: ['id'],
  },
  {
    name: 'sign_in_failures',
    columns: ['key', 'forgotten_at', 'blocked_until'],
    key: ['key'],
  },
  {
    name: 'sign_in_sources',
    columns: ['user_id', 'source', 'last_used_at'],
    key: ['user_id', 'source'],
  },
  {
    name: 'rooms',
    columns: [
      'id',
      'kind',
      'name',
      'direct_key',
      'last_seq',
      'archived_at',
      'created_at',
      'updated_at',
    ],
    key: ['id'],
  },
  {
    name: 'members',
    columns: ['room_id', 'user_id', 'role', 'read_seq', 'joined_at', 'hidden'],
    key: ['room_id', 'user_id'],
  },
  {
    name: 'invitations',
    columns: ['room_id', 'user_id', 'invited_by', 'created_at'],
    key: ['room_id', 'user_id'],
  },
  {
    name: 'blocks',
    columns: ['user_id', 'blocked_id', 'created_at'],
    key: ['user_id', 'blocked_id'],
  },
  {
    name: 'messages',
    columns: [
      'number',
      'id',
      'room_id',
      'seq',
      'author_id',
      'client_id',
      'text',
      'mentions',
      'words',
      'words_version',
      'created_at',
      'edited_at',
      'deleted_at',
    ],
    key: ['number'],
  },
  {
    name: 'mentions',
    columns: ['room_id', 'user_id', 'seq'],
    key: ['room_id', 'user_id', 'seq'],
  },
  {
    name: 'events',
    columns: ['position', 'topic', 'type', 'data', 'actor', 'at', 'private', 'subject', 'redacts'],
    key: ['position'],
  },
  {
    name: 'idempotency_keys',
    columns: ['scope', 'key', 'owner', 'fingerprint', 'answer', 'created_at'],
    key: ['scope', 'key'],
  },
  { name: 'installation', columns: ['name', 'value'], key: ['name'] },
] as const;

type Table = (typeof TABLES)[number];

/** Columns that are numbers; all others are text. */
const NUMBERS: readonly string[] = [
  'position',
  'number',
  'seq',
  'last_seq',
  'read_seq',
  'hidden',
  'words_version',
  'private',
];

/** Is told how many rows of a table there are by now; `isDone` with the last of them. */
export type OnProgress = (table: string, rows: number, isDone: boolean) => void;

/**
 * Copies everything from one database to another, which is empty and up to date: in one transaction, so that a failure
 * leaves it empty, and from one snapshot. Epoch and positions stay, so cursors are good there, too. Nobody writes to
 * the source meanwhile: what would be answered 2xx there would be missing here.
 *
 * @throws StartupError the target is not empty or locked, or what arrived is not what was sent.
 */
export async function move(source: Engine, target: Engine, onProgress: OnProgress): Promise<void> {
  await target.maintain(LOCK_TIMEOUT, (db) =>
    source.write.transaction().execute(() =>
      source.snapshot((from) =>
        db.transaction().execute(async (to) => {
          await refuseUnlessEmpty(to);
          await uncheckForm(to);
          for (const table of TABLES) await copyAndCompare(from, to, table, onProgress);
          await checkForm(to);
          await goOnCounting(to);
          await to
            .updateTable('event_log')
            .set(await stateOf(from))
            .execute();
        }),
      ),
    ),
  );
}

/** New messages get numbers behind those that were copied. */
const goOnCounting = (to: Kysely<Schema>) =>
  sql`
    select setval(pg_get_serial_sequence('messages', 'number'), max(number))
    from messages having count(*) > 0`.execute(to);

const stateOf = (db: Kysely<Schema>) =>
  db.selectFrom('event_log').select(['epoch', 'head', 'oldest']).executeTakeFirstOrThrow();

async function refuseUnlessEmpty(to: Transaction<Schema>): Promise<void> {
  const { head } = await to
    .selectFrom('event_log')
    .select('head')
    .forUpdate()
    .executeTakeFirstOrThrow();
  for (const { name } of TABLES) {
    const row = await to.selectFrom(name).selectAll().limit(1).executeTakeFirst();
    if (head === 0 && !row) continue;
    throw new StartupError(
      'The target is not empty: a Carillon has been at work on it. Name an empty database.',
    );
  }
}

async function copyAndCompare(
  from: Kysely<Schema>,
  to: Transaction<Schema>,
  table: Table,
  onProgress: OnProgress,
): Promise<void> {
  const sent = createHash('sha256');
  let count = 0;
  for await (const rows of batchesOf(from, table)) {
    await insert(to, table, rows);
    add(sent, table, rows);
    onProgress(table.name, (count += rows.length), false);
  }
  const arrived = createHash('sha256');
  let arrivedCount = 0;
  for await (const rows of batchesOf(to, table)) {
    add(arrived, table, rows);
    arrivedCount += rows.length;
  }
  if (arrivedCount !== count || arrived.digest('hex') !== sent.digest('hex'))
    throw new StartupError(
      `${table.name} did not arrive as it was sent: ${count} rows left, ${arrivedCount} arrived, or they differ. Nothing was moved.`,
    );
  onProgress(table.name, count, true);
}

/** All rows in the order of their key, which is the same in both: bytes of UTF-8, or numbers. */
async function* batchesOf(
  db: Kysely<Schema>,
  { name, columns, key }: Table,
): AsyncGenerator<Row[]> {
  const order = sql.join(key.map((column) => sql.ref(column)));
  for (let last: Row | undefined; ;) {
    const after = last && sql.join(key.map((column) => sql`${last![column]}`));
    const { rows } = await sql<Row>`
      select ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(name)}
      ${after ? sql`where (${order}) > (${after})` : sql``}
      order by ${order} limit ${sql.lit(BATCH)}`.execute(db);
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH) return;
    last = rows.at(-1);
  }
}

/** As one list for each column: a statement takes 65,535 parameters, and the rows have more values. */
async function insert(
  to: Transaction<Schema>,
  { name, columns }: Table,
  rows: Row[],
): Promise<void> {
  const lists = columns.map((column) => {
    const values = rows.map((row) => row[column]);
    return NUMBERS.includes(column) ? sql`${values}::bigint[]` : sql`${values}::text[]`;
  });
  await sql`
    insert into ${sql.table(name)} (${sql.join(columns.map((column) => sql.ref(column)))})
    select * from unnest(${sql.join(lists)})`.execute(to);
}

function add(hash: Hash, { columns }: Table, rows: readonly Row[]): void {
  for (const row of rows) hash.update(`${JSON.stringify(columns.map((column) => row[column]))}\n`);
}
