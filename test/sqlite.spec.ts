import { Database, DatabaseUnavailable, EventLog, UnitOfWork } from '@carillon/nestjs';
import { sql } from 'kysely';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { jest } from '@jest/globals';
import fs, { readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './support/files.js';
import { ANY_TOPIC, anEvent, logOf } from './support/log.js';
import { openLog } from './support/server-log.js';
import { features } from '../src/app.module.js';
import { migrate } from '../packages/nestjs/src/database/migrations.js';
import { openSqlite } from '../packages/nestjs/src/sqlite/open-sqlite.js';
import { throughout, until } from './support/wait.js';

const row = (id: string) => ({ id, firstname: 'a', lastname: 'b', created_at: '', updated_at: '' });

/** Holds the lock until it gets a message, and some time longer. */
const LOCKING = `
  const { parentPort, workerData } = require('node:worker_threads');
  const database = new (require('better-sqlite3'))(workerData);
  database.exec('BEGIN IMMEDIATE');
  parentPort.once('message', () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    database.exec('COMMIT');
  });
  parentPort.postMessage('locked');`;

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

  it('waits during maintenance for the lock of another program, but not longer than told', async () => {
    const path = join(folder, `${databases - 1}.db`);
    const engine = openSqlite(`sqlite:${path}`);
    const insert = (id: string, lockTimeout: number) =>
      engine.maintain(lockTimeout, (db) => db.insertInto('users').values(row(id)).execute());
    const other = new Worker(LOCKING, { eval: true, workerData: path });
    try {
      await once(other, 'message');
      await expect(insert('early', 10)).rejects.toThrow(
        'Another program has held a lock on the database file for 0.01 s.',
      );
      other.postMessage('release');
      await insert('late', 10_000);
      expect(await userIds()).toEqual(['late']);
    } finally {
      await other.terminate();
      await engine.close();
    }
  });

  it('answers no command and no read that depends on a commit before that commit is on disk', async () => {
    let finish: (() => void) | undefined;
    const engine = openSqlite(`sqlite:${join(folder, 'slow-disk.db')}`, 'database', (fd, done) => {
      expect(readlinkSync(`/proc/self/fd/${fd}`)).toMatch(/slow-disk\.db-wal$/);
      finish = () => fs.fdatasync(fd, done);
    });
    await migrate(engine, features);
    const [database, work] = [new Database(engine), new UnitOfWork(engine, ANY_TOPIC)];
    const log = new EventLog(database);
    let rings = 0;
    work.committed.subscribe(() => rings++);
    const ids = async () => (await database.read.selectFrom('users').select('id').execute()).length;
    const answered = jest.fn();

    const command = work.run(async (tx) => {
      await tx.db.insertInto('users').values(row('slow')).execute();
      tx.record(anEvent('slow'));
    });
    await until(() => finish !== undefined);
    const reads = [ids(), log.state().then(({ head }) => head)];
    const snapshot = database.snapshot((db) => log.state(db));
    for (const each of [command, snapshot, ...reads]) void each.then(answered);
    await throughout(50, () => answered.mock.calls.length === 0 && rings === 0);

    finish!();
    await command;
    expect([...(await Promise.all(reads)), rings]).toEqual([1, 1, 1]);
    expect((await snapshot).head).toBe(1);
    await engine.close();
  });

  it('lets no command wait for ever when the disk freezes, and goes on when it answers again', async () => {
    const flushes: (() => void)[] = [];
    const engine = openSqlite(
      `sqlite:${join(folder, 'frozen-disk.db')}`,
      'database',
      (fd, done) => {
        flushes.push(() => fs.fdatasync(fd, done));
      },
    );
    await migrate(engine, features);
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
    expect(await queued).toContain('Earlier commands took too long');
    flushes.pop()!();
    const next = insert('next');
    await until(() => flushes.length > 0);
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
        openSqlite(`sqlite:${join(folder, `${databases - 1}.db`)}`, 'database', (fd, done) => {
          flushes.push(() => fs.fdatasync(fd, done));
        }),
      );
    });
    afterEach(() => slow.close());
    const finishFlushes = () => flushes.splice(0).forEach((finish) => finish());

    it('shows what that one has acknowledged during a flush of its own', async () => {
      const own = insert(slow, 'own');
      await until(() => flushes.length > 0);
      await insert(open, 'acknowledged');
      const [read, snapshot] = [
        idsAt(slow),
        slow.database.snapshot((db) => db.selectFrom('users').select('id').execute()),
      ];
      finishFlushes();
      // What began during the flush may not be covered by it.
      await until(() => flushes.length > 0);
      finishFlushes();
      expect(await read).toEqual(['acknowledged', 'own']);
      expect(await snapshot).toHaveLength(2);
      await own;
    });

    it('hands out nothing of that one before it is on disk', async () => {
      const unfinished = insert(slow, 'unfinished');
      await until(() => flushes.length > 0);
      // Flushed by who reads it, since it cannot know how far the other one is.
      expect(await userIds()).toEqual(['unfinished']);
      finishFlushes();
      await unfinished;

      await insert(open, 'other');
      const answered = jest.fn();
      const read = idsAt(slow);
      void read.then(answered);
      await throughout(20, () => answered.mock.calls.length === 0);
      finishFlushes();
      expect(await read).toEqual(['other', 'unfinished']);
    });

    it('flushes once for all that is read meanwhile, and not again before the next commit', async () => {
      await insert(open, 'other');
      const reads = Array.from({ length: 20 }, () => idsAt(slow));
      await until(() => flushes.length > 0);
      expect(flushes).toHaveLength(1);
      finishFlushes();
      await Promise.all(reads);
      await idsAt(slow);
      expect(flushes).toHaveLength(0);
    });

    it('fails each read only after a wait of its own while the disk is frozen', async () => {
      await insert(open, 'other');
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'Date'] });
      const early = idsAt(slow).catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(9000);
      const reads = [idsAt(slow)];
      await jest.advanceTimersByTimeAsync(2000);
      expect(await early).toBeInstanceOf(DatabaseUnavailable);
      reads.push(idsAt(slow));
      await jest.advanceTimersByTimeAsync(5000);
      jest.useRealTimers();
      expect(flushes).toHaveLength(1);
      finishFlushes();
      expect(await Promise.all(reads)).toEqual([['other'], ['other']]);
    });
  });

  it('keeps the WAL short under writers that never pause', async () => {
    const wal = () => statSync(join(folder, `${databases - 1}.db-wal`)).size;
    let most = 0;
    for (let n = 0; n < 400; n++) {
      await open.work.run(async (tx) => {
        for (let m = 0; m < 40; m++) tx.record(anEvent({ n, filling: 'x'.repeat(10_000) }));
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
        tx.record(anEvent(n));
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
