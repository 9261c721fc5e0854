import { type Kysely, sql, type Transaction } from 'kysely';
import { createHash, type Hash } from 'node:crypto';
import { StartupError } from '../startup-error.js';
import type { Engine } from './database.js';
import type { Schema } from './schema.js';

/** Rows that are read and written at once. */
const BATCH = 1000;

type Row = Readonly<Record<string, string | number | null>>;

/** What is copied: the columns in the order in which they are compared, and those that the rows are ordered by. */
const TABLES = [
  {
    name: 'users',
    columns: ['id', 'firstname', 'lastname', 'created_at', 'updated_at'],
    key: ['id'],
  },
  {
    name: 'events',
    columns: ['position', 'topic', 'type', 'data', 'actor', 'at'],
    key: ['position'],
  },
  {
    name: 'idempotency_keys',
    columns: ['scope', 'key', 'fingerprint', 'answer', 'created_at'],
    key: ['scope', 'key'],
  },
] as const;

type Table = (typeof TABLES)[number];

/** Is told how many rows of a table there are by now; `isDone` with the last of them. */
export type OnProgress = (table: string, rows: number, isDone: boolean) => void;

/**
 * Copies everything from one database to another, which is empty and up to date: in one transaction, so that a failure
 * leaves it empty, and from one snapshot. Epoch and positions stay, so cursors are good there, too.
 *
 * @throws StartupError the target is not empty, the source has changed meanwhile, or what arrived is not what was sent.
 */
export async function move(source: Engine, target: Engine, onProgress: OnProgress): Promise<void> {
  await source.snapshot((from) =>
    target.write.transaction().execute(async (to) => {
      await refuseUnlessEmpty(to);
      for (const table of TABLES) await copyAndCompare(from, to, table, onProgress);
      const log = await stateOf(from);
      await to.updateTable('event_log').set(log).execute();
      const now = await stateOf(source.read);
      if (now.head !== log.head)
        throw new StartupError(
          'The source was written to while it was copied. Nothing was moved: stop Carillon, and run this again.',
        );
    }),
  );
}

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
    return column === 'position' ? sql`${values}::bigint[]` : sql`${values}::text[]`;
  });
  await sql`
    insert into ${sql.table(name)} (${sql.join(columns.map((column) => sql.ref(column)))})
    select * from unnest(${sql.join(lists)})`.execute(to);
}

function add(hash: Hash, { columns }: Table, rows: readonly Row[]): void {
  for (const row of rows) hash.update(`${JSON.stringify(columns.map((column) => row[column]))}\n`);
}
