import { Database, isPostgres, type Schema } from '@carillon/nestjs';
import { LongReads } from '@carillon/nestjs/internal';
import { type Engine } from '@carillon/nestjs/operations';
import { openDatabase } from '@carillon/nestjs/operations';
import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Person } from './support/people.js';
import { problemOf } from './support/requests.js';

const one = (db: Kysely<Schema>): CompiledQuery<{ one: number }> =>
  sql<{ one: number }>`select 1 as one`.compile(db);

/** Does not end by itself. */
const endless = (db: Kysely<Schema>): CompiledQuery<{ n: number }> =>
  isPostgres(db)
    ? sql<{ n: number }>`select pg_sleep(600)`.compile(db)
    : sql<{ n: number }>`
        with recursive numbers (n) as (select 1 union all select n + 1 from numbers where in_time(n))
        select count(*) as n from numbers`.compile(db);

describe.each(ENGINES)('long reads on $name', ({ start }) => {
  let server: EngineUnderTest;
  let engine: Engine;

  beforeAll(async () => {
    server = await start();
    engine = await openDatabase(await server.createDatabase());
  });
  afterAll(async () => {
    await engine.close();
    await server.stop();
  });

  it('interrupt a query at its deadline, and serve the next', async () => {
    await expect(engine.longRead(endless(engine.read), 50)).rejects.toMatchObject({
      name: 'DeadlineExceeded',
    });
    expect(await engine.longRead(one(engine.read), 5000)).toEqual([{ one: 1 }]);
  });

  it('leave the event loop and the other connections to short ones', async () => {
    let isOver = false;
    const long = engine.longRead(endless(engine.read), 500).catch(() => (isOver = true));
    const { rows } = await engine.read.executeQuery(one(engine.read));
    expect([rows, isOver]).toEqual([[{ one: 1 }], false]);
    await long;
  });

  it('tell what is wrong with a query', async () => {
    const query = sql`select 1 from nowhere`.compile(engine.read);
    await expect(engine.longRead(query, 5000)).rejects.toThrow(/nowhere/);
  });
});

describe('long reads', () => {
  /** An engine whose queries end on demand. */
  function openByHand() {
    const running: { name: string; end: () => void }[] = [];
    const engine = {
      longReadsAtOnce: 1,
      longRead: (query: { sql: string }) =>
        new Promise((resolve) =>
          running.push({ name: query.sql, end: () => resolve([{ name: query.sql }]) }),
        ),
    };
    const reads = new LongReads(engine as unknown as Engine);
    const run = (requester: string, name: string) =>
      reads.run(requester, { sql: name } as CompiledQuery<{ name: string }>);
    return { running, run };
  }

  it('give everyone their turn, whatever one of them asks for', async () => {
    const { running, run } = openByHand();
    const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => run(name[0]!, name));
    for (let n = 0; n < all.length; n++) {
      running[n]!.end();
      await new Promise(setImmediate);
    }
    await Promise.all(all);
    expect(running.map(({ name }) => name)).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  });

  it('let only some of one person wait, and others come in', async () => {
    const { running, run } = openByHand();
    const taken = ['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => run('a', name));
    await expect(run('a', 'a6')).rejects.toMatchObject({ name: 'DeadlineExceeded' });
    taken.push(run('b', 'b1'));
    for (let n = 0; n < taken.length; n++) {
      running[n]!.end();
      await new Promise(setImmediate);
    }
    expect(await Promise.all(taken)).toHaveLength(6);
  });
});

describe('a search', () => {
  let application: RunningApplication;
  beforeAll(async () => {
    application = await startApplication();
  });
  afterAll(() => application.stop());

  it('that is too much is answered with 503 and what to do, to the one who asks for too much', async () => {
    const { app, url } = application;
    const [ada, bob] = [await Person.signUp(url, 'ada'), await Person.signUp(url, 'bob')];
    await bob.says(await bob.makes('Room'), 'found');
    const reads = app.get(LongReads, { strict: false });
    const query = endless(app.get(Database, { strict: false }).read);
    const running = Array.from({ length: 5 }, () => reads.run(ada.id, query));
    // Theirs come to their deadline while nobody waits for them.
    const ended = Promise.allSettled(running);
    const refused = await ada.send('GET', '/api/messages?q=found');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await problemOf(refused)).detail).toContain('Search one room');
    await ended;
    expect(await bob.gets('/api/messages?q=found')).toMatchObject([{ text: 'found' }]);
  });
});
