import Sqlite from 'better-sqlite3';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from './support/files.js';
import { freePort } from './support/ports.js';
import { subscribe } from './support/raw-subscriber.js';
import { CarillonProcess } from './support/process.js';
import { createUser, problemCode } from './support/requests.js';
import { SlowRequest } from './support/slow-request.js';
import { throughout, until } from './support/wait.js';

const isRefused = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });

const inBatches = async <T>(count: number, size: number, make: () => Promise<T>): Promise<T[]> => {
  const all: T[] = [];
  while (all.length < count) all.push(...(await Promise.all(Array.from({ length: size }, make))));
  return all;
};

/** Signals that come closer together than this are one order. */
const ONE_ORDER = 600;

describe('SIGTERM', () => {
  it('with 1,000 open streams: readiness ends, each stream gets a closing frame, requests in flight finish, exit 0 within 5 s', async () => {
    const carillon = await CarillonProcess.start({ SHUTDOWN_DELAY: '1s' });
    const subscribers = await inBatches(1000, 50, () =>
      subscribe(carillon.port, '/api/users/event'),
    );
    const user = await createUser(carillon.url, 'Before');
    await Promise.all(subscribers.map((subscriber) => subscriber.receives(1, 'update')));

    // A request whose body is still on its way when the signal comes.
    const slow = await SlowRequest.begin(carillon.port);

    const began = Date.now();
    carillon.signal('SIGTERM');
    await carillon.says('Shutting down');
    const ready = await fetch(`${carillon.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await problemCode(ready)).toBe('unavailable');
    expect(ready.headers.get('connection')).toBe('close');
    const latecomer = await subscribe(carillon.port, '/api/users/event', {
      headers: { 'Last-Event-ID': subscribers[0]!.cursor },
    });
    await latecomer.until(({ ended }) => ended);
    expect(latecomer.status).toBe(200);
    expect(latecomer.cursor).toBe(subscribers[0]!.cursor);
    await until(() => isRefused(carillon.port)); // it has stopped listening
    const answer = await slow.finish();

    expect(await carillon.exited).toBe(0);
    // It does not sit out the keep-alive time of the connection that it has answered.
    expect(Date.now() - began).toBeLessThan(4000);
    expect(answer).toMatch(/^HTTP\/1\.1 201 Created/);
    const retries = new Set<number>();
    for (const subscriber of subscribers) {
      expect(subscriber.ended).toBe(true);
      expect(subscriber.of('update').map(({ data }) => data)).toEqual([user]);
      const [, retry] = /\nretry: (\d+)\n\n$/.exec(subscriber.body)!;
      retries.add(Number(retry));
    }
    // Jittered: they do not all come back in the same moment.
    expect(retries.size).toBeGreaterThan(100);

    const path = join(carillon.folder, 'data', 'carillon.db');
    const database = new Sqlite(path, { readonly: true });
    expect(database.prepare('SELECT count(*) FROM users').pluck().get()).toBe(2);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
    rmSync(carillon.folder, { recursive: true });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes requests in flight when the signal arrives twice, the second time as %s',
    async (second) => {
      const carillon = await CarillonProcess.start();
      const request = await SlowRequest.begin(carillon.port);
      // As under npm, when systemd signals the whole group.
      carillon.signal('SIGTERM');
      carillon.signal(second);
      await carillon.says('Shutting down');
      expect(await request.finish()).toMatch(/^HTTP\/1\.1 201 Created/);
      expect(await carillon.exited).toBe(0);
      rmSync(carillon.folder, { recursive: true });
    },
  );

  it('shuts down gracefully when it comes as soon as the process listens', async () => {
    const folder = temporaryFolder();
    const all = await Promise.all(
      [1, 2, 3].map(async () => new CarillonProcess(await freePort(), folder)),
    );
    for (const carillon of all)
      carillon.onOutput = (output) => {
        if (output.endsWith('\n') && !output.includes('Shutting down')) carillon.signal('SIGTERM');
      };
    const exits = all.map(async (carillon) => [await carillon.exited, carillon.errors]);
    expect(await Promise.all(exits)).toEqual(all.map(() => [0, '']));
    rmSync(folder, { recursive: true });
  });

  it('ends the process immediately when it is sent again later', async () => {
    const carillon = await CarillonProcess.start();
    await SlowRequest.begin(carillon.port);
    carillon.signal('SIGTERM');
    await throughout(ONE_ORDER, () => carillon.isRunning);
    const second = Date.now();
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(143);
    expect(Date.now() - second).toBeLessThan(1000);
    rmSync(carillon.folder, { recursive: true });
  });

  it('does not wait forever for a request that never ends', async () => {
    const carillon = await CarillonProcess.start();
    await SlowRequest.begin(carillon.port);
    const began = Date.now();
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(0);
    expect(Date.now() - began).toBeLessThan(8000);
    rmSync(carillon.folder, { recursive: true });
  });
});

describe('SIGHUP', () => {
  it('does not end a single process: its streams continue, and the log says so', async () => {
    const carillon = await CarillonProcess.start({ LOG_LEVEL: 'info' });
    const subscriber = await subscribe(carillon.port, '/api/users/event');
    carillon.signal('SIGHUP');
    await carillon.says('SIGHUP is ignored');
    await createUser(carillon.url, 'After');
    await subscriber.receives(1, 'update');
    subscriber.socket.destroy();
    await carillon.kill();
    rmSync(carillon.folder, { recursive: true });
  });
});
