import Sqlite from 'better-sqlite3';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './support/listener.js';
import { CarillonProcess } from './support/process.js';
import { createUser, problemCode } from './support/requests.js';
import { SlowRequest } from './support/slow-request.js';

const inBatches = async <T>(count: number, size: number, make: () => Promise<T>): Promise<T[]> => {
  const all: T[] = [];
  while (all.length < count) all.push(...(await Promise.all(Array.from({ length: size }, make))));
  return all;
};

async function beginRequestThatNeverEnds(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n');
  socket.on('error', () => undefined);
  await sleep(100);
}

describe('SIGTERM', () => {
  it('with 1,000 open streams: not ready, a farewell to each, running requests finish, exit 0 within 5 s', async () => {
    const carillon = await CarillonProcess.start();
    const listeners = await inBatches(1000, 50, () => listen(carillon.port, '/api/users/event'));
    const user = await createUser(carillon.url, 'Before');
    await Promise.all(listeners.map((listener) => listener.hears(1, 'update')));

    // A request whose body is still on its way when the signal comes.
    const body = JSON.stringify({ firstname: 'Running', lastname: 'Request' });
    const slow = connect(carillon.port, '127.0.0.1');
    let answer = '';
    slow.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    slow.write(
      'POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
    );
    await sleep(100);

    const began = Date.now();
    carillon.signal('SIGTERM');
    await carillon.says('Shutting down');
    const ready = await fetch(`${carillon.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await problemCode(ready)).toBe('unavailable');
    expect(ready.headers.get('connection')).toBe('close');
    const latecomer = await listen(carillon.port, '/api/users/event', {
      headers: { 'Last-Event-ID': listeners[0]!.cursor },
    });
    await latecomer.until(({ ended }) => ended);
    expect(latecomer.status).toBe(200);
    expect(latecomer.cursor).toBe(listeners[0]!.cursor);
    await sleep(1000); // it has stopped listening by now
    slow.write(body.slice(10));

    expect(await carillon.exited).toBe(0);
    // It does not sit out the keep-alive time of the connection that it has answered.
    expect(Date.now() - began).toBeLessThan(4000);
    expect(answer).toMatch(/^HTTP\/1\.1 201 Created/);
    const retries = new Set<number>();
    for (const listener of listeners) {
      expect(listener.ended).toBe(true);
      expect(listener.of('update').map(({ data }) => data)).toEqual([user]);
      const [, retry] = /\nretry: (\d+)\n\n$/.exec(listener.body)!;
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
    'finishes what runs when one order reaches it twice, the second time as %s',
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

  it('ends at once when it comes again later', async () => {
    const carillon = await CarillonProcess.start();
    await beginRequestThatNeverEnds(carillon.port);
    carillon.signal('SIGTERM');
    await sleep(600);
    const second = Date.now();
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(143);
    expect(Date.now() - second).toBeLessThan(1000);
    rmSync(carillon.folder, { recursive: true });
  });

  it('does not wait for ever for a request that never ends', async () => {
    const carillon = await CarillonProcess.start();
    await beginRequestThatNeverEnds(carillon.port);
    const began = Date.now();
    carillon.signal('SIGTERM');
    expect(await carillon.exited).toBe(0);
    expect(Date.now() - began).toBeLessThan(8000);
    rmSync(carillon.folder, { recursive: true });
  });
});

describe('SIGHUP', () => {
  it('does not end a process that is alone: its streams go on, and the log says so', async () => {
    const carillon = await CarillonProcess.start({ LOG_LEVEL: 'info' });
    const listener = await listen(carillon.port, '/api/users/event');
    carillon.signal('SIGHUP');
    await carillon.says('SIGHUP is ignored');
    await createUser(carillon.url, 'After');
    await listener.hears(1, 'update');
    listener.socket.destroy();
    await carillon.kill();
    rmSync(carillon.folder, { recursive: true });
  });
});
