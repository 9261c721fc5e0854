import { type Kysely, sql, type Transaction } from 'kysely';
import { createHash, type Hash } from 'node:crypto';
import { StartupError } from '../engine/startup-error.js';
import type { Engine } from '../engine/database.js';
import type { Schema } from '../engine/schema.js';
import type { Feature } from '../feature/feature.js';
import { type Table, tablesOf } from '../feature/tables.js';

/** Rows per batch. */
const BATCH = 1000;
/** Milliseconds to wait for locks of other connections in the target. */
const LOCK_TIMEOUT = 30_000;

type Row = Readonly<Record<string, string | number | null>>;

/** Reports the number of rows of a table that are copied so far. `isDone` is true in the last report of the table. */
export type OnProgress = (table: string, rows: number, isDone: boolean) => void;

/**
 * Copies everything to an empty, migrated database: from one snapshot, and in one transaction, so a failure leaves the
 * target empty. Epoch and positions are the same, so cursors remain valid. Nobody can write to the source during the
 * copy: such a write would be missing in the target.
 *
 * @throws StartupError the target is not empty or is locked, or the copy differs from the source.
 */
export async function copyToPostgres(
  source: Engine,
  target: Engine,
  features: readonly Feature[],
  onProgress: OnProgress,
): Promise<void> {
  const tables = tablesOf(features).filter(({ isLocal }) => !isLocal);
  await target.maintain(LOCK_TIMEOUT, (db) =>
    source.write.transaction().execute(() =>
      source.snapshot((from) =>
        db.transaction().execute(async (to) => {
          await refuseUnlessEmpty(to, tables);
          for (const table of tables) {
            await copyAndCompare(from, to, table, onProgress);
            await continueSerial(to, table);
          }
          await forgetCopying(to);
          await to
            .updateTable('event_log')
            .set(await stateOf(from))
            .execute();
        }),
      ),
    ),
  );
}

/** Continues the serial numbers after the copied rows. */
async function continueSerial(to: Kysely<Schema>, { name, serial }: Table): Promise<void> {
  if (serial === undefined) return;
  await sql`
    select setval(pg_get_serial_sequence(${name}, ${serial}), max(${sql.ref(serial)}))
    from ${sql.table(name)} having count(*) > 0`.execute(to);
}

/** Deletes what the triggers of watched tables have recorded about the copied rows. The copied events have no such id. */
const forgetCopying = (to: Kysely<Schema>) =>
  to
    .deleteFrom('carillon_inbox')
    .where('xid', '=', sql<number>`pg_current_xact_id()::text::bigint`)
    .execute();

const stateOf = (db: Kysely<Schema>) =>
  db.selectFrom('event_log').select(['epoch', 'head', 'oldest']).executeTakeFirstOrThrow();

async function refuseUnlessEmpty(to: Transaction<Schema>, tables: readonly Table[]): Promise<void> {
  const { head } = await to
    .selectFrom('event_log')
    .select('head')
    .forUpdate()
    .executeTakeFirstOrThrow();
  for (const { name } of tables) {
    const row = (await sql`select 1 from ${sql.table(name)} limit 1`.execute(to)).rows[0];
    if (head === 0 && !row) continue;
    throw new StartupError(
      'The target is not empty: Carillon has already used it. Use an empty database.',
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
      `The copy of ${table.name} differs from the original: ${count} rows were sent, ${arrivedCount} arrived. Nothing was copied.`,
    );
  onProgress(table.name, count, true);
}

/** Reads all rows sorted by their key. The order is the same on both engines: bytes of UTF-8, or numbers. */
async function* batchesOf(
  db: Kysely<Schema>,
  { name, columns, key }: Table,
): AsyncGenerator<Row[]> {
  const order = sql.join(key.map((column) => sql.ref(column)));
  for (let last: Row | undefined; ;) {
    const after = last && sql.join(key.map((column) => sql`${last![column]}`));
    const { rows } = await sql<Row>`
      select ${namesOf(columns)} from ${sql.table(name)}
      ${after ? sql`where (${order}) > (${after})` : sql``}
      order by ${order} limit ${sql.lit(BATCH)}`.execute(db);
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH) return;
    last = rows.at(-1);
  }
}

/** Passes one array per column: a statement takes 65,535 parameters, and a batch can have more values. */
async function insert(
  to: Transaction<Schema>,
  { name, columns }: Table,
  rows: Row[],
): Promise<void> {
  const lists = Object.entries(columns).map(([column, kind]) => {
    const values = rows.map((row) => row[column]);
    return kind === 'number' ? sql`${values}::bigint[]` : sql`${values}::text[]`;
  });
  await sql`
    insert into ${sql.table(name)} (${namesOf(columns)})
    select * from unnest(${sql.join(lists)})`.execute(to);
}

function add(hash: Hash, { columns }: Table, rows: readonly Row[]): void {
  const names = Object.keys(columns);
  for (const row of rows) hash.update(`${JSON.stringify(names.map((column) => row[column]))}\n`);
}

const namesOf = (columns: Table['columns']) =>
  sql.join(Object.keys(columns).map((column) => sql.ref(column)));
