import { sql } from 'kysely';
import { jest } from '@jest/globals';
import fs, { readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../src/database/database.js';
import { DatabaseUnavailable } from '../src/database/errors.js';
import { migrate } from '../src/database/migrations.js';
import { openSqlite } from '../src/database/sqlite.js';
import { UnitOfWork } from '../src/database/unit-of-work.js';
import { EventLog } from '../src/events/event-log.js';
import { temporaryFolder } from './support/application.js';
import { ANY_TOPIC, fact, logOf, openLog } from './support/log.js';

const row = (id: string) => ({ id, firstname: 'a', lastname: 'b', created_at: '', updated_at: '' });

describe('the unit of work on SQLite alone', () => {
  const folder = temporaryFolder();
  let open: Awaited<ReturnType<typeof openLog>>;
  let databases = 0;

  beforeEach(async () => {
    open = await openLog(`sqlite:${join(folder, `${databases++}.db`)}`);
  });
  afterEach(() => open.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  const userIds = async () =>
    (await open.database.read.selectFrom('users').select('id').orderBy('id').execute()).map(
      ({ id }) => id,
    );
  const loggedData = async () =>
    (await open.log.read(0, Number.MAX_SAFE_INTEGER, 100_000)).map(
      ({ data }) => (JSON.parse(data) as { value: unknown }).value,
    );
  const positions = async () =>
    (await open.log.read(0, Number.MAX_SAFE_INTEGER, 100_000)).map(({ position }) => position);
  const countUp = (to: number) => Array.from({ length: to }, (_, index) => index + 1);

  it('answers no command and no read that depends on a commit before that commit is on disk', async () => {
    let finish!: () => void;
    const engine = openSqlite(`sqlite:${join(folder, 'slow-disk.db')}`, (fd, done) => {
      expect(readlinkSync(`/proc/self/fd/${fd}`)).toMatch(/slow-disk\.db-wal$/);
      finish = () => fs.fdatasync(fd, done);
    });
    await migrate(engine);
    const [database, work] = [new Database(engine), new UnitOfWork(engine, ANY_TOPIC)];
    const log = new EventLog(database);
    let rings = 0;
    work.committed.subscribe(() => rings++);
    const ids = async () => (await database.read.selectFrom('users').select('id').execute()).length;
    const answered = jest.fn();

    const command = work.run(async (tx) => {
      await tx.db.insertInto('users').values(row('slow')).execute();
      tx.record(fact('slow'));
    });
    await sleep(20);
    const reads = [ids(), log.state().then(({ head }) => head)];
    const snapshot = database.snapshot((db) => log.state(db));
    for (const each of [command, snapshot, ...reads]) void each.then(answered);
    await sleep(50);
    expect(answered).not.toHaveBeenCalled();
    expect(rings).toBe(0);

    finish();
    await command;
    expect([...(await Promise.all(reads)), rings]).toEqual([1, 1, 1]);
    expect((await snapshot).head).toBe(1);
    await engine.close();
  });

  it('lets no command wait for ever when the disk freezes, and goes on when it answers again', async () => {
    const flushes: (() => void)[] = [];
    const engine = openSqlite(`sqlite:${join(folder, 'frozen-disk.db')}`, (fd, done) => {
      flushes.push(() => fs.fdatasync(fd, done));
    });
    await migrate(engine);
    const work = new UnitOfWork(engine, ANY_TOPIC);
    const insert = (id: string) =>
      work.run(async ({ db }) => void (await db.insertInto('users').values(row(id)).execute()));
    const reasonOf = (command: Promise<void>) =>
      command.then(
        () => undefined,
        (error: unknown) => (error as DatabaseUnavailable).message,
      );
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'Date'] });
    const committed = reasonOf(insert('committed'));
    while (flushes.length === 0) await new Promise(setImmediate);
    const queued = reasonOf(insert('queued'));
    jest.advanceTimersByTime(7000);
    jest.useRealTimers();
    expect(await committed).toContain('may have been carried out');
    expect(await queued).toContain('before this one took too long');
    flushes.pop()!();
    const next = insert('next');
    while (flushes.length === 0) await sleep(1);
    flushes.pop()!();
    await next;
    const ids = await new Database(engine).read.selectFrom('users').select('id').execute();
    expect(ids.map(({ id }) => id)).toEqual(['committed', 'next']);
    await engine.close();
  });

  describe('that another process uses, too', () => {
    let flushes: (() => void)[] = [];
    let slow: Awaited<ReturnType<typeof openLog>>;
    const insert = ({ work }: typeof slow, id: string) =>
      work.run(async (tx) => void (await tx.db.insertInto('users').values(row(id)).execute()));
    const idsAt = async ({ database }: typeof slow) =>
      (await database.read.selectFrom('users').select('id').orderBy('id').execute()).map(
        ({ id }) => id,
      );

    beforeEach(async () => {
      flushes = [];
      slow = logOf(
        openSqlite(`sqlite:${join(folder, `${databases - 1}.db`)}`, (fd, done) => {
          flushes.push(() => fs.fdatasync(fd, done));
        }),
      );
    });
    afterEach(() => slow.close());
    const finishFlushes = () => flushes.splice(0).forEach((finish) => finish());

    it('shows what that one has acknowledged during a flush of its own', async () => {
      const own = insert(slow, 'own');
      while (flushes.length === 0) await sleep(1);
      await insert(open, 'acknowledged');
      const [read, snapshot] = [
        idsAt(slow),
        slow.database.snapshot((db) => db.selectFrom('users').select('id').execute()),
      ];
      finishFlushes();
      // What began during the flush may not be covered by it.
      while (flushes.length === 0) await sleep(1);
      finishFlushes();
      expect(await read).toEqual(['acknowledged', 'own']);
      expect(await snapshot).toHaveLength(2);
      await own;
    });

    it('hands out nothing of that one before it is on disk', async () => {
      const unfinished = insert(slow, 'unfinished');
      while (flushes.length === 0) await sleep(1);
      // Flushed by who reads it, since it cannot know how far the other one is.
      expect(await userIds()).toEqual(['unfinished']);
      finishFlushes();
      await unfinished;

      await insert(open, 'other');
      const answered = jest.fn();
      const read = idsAt(slow);
      void read.then(answered);
      await sleep(20);
      expect(answered).not.toHaveBeenCalled();
      finishFlushes();
      expect(await read).toEqual(['other', 'unfinished']);
    });

    it('flushes once for all that is read meanwhile, and not again before the next commit', async () => {
      await insert(open, 'other');
      const reads = Array.from({ length: 20 }, () => idsAt(slow));
      while (flushes.length === 0) await sleep(1);
      expect(flushes).toHaveLength(1);
      finishFlushes();
      await Promise.all(reads);
      await idsAt(slow);
      expect(flushes).toHaveLength(0);
    });
  });

  it('keeps the WAL short under writers that never pause', async () => {
    const wal = () => statSync(join(folder, `${databases - 1}.db-wal`)).size;
    let most = 0;
    for (let n = 0; n < 400; n++) {
      await open.work.run(async (tx) => {
        for (let m = 0; m < 40; m++) tx.record(fact({ n, filling: 'x'.repeat(10_000) }));
      });
      most = Math.max(most, wal());
    }
    // More than 160 MB were written; commits wait for a checkpoint when there are 64 MiB.
    expect(most).toBeLessThan(70 * 1024 * 1024);
  });

  it('writes ahead: WAL, where each commit is flushed by the program and not within SQLite', async () => {
    const { rows: mode } = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(
      open.engine.write,
    );
    const { rows: level } = await sql<{ synchronous: number }>`pragma synchronous`.execute(
      open.engine.write,
    );
    expect(mode[0]!.journal_mode).toBe('wal');
    expect(level[0]!.synchronous).toBe(1);
  });

  it('tells everyone when the disk is full, does nothing half, and goes on when there is room', async () => {
    const insert = (n: number) =>
      open.work.run(async (tx) => {
        await tx.db
          .insertInto('users')
          .values({ ...row(`user-${n}`), firstname: 'x'.repeat(5000) })
          .execute();
        tx.record(fact(n));
      });
    await insert(0);
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(
      open.engine.write,
    );
    const { page_count } = rows[0]!;
    await sql.raw(`pragma max_page_count = ${page_count + 20}`).execute(open.engine.write);

    const results = await Promise.allSettled(countUp(60).map(insert));
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(40);
    for (const result of refused)
      expect(result).toMatchObject({ reason: expect.any(DatabaseUnavailable) });
    const kept = [0, ...countUp(60).filter((n) => results[n - 1]!.status === 'fulfilled')];
    expect(await userIds()).toEqual(kept.map((n) => `user-${n}`).toSorted());
    expect(await loggedData()).toEqual(kept);

    await sql.raw('pragma max_page_count = 100000').execute(open.engine.write);
    await insert(61);
    expect(await loggedData()).toEqual([...kept, 61]);
    expect(await positions()).toEqual(countUp(kept.length + 1));
  });
});
