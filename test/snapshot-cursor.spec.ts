import { Database, ExternalEvents } from '@carillon/nestjs';
import { Inbox } from '@carillon/nestjs/internal';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import { type RunningApplication, startApplication } from './support/application.js';
import { ENGINES, type EngineUnderTest } from './support/engines.js';
import { sharedPostgres } from './support/shared-postgres.js';
import { type RawSubscriber, subscribe } from './support/raw-subscriber.js';

/** How often each counter was incremented, by its name. */
type Counters = Record<string, number>;
type Row = { name: string; n: number };

/** Another application, with a table of its own in the database. */
interface Program {
  /** Increments a counter and records the event in one transaction. */
  increment(name: string): Promise<void>;
  /** Reads all counters and the cursor in one snapshot. */
  read(): Promise<{ counters: Counters; cursor: string }>;
  end(): Promise<void>;
}

const NAMES = ['a', 'b', 'c'];
const WRITERS = 4;
const READERS = 25;

async function onPostgres(url: string): Promise<Program> {
  const pool = new pg.Pool({ connectionString: url, max: WRITERS + 2 });
  // Its end does not wait for the connections, which the server may close first.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  await pool.query('create table if not exists public.counters (name text primary key, n int)');
  const inTransaction = async <T>(begin: string, work: (client: pg.ClientBase) => Promise<T>) => {
    const client = await pool.connect();
    await client.query(begin);
    try {
      const result = await work(client);
      await client.query('commit');
      return result;
    } finally {
      client.release();
    }
  };
  return {
    increment: (name) =>
      inTransaction('begin', async (client) => {
        await client.query(
          `insert into counters values ($1, 1) on conflict (name) do update set n = counters.n + 1`,
          [name],
        );
        await client.query(
          `select carillon.record('counters', 'counter.incremented',
            json_build_object('name', name, 'n', n), private => false) from counters where name = $1`,
          [name],
        );
      }),
    read: () =>
      inTransaction('begin isolation level repeatable read', async (client) => {
        const { rows } = await client.query<Row>('select * from counters');
        const found = await client.query<{ cursor: string }>('select carillon.cursor() as cursor');
        return { counters: countersOf(rows), cursor: found.rows[0]!.cursor };
      }),
    end: () => pool.end(),
  };
}

async function onSqlite(url: string): Promise<Program> {
  const database = new Sqlite(url.slice('sqlite:'.length), { timeout: 10_000 });
  database.exec('create table if not exists counters (name text primary key, n integer)');
  const increment = database.transaction((name: string) => {
    database
      .prepare(`insert into counters values (?, 1) on conflict do update set n = n + 1`)
      .run(name);
    database
      .prepare(
        `insert into carillon_inbox (topic, type, data, private)
        select 'counters', 'counter.incremented', json_object('name', name, 'n', n), 0
        from counters where name = ?`,
      )
      .run(name);
  });
  const read = database.transaction(() => ({
    counters: countersOf(database.prepare<[], Row>('select * from counters').all()),
    cursor: database.prepare<[], string>('select cursor from carillon_cursor').pluck().get()!,
  }));
  return {
    increment: async (name) => {
      increment.immediate(name);
      await nextTurn();
    },
    read: async () => read(),
    end: async () => void database.close(),
  };
}

const countersOf = (rows: readonly Row[]): Counters =>
  Object.fromEntries(rows.map(({ name, n }) => [name, n]));

interface Page {
  readonly events: RawSubscriber['events'];
  readonly cursor: string;
}

/** Reads one page, like a client that cannot hold a stream. */
async function pageFrom(url: string, topic: string, cursor: string, limit: number): Promise<Page> {
  const query = new URLSearchParams({ topic, lastEventId: cursor, limit: String(limit) });
  const headers = { Accept: 'application/json' };
  return (await (await fetch(`${url}/api/events?${query.toString()}`, { headers })).json()) as Page;
}

/** Reads pages until one is empty. */
async function pagesFrom(
  url: string,
  topic: string,
  start: string,
  limit: number,
): Promise<Page['events']> {
  const events: Page['events'] = [];
  let page = await pageFrom(url, topic, start, limit);
  for (; page.events.length > 0; page = await pageFrom(url, topic, page.cursor, limit))
    events.push(...page.events);
  return events;
}

/** Applies each event to the snapshot. Each must be the next one of its counter. */
function fold(counters: Counters, events: RawSubscriber['events']): Counters {
  const state = { ...counters };
  for (const { type, data } of events) {
    if (type !== 'counter.incremented') throw new Error(`There was a ${type}.`);
    const { name, n } = data as Row;
    if (n !== (state[name] ?? 0) + 1) throw new Error(`${name} went from ${state[name]} to ${n}.`);
    state[name] = n;
  }
  return state;
}

