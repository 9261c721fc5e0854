import { watchTable } from '@carillon/nestjs';
import { openDatabase } from '@carillon/nestjs/operations';
import Sqlite from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { features } from '../src/app.module.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { ENGINES, type EngineUnderTest } from './support/engines.js';
import { temporaryFolder } from './support/files.js';
import { type RawSubscriber, type ReceivedEvent, subscribe } from './support/raw-subscriber.js';
import { runAsOtherProgram } from './support/other-program.js';
import { seeded } from './support/seeded.js';

const DIST = join(import.meta.dirname, '..', 'dist');
const OWNERS = ['a', 'b', 'c', null];
const IDS = Array.from({ length: 12 }, (_, id) => id);
const WRITERS = 4;
const TRANSACTIONS = 40;
const READERS = 5;

interface Row {
  id: number;
  owner: string | null;
  n: number;
}
type Table = Record<number, Row>;
/** Runs the statements of a transaction. If one fails, it is rolled back. */
type Writer = (statements: readonly string[]) => Promise<void>;
interface Program {
  writer(): Promise<Writer>;
  /** Reads the rows that have a topic, and the cursor, in one snapshot. */
  read(): Promise<{ table: Table; cursor: string }>;
  end(): Promise<void>;
}

const tableOf = (rows: readonly Row[]): Table =>
  Object.fromEntries(rows.map((row) => [row.id, row]));
const WITH_TOPIC = 'select * from items where owner is not null';

async function onPostgres(url: string): Promise<Program> {
  // Transactions take rows in random order, so many deadlock, and wait this long each time.
  const options = '-c deadlock_timeout=10ms';
  const pool = new pg.Pool({ connectionString: url, max: WRITERS + 1, options });
  // Its end() resolves before the server has closed the connections, and the server is stopped next.
  pool.on('error', () => undefined);
  return {
    writer: async () => async (statements) => {
      const client = await pool.connect();
      try {
        for (const statement of statements) await client.query(statement);
      } catch (error) {
        // Another transaction took the id, or waits for this one.
        if (!['23505', '40P01'].includes((error as { code: string }).code)) throw error;
        await client.query('rollback');
      } finally {
        client.release();
      }
    },
    read: async () => {
      const client = await pool.connect();
      await client.query('begin isolation level repeatable read');
      const { rows } = await client.query<Row>(WITH_TOPIC);
      const found = await client.query<{ cursor: string }>('select carillon.cursor() as cursor');
      await client.query('commit');
      client.release();
      return { table: tableOf(rows), cursor: found.rows[0]!.cursor };
    },
    end: () => pool.end(),
  };
}

async function onSqlite(url: string): Promise<Program> {
  const database = new Sqlite(url.slice('sqlite:'.length), { timeout: 10_000 });
  const read = database.transaction(() => ({
    table: tableOf(database.prepare<[], Row>(WITH_TOPIC).all()),
    cursor: database.prepare<[], string>('select cursor from carillon_cursor').pluck().get()!,
  }));
  return {
    writer: async () => async (statements) => {
      try {
        for (const statement of statements)
          database.exec(statement === 'begin' ? 'begin immediate' : statement);
      } catch (error) {
        if (!/UNIQUE/.test((error as Error).message)) throw error;
        database.exec('rollback');
      }
      await nextTurn();
    },
    read: async () => read(),
    end: async () => void database.close(),
  };
}

/** A random transaction, whose statements may fail. */
function transaction({ chance, pick }: ReturnType<typeof seeded>): string[] {
  const text = (owner: string | null) => (owner === null ? 'null' : `'${owner}'`);
  const statement = () =>
    pick([
      () =>
        `insert into items values (${pick(IDS)}, ${text(pick(OWNERS))}, 0) on conflict do nothing`,
      () => `insert into items values (${pick(IDS)}, ${text(pick(OWNERS))}, 0)
        on conflict (id) do update set n = items.n + 1, owner = excluded.owner`,
      () => `update items set n = n + 1 where id = ${pick(IDS)}`,
      () => `update items set n = n + 1 where id % 3 = ${pick([0, 1, 2])}`,
      () => `update items set owner = ${text(pick(OWNERS))} where id = ${pick(IDS)}`,
      () =>
        `update items set owner = ${text(pick(OWNERS))}, n = n + 1 where owner = ${text(pick(OWNERS))}`,
      () => `update items set id = ${pick(IDS)} where id = ${pick(IDS)}`,
      () => `update items set id = 12 - id where id = ${pick(IDS)}`,
      () =>
        `update items set id = ${pick(IDS)}, owner = ${text(pick(OWNERS))} where id = ${pick(IDS)}`,
      () => `delete from items where id = ${pick(IDS)}`,
      () => `delete from items where n > 20`,
    ])();
  const several = () => Array.from({ length: pick([1, 2, 3]) }, statement);
  const savepoint = chance(0.3)
    ? ['savepoint s', ...several(), pick(['rollback to s', 'release s'])]
    : [];
  return ['begin', ...several(), ...savepoint, ...several(), chance(0.2) ? 'rollback' : 'commit'];
}

interface Change {
  op: 'insert' | 'update' | 'delete';
  row: Row;
  old?: { id: number };
}

