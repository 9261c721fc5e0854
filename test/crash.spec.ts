import Sqlite from 'better-sqlite3';
import { EventSource } from 'eventsource';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CarillonProcess } from './support/process.js';
import { createUser, listUsers, post } from './support/requests.js';
import type { User } from '../src/users/user.js';
import { until } from './support/wait.js';

const WRITERS = 64;
const ROUNDS = 3;
const environment = { LOG_LEVEL: 'info', STREAM_HEARTBEAT: '1s' };

describe('kill -9', () => {
  it('under 64 writers, repeatedly, loses no acknowledged write and duplicates none', async () => {
    let carillon = await CarillonProcess.start(environment);
    const { port, folder, url } = carillon;
    const answered: string[] = [];
    const received: string[] = [];
    const source = new EventSource(`${url}/api/users/event`);
    source.addEventListener('update', ({ data }) => received.push((JSON.parse(data) as User).id));
    await new Promise((resolve) => source.addEventListener('open', resolve, { once: true }));

    for (let round = 0; round < ROUNDS; round++) {
      let running = true;
      const before = answered.length;
      const writers = Array.from({ length: WRITERS }, async (_, writer) => {
        while (running) {
          try {
            answered.push((await createUser(url, `Round ${round}`, `Writer ${writer}`)).id);
          } catch {
            running = false; // the process is gone: this answer never came
          }
        }
      });
      // Some time into the round, at another point of a command each time.
      const enough = before + WRITERS + Math.random() * 20 * WRITERS;
      await until(() => answered.length >= enough);
      await carillon.kill();
      await Promise.all(writers);
      carillon = await CarillonProcess.start(environment, port, folder);
    }

    const last = await createUser(url, 'The', 'Last');
    await until(() => received.includes(last.id));
    source.close();
    await carillon.stop();

    const database = new Sqlite(join(folder, 'data', 'carillon.db'), { readonly: true });
    const events = database
      .prepare<[], { position: number; id: string }>(
        `SELECT position, data ->> 'id' AS id FROM events ORDER BY position`,
      )
      .all();
    const stored = database.prepare<[], { id: string }>('SELECT id FROM users').all();
    const { head } = database.prepare<[], { head: number }>('SELECT head FROM event_log').get()!;
    database.close();

    expect(events.map(({ position }) => position)).toEqual(
      Array.from({ length: head }, (_, index) => index + 1),
    );
    const logged = events.map(({ id }) => id);
    expect(new Set(logged).size).toBe(logged.length);
    expect(stored.map(({ id }) => id).toSorted()).toEqual(logged.toSorted());
    const inLog = new Set(logged);
    expect(answered.filter((id) => !inLog.has(id))).toEqual([]);
    // An event may be written without an answer, but never delivered without being written: the subscriber's list is the log's.
    expect(received).toEqual(logged);
    rmSync(folder, { recursive: true });
  });

  it('happens to a process whose disk fails: it exits before it responds, and a new one reads the disk', async () => {
    const failing = `import fs from 'node:fs';
      const { fdatasync } = fs;
      let fails = false;
      fs.fdatasync = (fd, done) => (fails ? done(new Error('EIO')) : fdatasync(fd, done));
      process.on('SIGUSR2', () => {
        fails = true;
        console.log('The disk fails.');
      });`;
    const first = await CarillonProcess.start({
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(failing)}`,
    });
    for (let n = 0; n < 5; n++) await createUser(first.url, `Answered ${n}`);
    first.signal('SIGUSR2');
    await first.says('The disk fails.');
    await expect(createUser(first.url, 'Never answered')).rejects.toThrow('fetch failed');
    expect(await first.exited).toBe(1);
    expect(first.errors).toContain('EIO');
    const wal = join(first.folder, 'data', 'carillon.db-wal');
    expect(statSync(wal).size).toBeGreaterThan(0);
    const second = await CarillonProcess.start({}, first.port, first.folder);
    // What was left in the kernel's cache is in the database file, and on disk, before anyone reads it.
    expect(statSync(wal).size).toBe(0);
    const names = (await listUsers(second.url)).map(({ firstname }) => firstname);
    expect(names.slice(0, 5)).toEqual(Array.from({ length: 5 }, (_, n) => `Answered ${n}`));
    await second.stop();
    rmSync(first.folder, { recursive: true });
  });

  it('of the checkpoint thread stops neither commits nor a shutdown, because another thread takes over', async () => {
    const killing = `let threads = 0;
      process.on('worker', (worker) => {
        console.log('thread', ++threads, 'begins');
        if (threads === 1) worker.once('message', () => worker.terminate());
        worker.once('exit', () => console.log('a thread ended'));
      });`;
    const carillon = await CarillonProcess.start({
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(killing)}`,
    });
    await createUser(carillon.url, 'Before');
    await carillon.says('a thread ended');
    await createUser(carillon.url, 'After');
    await carillon.says('thread 2 begins');
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(0);
    rmSync(carillon.folder, { recursive: true });
  });

  it('preserves the data for the next start, including idempotency keys', async () => {
    const first = await CarillonProcess.start(environment);
    const send = (url: string) =>
      post(
        `${url}/api/users`,
        { firstname: 'Kept', lastname: 'DOE' },
        { 'Idempotency-Key': 'kept' },
      );
    const user = (await (await send(first.url)).json()) as User;
    await first.kill();
    const second = await CarillonProcess.start(environment, first.port, first.folder);
    const repeat = await send(second.url);
    expect(repeat.headers.get('idempotency-replayed')).toBe('true');
    expect(await repeat.json()).toEqual(user);
    expect(await listUsers(second.url)).toEqual([user]);
    await second.stop();
    rmSync(first.folder, { recursive: true });
  });
});