describe.each(ENGINES)('what follows a snapshot on $name', ({ name, start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let program: Program;

  beforeAll(async () => {
    engine = await start();
    const url = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: url });
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
      `/api/events?topic=counters&lastEventId=${encodeURIComponent(cursor)}`,
    );

  /** Reads the same in a snapshot of the application. */
  const readInApplication: Program['read'] = () => {
    const database = application.app.get(Database, { strict: false });
    const events = application.app.get(ExternalEvents, { strict: false });
    return database.snapshot(async (db) => {
      const { rows } = await sql<Row>`select * from counters`.execute(db);
      return { counters: countersOf(rows), cursor: await events.cursor(db) };
    });
  };
  const READS = {
    'another program': () => program.read(),
    'the application': readInApplication,
  };

  it.each(Object.entries(READS))(
    'continues the snapshot of %s without a gap and without a repetition, while others write',
    async (_, read) => {
      let isWriting = true;
      const writers = Array.from({ length: WRITERS }, async (_, writer) => {
        for (let n = 0; isWriting; n++)
          await program.increment(NAMES[(n + writer) % NAMES.length]!);
      });
      const readers: { counters: Counters; streams: RawSubscriber[]; page: Page }[] = [];
      try {
        for (let n = 0; n < READERS; n++) {
          const { counters, cursor } = await read();
          const stream = await streamFrom(cursor);
          await stream.receives(1 + (n % 5), 'counter.incremented');
          await stream.close();
          // It comes back with the cursor of the last frame, which may be inside of the overlap.
          const streams = [stream, await streamFrom(stream.cursor)];
          const page = await pageFrom(application.url, 'counters', cursor, 1 + (n % 5));
          readers.push({ counters, streams, page });
        }
      } finally {
        isWriting = false;
        await Promise.all(writers);
      }
      const { counters: last } = await program.read();
      for (const { counters, streams, page } of readers) {
        const events = () => streams.flatMap((stream) => stream.events);
        await streams[1]!.until(() => sumOf(fold(counters, events())) === sumOf(last));
        expect(fold(counters, events())).toEqual(last);
        const others = await pagesFrom(application.url, 'counters', page.cursor, 1000);
        expect(fold(counters, [...page.events, ...others])).toEqual(last);
        await streams[1]!.close();
      }
    },
  );

  it('omits what the snapshot shows, even if it is not in the log yet', async () => {
    const inbox = application.app.get(Inbox, { strict: false });
    // From here on, only a stream that opens moves events.
    await inbox.onModuleDestroy();
    await program.increment('x');
    const { counters, cursor } = await program.read();
    expect(counters.x).toBe(1);
    await program.increment('x');
    const stream = await streamFrom(cursor);
    await stream.receives(1, 'counter.incremented');
    await program.increment('x');
    await inbox.moveNow();
    await stream.receives(2, 'counter.incremented');
    const numbers = (events: RawSubscriber['events']) => events.map(({ data }) => (data as Row).n);
    expect(numbers(stream.of('counter.incremented'))).toEqual([2, 3]);
    expect(numbers(await pagesFrom(application.url, 'counters', cursor, 1))).toEqual([2, 3]);
    await stream.close();
  });
});

it('streams and pages deliver what was in flight when the snapshot was taken, even after a cut in the middle', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const application = await startApplication({ DATABASE_URL: url });
  await application.app.get(Inbox, { strict: false }).onModuleDestroy();
  const [late, other] = [new pg.Client(url), new pg.Client(url)];
  await Promise.all([late.connect(), other.connect()]);
  const record = (client: pg.Client, type: string) =>
    client.query(`select carillon.record('orders', $1, '{}'::json, private => false)`, [type]);
  await late.query('begin');
  await record(late, 'late');
  await record(late, 'later');
  await record(other, 'seen');
  await other.query('begin isolation level repeatable read');
  const { rows } = await other.query<{ cursor: string }>('select carillon.cursor() as cursor');
  await other.query('commit');
  await late.query('commit');
  await record(other, 'after');
  const typesFrom = async (cursor: string) => {
    const query = `topic=orders&lastEventId=${encodeURIComponent(cursor)}`;
    const stream = await subscribe(application.port, `/api/events?${query}`);
    await stream.receives(1, 'after');
    await stream.close();
    return stream.events;
  };
  const events = await typesFrom(rows[0]!.cursor);
  expect(events.map(({ type }) => type)).toEqual(['late', 'later', 'after']);
  expect((await typesFrom(events[0]!.id!)).map(({ type }) => type)).toEqual(['later', 'after']);
  const inPages = await pagesFrom(application.url, 'orders', rows[0]!.cursor, 1);
  expect(inPages).toMatchObject(events);
  expect(await pagesFrom(application.url, 'orders', inPages[0]!.id!, 1)).toEqual(inPages.slice(1));
  await expect(other.query('select carillon.cursor()')).rejects.toThrow('the same snapshot');
  await Promise.all([late.end(), other.end()]);
  await application.stop();
  await server.stop();
});

const sumOf = (counters: Counters): number => Object.values(counters).reduce((a, b) => a + b, 0);
