import { EventEncoder, Streams, UnitOfWork } from '@carillon/nestjs';
import { type Engine } from '@carillon/nestjs/operations';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { jest } from '@jest/globals';
import { Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ENGINE } from '../packages/nestjs/src/engine/database.js';
import { AppModule } from '../src/app.module.js';
import { readConfig } from '../src/config.js';
import { UserCreated } from '../src/users/users.events.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { CONNECTIONS } from './support/connections.js';
import { temporaryFolder } from './support/files.js';
import { subscribe } from './support/raw-subscriber.js';
import { anEvent } from './support/log.js';
import { createUser } from './support/requests.js';
import { until } from './support/wait.js';
import { RecentEvents } from '../packages/nestjs/src/log/recent-events.js';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe.each(CONNECTIONS)('subscribers written to $connection', ({ settings }) => {
  let application: RunningApplication;
  let streams: Streams;
  let work: UnitOfWork;
  /** The server's ends of the connections. */
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    application = await startApplication({ STREAM_STALL_TIMEOUT: '1s', ...settings });
    streams = application.app.get(Streams, { strict: false });
    work = application.app.get(UnitOfWork, { strict: false });
    application.app.getHttpServer().on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
  });
  afterAll(() => application.stop());

  const record = (count: number, bytes = 10) =>
    work.run(async (tx) => {
      for (let n = 0; n < count; n++) tx.record(anEvent({ n, filling: 'x'.repeat(bytes) }));
    });
  const noneIsOpen = async () => {
    await until(() => streams.size === 0);
  };

  it('leak nothing: after 1,000 connections, the counts and the heap are as before', async () => {
    const visit = async () => {
      const socket = connect(application.port, '127.0.0.1');
      socket.write('GET /api/users/event HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'data');
      socket.destroy();
      await once(socket, 'close');
    };
    const visits = async (count: number) => {
      const visitor = async () => {
        for (let n = 0; n < count / 50; n++) await visit();
      };
      await Promise.all(Array.from({ length: 50 }, visitor));
      await noneIsOpen();
      await sleep(200);
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };

    const before = await visits(500);
    const after = await visits(1000);
    // One that is open holds some 5 KiB, and a request some 20 that was not let go of. Without a leak, it is 0.3 MiB.
    expect(after - before).toBeLessThan(2.5 * 1024 * 1024);
    const subscriber = await subscribe(application.port, '/api/users/event');
    await createUser(application.url, 'Still there');
    await subscriber.receives(1, 'update');
    await subscriber.close();
    await noneIsOpen();
  });

  it('that do not read have one full socket at most, and get everything once they read', async () => {
    const slow = await subscribe(application.port, '/api/users/event');
    const quick = await subscribe(application.port, '/api/users/event');
    slow.socket.pause();
    for (let round = 0; round < 40; round++) await record(100, 2000);
    await quick.receives(4000, 'update');

    expect(streams.size).toBe(2);
    const waiting = [...sockets].map((socket) => socket.writableLength);
    // One write that a socket has no room for, and not the 8 MB that were recorded.
    expect(Math.max(...waiting)).toBeGreaterThan(0);
    expect(Math.max(...waiting)).toBeLessThan(1024 * 1024);

    slow.socket.resume();
    await slow.receives(4000, 'update');
    expect(slow.of('update').map(({ id }) => id)).toEqual(quick.of('update').map(({ id }) => id));
    await Promise.all([slow.close(), quick.close()]);
    await noneIsOpen();
  });

  it('keep no more memory outside the heap than STREAM_RING_BYTES, however they come and go', async () => {
    const limit = 4 * 1024 * 1024;
    const small = await startApplication({ STREAM_RING_BYTES: String(limit), ...settings });
    const retained = () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    const churn = async (rounds: number) => {
      const { port, app } = small;
      for (let round = 0; round < rounds; round++) {
        const stream = await subscribe(port, '/api/users/event?lastEventId=earliest');
        for (let n = 0; n < 20; n++) {
          await app
            .get(UnitOfWork, { strict: false })
            .run(async (tx) => tx.record(anEvent({ round, n, filling: 'x'.repeat(200) })));
          // What else goes on in a process takes memory from the same pool.
          for (let other = 0; other < 20; other++) Buffer.from('x'.repeat(3000));
        }
        await stream.close();
      }
    };
    await churn(5);
    const before = retained();
    await churn(60);
    // The server notices a moment later that the last clients have left.
    await until(() => retained() - before < limit + 2 * 1024 * 1024);
    expect(retained() - before).toBeLessThan(limit + 2 * 1024 * 1024);
    await small.stop();
  });

  it('stay connected when more is recorded at once than a run may hold, and read it page by page', async () => {
    const quick = await Promise.all(
      Array.from({ length: 20 }, () => subscribe(application.port, '/api/users/event')),
    );
    await record(5000, 2000);
    await Promise.all(quick.map((subscriber) => subscriber.receives(5000, 'update')));
    for (const subscriber of quick) {
      expect(new Set(subscriber.of('update').map(({ id }) => id)).size).toBe(5000);
      expect(subscriber.ended).toBe(false);
    }
    await Promise.all(quick.map((subscriber) => subscriber.close()));
    await noneIsOpen();
  });

  it('that read slowly but steadily are not disconnected', async () => {
    const slow = await subscribe(application.port, '/api/users/event');
    slow.socket.pause();
    for (let round = 0; round < 60; round++) await record(100, 2000);
    // 13 MB in sips, over three times the STREAM_STALL_TIMEOUT. The kernel asks for more when a third of its buffer,
    // which it makes some MB large, is free.
    for (let sip = 1; sip <= 20; sip++) {
      slow.socket.resume();
      await slow.until(({ body }) => body.length >= sip * 600_000);
      slow.socket.pause();
      await sleep(150);
    }
    expect(slow.ended).toBe(false);
    slow.socket.resume();
    await slow.receives(6000, 'update');
    await slow.close();
    await noneIsOpen();
  });

  it('that read nothing for STREAM_STALL_TIMEOUT are disconnected, and can come back', async () => {
    const stalled = await subscribe(application.port, '/api/users/event');
    const from = stalled.cursor;
    stalled.socket.pause();
    for (let round = 0; round < 60; round++) await record(100, 2000);
    await noneIsOpen();
    const back = await subscribe(application.port, `/api/users/event?lastEventId=${from}`);
    await back.receives(6000, 'update');
    expect(new Set(back.of('update').map(({ id }) => id)).size).toBe(6000);
    await Promise.all([stalled.close(), back.close()]);
  });
});

