import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  fdatasync,
  mkdirSync,
  type NoParamCallback,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CheckpointRequest } from '../src/sqlite/checkpointer.js';
import { DatabaseDamaged } from '../src/engine/errors.js';
import { openDatabase } from '../src/database/open-database.js';
import { openSqlite } from '../src/sqlite/open-sqlite.js';
import { prepareFile } from '../src/sqlite/sqlite-file.js';
import { temporaryFolder } from '../../../test/support/files.js';
import { anEvent, logOf } from '../../../test/support/log.js';
import { until } from '../../../test/support/wait.js';

const openLog = async (url: string) => logOf(await openDatabase(url));
type Open = Awaited<ReturnType<typeof openLog>>;

describe('the files of SQLite', () => {
  const folder = temporaryFolder();
  let path: string;
  let open: Open;
  let databases = 0;

  beforeEach(async () => {
    path = join(folder, `${databases++}`, 'carillon.db');
    open = await openLog(`sqlite:${path}`);
  });
  afterEach(() => open.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  const epochOf = async ({ log }: Open) => (await log.state()).epoch;
  const record = (value: unknown) => open.work.run(async (tx) => tx.record(anEvent({ value })));
  /** Without an event, so that the position of the log does not show it. */
  const addRow = (name: string) =>
    open.work.run(async ({ db }) => {
      const row = { name, position: 0, owner: null, term: 0, renewals: 0 };
      await db.insertInto('subscriptions').values(row).execute();
    });
  /** The files as `kill -9` would leave them now, elsewhere. */
  const afterKill = (from = path) => {
    const target = join(folder, `${databases++}`);
    mkdirSync(target, { mode: 0o700 });
    for (const end of ['', '-wal', '-mark'])
      copyFileSync(from + end, join(target, `carillon.db${end}`));
    return join(target, 'carillon.db');
  };
  const epochAfterStart = async (at: string) => {
    const again = await openLog(`sqlite:${at}`);
    const epoch = await epochOf(again);
    await again.close();
    return epoch;
  };
  const flip = (file: string, at: number) => {
    const bytes = readFileSync(file);
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(file, bytes);
  };

  describe('after kill -9', () => {
    // Nothing is moved into the database file meanwhile: what the reader sees is there already.
    let reader: Sqlite.Database;
    beforeEach(async () => {
      await record('kept');
      await open.engine.scrub([]);
      reader = new Sqlite(path, { readonly: true });
      reader.exec('BEGIN; SELECT * FROM events');
      await addRow('first');
      await addRow('acknowledged');
    });
    afterEach(() => reader.close());

    it('keeps its epoch where nothing is missing, however often', async () => {
      const killed = afterKill();
      for (let n = 0; n < 3; n++) expect(await epochAfterStart(killed)).toBe(await epochOf(open));
    });

    it('keeps its epoch where it is killed again before it has written anything', async () => {
      const killed = afterKill();
      const again = await openLog(`sqlite:${killed}`);
      const killedAgain = afterKill(killed);
      await again.close();
      expect(await epochAfterStart(killedAgain)).toBe(await epochOf(open));
    });

    it('keeps its epoch where a commit was written behind what was acknowledged, and cut off', async () => {
      const killed = afterKill();
      appendFileSync(`${killed}-wal`, Buffer.alloc(3000, 7));
      expect(await epochAfterStart(killed)).toBe(await epochOf(open));
    });

    it.each([
      ['is cut off', (wal: string) => truncateSync(wal, statSync(wal).size - 4096)],
      ['is empty', (wal: string) => truncateSync(wal, 0)],
      ['is deleted', (wal: string) => rmSync(wal)],
      ['has another bit in its last page', (wal: string) => flip(wal, statSync(wal).size - 100)],
      ['has another bit in its salt', (wal: string) => flip(wal, 19)],
      ['has another bit in its checksum', (wal: string) => flip(wal, 28)],
    ])('begins a new epoch where the WAL %s, once', async (_, damage) => {
      const killed = afterKill();
      damage(`${killed}-wal`);
      const epoch = await epochAfterStart(killed);
      expect(epoch).not.toBe(await epochOf(open));
      expect(await epochAfterStart(killed)).toBe(epoch);
    });
  });

  it('keeps its epoch across checkpoints, restarts of the WAL, and clean shutdowns', async () => {
    const epoch = await epochOf(open);
    for (let n = 0; n < 3; n++) {
      await record(n);
      expect(await epochAfterStart(afterKill())).toBe(epoch);
      await open.engine.scrub([]);
      expect(await epochAfterStart(afterKill())).toBe(epoch);
    }
    await open.close();
    open = await openLog(`sqlite:${path}`);
    expect(await epochOf(open)).toBe(epoch);
  });

  it('keeps its epoch when a second process opens it while the mark names frames of a truncated WAL', async () => {
    await record('kept');
    const epoch = await epochOf(open);
    const other = new Sqlite(path);
    expect(other.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
    other.close();
    expect(await epochAfterStart(path)).toBe(epoch);
    await record('still kept');
    expect(await epochAfterStart(afterKill())).toBe(epoch);
  });

  it('keeps its epoch when another program reads during an orderly end, and moves the WAL itself', async () => {
    await record('kept');
    const epoch = await epochOf(open);
    const other = new Sqlite(path);
    other.exec('BEGIN; SELECT * FROM events');
    await open.close();
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    other.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    open = await openLog(`sqlite:${path}`);
    expect(await epochOf(open)).toBe(epoch);
  });

  it('keeps its epoch where the WAL is emptied while a commit is being flushed', async () => {
    let finish: (() => void) | undefined;
    const hold = (fd: number, done: NoParamCallback) => (finish = () => fdatasync(fd, done));
    const slow = logOf(openSqlite(`sqlite:${path}`, 'database', hold));
    const command = slow.work.run(async (tx) => tx.record(anEvent('slow')));
    await until(() => finish !== undefined);
    await open.engine.scrub([]);
    finish!();
    await command;
    expect(await epochAfterStart(afterKill())).toBe(await epochOf(open));
    await slow.close();
  });

  it.each(['empty', 'missing'])(
    'refuses to create an empty database over the remains of one whose file is %s',
    async (how) => {
      await record('kept');
      const killed = afterKill();
      if (how === 'empty') truncateSync(killed, 0);
      else rmSync(killed);
      await expect(openLog(`sqlite:${killed}`)).rejects.toThrow(
        `is ${how}, but other files of this database exist`,
      );
      expect(existsSync(`${killed}-wal`)).toBe(true);
    },
  );

  it('is not mistaken for one without its file while another process creates it', async () => {
    const names = Array.from({ length: 100 }, (_, n) => join(folder, `created-${n}.db`));
    const turn = new Int32Array(new SharedArrayBuffer(4));
    const creator = new Worker(
      `const { writeFileSync } = require('node:fs');
      const { names, turn } = require('node:worker_threads').workerData;
      names.forEach((name, index) => {
        while (Atomics.load(turn, 0) <= index);
        for (const end of ['', '-shm', '-mark']) writeFileSync(name + end, 'a database');
      });`,
      { eval: true, workerData: { names, turn } },
    );
    const ended = once(creator, 'exit');
    for (const name of names) {
      Atomics.add(turn, 0, 1);
      while (!existsSync(`${name}-mark`)) prepareFile(name);
    }
    await ended;
  });

  it('begins a database in a file that is empty and never was one', async () => {
    const fresh = join(folder, 'fresh.db');
    writeFileSync(fresh, '');
    expect(await epochAfterStart(fresh)).toMatch(/^[0-9a-f]{8}$/);
  });

  it('refuses to start with a damaged database', async () => {
    for (let n = 0; n < 50; n++) await record('x'.repeat(1000));
    await open.engine.scrub([]);
    const killed = afterKill();
    const pages = readFileSync(killed);
    pages.fill(7, 8 * 4096);
    writeFileSync(killed, pages);
    await expect(openLog(`sqlite:${killed}`)).rejects.toThrow(/is damaged: .*Restore a backup/);
  });

  it('is not ready any more when it meets a damaged page, and says DatabaseDamaged', async () => {
    for (let n = 0; n < 50; n++) await record('x'.repeat(1000));
    await open.engine.scrub([]);
    const killed = afterKill();
    const damaged = await openLog(`sqlite:${killed}`);
    const pages = readFileSync(killed);
    pages.fill(7, 8 * 4096);
    writeFileSync(killed, pages);
    await expect(damaged.log.read(0, 1000, 1000)).rejects.toBeInstanceOf(DatabaseDamaged);
    await expect(damaged.database.ping()).rejects.toThrow('is damaged');
    await damaged.close();
  });

  it('is not ready any more when a snapshot meets a damaged page first', async () => {
    await record('kept');
    await open.engine.scrub([]);
    const damaged = await openLog(`sqlite:${afterKill()}`);
    await sql`pragma cache_size = 0`.execute(damaged.engine.read);
    truncateSync(join(folder, `${databases - 1}`, 'carillon.db'), 2 * 4096);
    await expect(damaged.database.snapshot((db) => damaged.log.state(db))).rejects.toBeInstanceOf(
      DatabaseDamaged,
    );
    expect(damaged.engine.isDamaged).toBe(true);
    await damaged.close();
  });

  it('keeps nothing of a deleted text once it is scrubbed, though a reader was in the way', async () => {
    const secret = 'a text that nobody is to find again';
    const inFiles = () =>
      readdirSync(join(path, '..')).filter((name) =>
        readFileSync(join(path, '..', name)).includes(secret),
      );
    await record(secret);
    await open.engine.scrub([]);
    expect(inFiles()).toEqual(['carillon.db']);
    const reader = new Sqlite(path, { readonly: true });
    reader.exec('BEGIN; SELECT * FROM events');
    await open.work.run(({ db }) => db.deleteFrom('events').execute());
    await record('another one');
    const scrubbed = open.engine.scrub([]);
    reader.close();
    await scrubbed;
    expect(inFiles()).toEqual([]);
  });

  it('are scrubbed less and less often while a reader is in the way, since writers wait meanwhile', async () => {
    await record('kept');
    const reader = new Sqlite(path, { readonly: true });
    reader.exec('BEGIN; SELECT * FROM events');
    await record('not seen by it');
    const posted = jest.spyOn(Worker.prototype, 'postMessage');
    const requests = () => posted.mock.calls.map(([request]) => request as CheckpointRequest);
    const scrubbed = open.engine.scrub([]);
    await until(async () => {
      await record('next');
      return requests().length >= 10;
    });
    expect(requests()[0]).toBe('TRUNCATE');
    expect(requests().filter((request) => request === 'TRUNCATE').length).toBeLessThan(8);
    reader.close();
    await scrubbed;
    posted.mockRestore();
  });

  it('that cannot be moved are logged once, and when they are moved again', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const posted = jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (
      this: Worker,
    ) {
      this.emit('message', { isComplete: false, failure: 'the disk is full' });
    });
    await record('kept');
    await until(() => posted.mock.calls.length >= 3);
    expect(logged).toHaveBeenCalledTimes(1);
    posted.mockRestore();
    await open.engine.scrub([]);
    logged.mockRestore();
  });

  it('are for this user alone, in a folder for this user alone', async () => {
    await record(1);
    const mode = (name: string) => (statSync(name).mode & 0o777).toString(8);
    expect(mode(join(path, '..'))).toBe('700');
    for (const end of ['', '-wal', '-shm', '-mark']) expect(mode(path + end)).toBe('600');
  });

  it('shrinks the WAL that a foreign reader has let grow', async () => {
    await record(1);
    const reader = new Sqlite(path, { readonly: true });
    reader.exec('BEGIN; SELECT * FROM events');
    const size = () => statSync(`${path}-wal`).size;
    while (size() < 80 * 1024 * 1024)
      await open.work.run(async (tx) => {
        for (let n = 0; n < 100; n++) tx.record(anEvent({ filling: 'x'.repeat(50_000) }));
      });
    reader.close();
    await until(async () => {
      await record('next');
      return size() <= 64 * 1024 * 1024;
    });
    expect(size()).toBeLessThanOrEqual(64 * 1024 * 1024);
  }, 60_000);
});