/** Applies each event to the snapshot. An insertion must find no row, and any other change its row. */
function fold(table: Table, events: readonly ReceivedEvent[]): Table {
  const state = { ...table };
  for (const { type, data } of events) {
    if (!type.startsWith('item.')) throw new Error(`There was a ${type}.`);
    const { op, row, old } = data as Change;
    const before = old?.id ?? row.id;
    if ((op === 'insert') === before in state) throw new Error(`${op} of ${JSON.stringify(row)}`);
    if (op !== 'insert') delete state[before];
    if (op !== 'delete') state[row.id] = row;
  }
  return state;
}

describe.each(ENGINES)('a stream of a watched table on $name', ({ name, start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let program: Program;

  beforeAll(async () => {
    engine = await start();
    const url = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: url });
    await runAsOtherProgram(
      url,
      'create table items (id integer primary key, owner text, n integer)',
    );
    const opened = await openDatabase(url, features);
    await watchTable(opened.write, {
      table: 'items',
      topic: 'items/{owner}',
      type: 'item.{op}',
      isPrivate: false,
    });
    await opened.close();
    program = await (name === 'SQLite' ? onSqlite(url) : onPostgres(url));
  });
  afterAll(async () => {
    await program.end();
    await application.stop();
    await engine.stop();
  });

  const streamFrom = (cursor: string) =>
    subscribe(
      application.port,
      `/api/events?topic=items/a&topic=items/b&topic=items/c&lastEventId=${encodeURIComponent(cursor)}`,
    );

  it('is the table, from any snapshot on, whatever concurrent transactions do to it', async () => {
    const random = seeded();
    const readers: { table: Table; stream: RawSubscriber }[] = [];
    const writers = Array.from({ length: WRITERS }, async () => {
      const write = await program.writer();
      for (let n = 0; n < TRANSACTIONS; n++) await write(transaction(random));
    });
    const reading = (async () => {
      for (let n = 0; n < READERS; n++) {
        const { table, cursor } = await program.read();
        const stream = await streamFrom(cursor);
        await stream.until(({ events }) => events.length > 5);
        readers.push({ table, stream });
      }
    })();
    await Promise.race([reading, Promise.all(writers)]);
    await Promise.all(writers);
    const write = await program.writer();
    // Readers that came late still wait for some events.
    for (let n = 0; n < 2; n++)
      await write([
        'begin',
        `insert into items values (99, 'a', 0)`,
        'commit',
        'begin',
        'delete from items where id = 99',
        'commit',
      ]);
    for (let n = 0; readers.length < READERS; n++)
      await write(['begin', `insert into items values (${100 + n}, 'a', 0)`, 'commit']);
    await reading;
    await write(['begin', `insert into items values (-1, 'a', 0)`, 'commit']);
    const { table: last } = await program.read();
    expect(last).toHaveProperty('-1');
    for (const { table, stream } of readers) {
      await stream.until(({ events }) => events.some(({ data }) => (data as Change).row.id === -1));
      expect(fold(table, stream.events)).toEqual(last);
      await stream.close();
    }
  });
});

describe.each(ENGINES)('npm run watch on $name', ({ name, start }) => {
  const folder = temporaryFolder();
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let url: string;

  beforeAll(async () => {
    engine = await start();
    url = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: url });
    await runAsOtherProgram(url, `create table ${table} (id integer primary key, customer text)`);
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const table = name === 'PostgreSQL' ? 'public.orders' : 'orders';
  const command = async (script: string, ...args: string[]) => {
    const options = { cwd: folder, env: { PATH: process.env['PATH'], DATABASE_URL: url } };
    try {
      return (await promisify(execFile)(
        process.execPath,
        [join(DIST, `${script}.js`), ...args],
        options,
      )) as { code?: number; stdout: string; stderr: string };
    } catch (error) {
      return error as { code?: number; stdout: string; stderr: string };
    }
  };

  it('watches a table while Carillon runs, and npm run unwatch ends it', async () => {
    const stream = await subscribe(application.port, '/api/events?topic=orders/ada');
    const options = [
      '--table',
      table,
      '--topic',
      'orders/{customer}',
      '--columns',
      'id',
      '--public',
    ];
    const { stdout } = await command('watch', ...options, '--type', 'order.{op}');
    expect(stdout).toBe(`Every change of ${table} is an event from now on.\n`);
    await runAsOtherProgram(url, `insert into ${table} values (1, 'ada')`);
    await stream.receives(1, 'order.insert');
    expect(stream.events.map(({ data }) => data)).toEqual([{ op: 'insert', row: { id: 1 } }]);
    await command('unwatch', '--table', table);
    await runAsOtherProgram(url, `insert into ${table} values (2, 'ada')`);
    await command('watch', ...options, '--type', 'again.{op}');
    await runAsOtherProgram(url, `insert into ${table} values (3, 'ada')`);
    await stream.receives(1, 'again.insert');
    expect(stream.events.map(({ type }) => type)).toEqual(['order.insert', 'again.insert']);
    await stream.close();
  });

  it.each([
    [[], /^Usage: npm run watch/],
    [['--table', 'orders'], /^Usage: npm run watch/],
    [['--nonsense'], /Usage: npm run watch/],
    [['--table', 'nothing', '--topic', 'a'], /nothing/],
    [['--table', table, '--topic', 'a/{nothing}'], /nothing/],
    [['--table', table, '--topic', '*'], /invalid.*A topic has/],
  ])('refuses %j with one message', async (args, message) => {
    const { code, stderr } = await command('watch', ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