/** The columns of an event that has no use for them. */
const UNUSED = {
  topics: null,
  format: 'json',
  private: 1,
  public_id: null,
  xid: null,
  retry: null,
  subject: null,
  redacts: null,
} as const;

describe('the newest events in memory', () => {
  it.each(['x', 'ü', '李'])('take no more than their limit, filled with "%s"', (letter) => {
    const limit = 16 * 1024 * 1024;
    const forms = [1, 2].map(
      (n) => new EventEncoder(`form ${n}`, ({ type, data }) => ({ type, data })),
    );
    const recent = new RecentEvents(limit);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let position = 1; position <= 60_000; position++) {
      const data = JSON.stringify({ position, filling: letter.repeat(400) });
      const event = { position, topic: 'users', type: 'user.updated', data, actor: null, at: '' };
      const logged = { ...UNUSED, ...event };
      recent.push([logged]);
      for (const form of forms) form.frame(logged, 'epoch');
    }
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(limit + 2 * 1024 * 1024);
    expect(recent.bytes).toBeLessThanOrEqual(limit);
  });
});

describe('handlers inside the process', () => {
  it('receive events; one that throws is logged by name, and affects neither the feed nor another handler', async () => {
    const received: string[] = [];

    @Injectable()
    @EventsHandler(UserCreated)
    class GreetUser implements IEventHandler<UserCreated> {
      async handle({ data }: UserCreated): Promise<void> {
        received.push(data.firstname);
      }
    }
    @Injectable()
    @EventsHandler(UserCreated)
    class AlwaysFails implements IEventHandler<UserCreated> {
      handle(): void {
        throw new Error('out of order');
      }
    }
    @Injectable()
    @EventsHandler(UserCreated)
    class FailsLater implements IEventHandler<UserCreated> {
      async handle(): Promise<void> {
        await new Promise(setImmediate);
        throw new Error('later');
      }
    }
    const config = readConfig({
      DATABASE_URL: `sqlite:${temporaryFolder()}/carillon.db`,
      LOG_LEVEL: 'silent',
    });
    @Module({
      imports: [AppModule.with(config)],
      providers: [AlwaysFails, FailsLater, GreetUser],
    })
    class WithHandlers {}
    const app = await NestFactory.create(WithHandlers, { logger: false });
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as { port: number };

    const { write } = app.get<Engine>(ENGINE, { strict: false });
    // What another program has put into the log, before the database checked it, may not be what a handler expects.
    await sql`pragma ignore_check_constraints = on`.execute(write);
    await write
      .insertInto('events')
      .values({
        position: 1,
        topic: 'rooms',
        type: 'user.created',
        data: 'not json',
        actor: null,
        at: '',
      })
      .execute();
    await write.updateTable('event_log').set({ head: 1 }).execute();
    const subscriber = await subscribe(port, '/api/users/event');
    for (const name of ['one', 'two']) await createUser(`http://127.0.0.1:${port}`, name);
    await subscriber.receives(2, 'update');
    const messages = () => logged.mock.calls.map(([, message]) => message as unknown);
    const failures = (name: string) =>
      messages().filter((message) => message === `${name} failed on user.created.`).length;
    await until(() => failures('AlwaysFails') === 2 && failures('FailsLater') === 2);

    expect(received).toEqual(['one', 'two']);
    expect(messages()).toContain('user.created at 1 is not what its handlers expect.');
    await subscriber.close();
    logged.mockRestore();
    await app.close();
  });
});
