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
import { AppModule } from '../src/app.module.js';
import { readConfig } from '../src/config.js';
import { openDatabase } from '../src/database/database.module.js';
import { UnitOfWork } from '../src/database/unit-of-work.js';
import { RecentFacts } from '../src/events/recent-facts.js';
import { Streams } from '../src/events/streams.js';
import { WireForm } from '../src/events/wire-form.js';
import { UserCreated } from '../src/users/users.events.js';
import {
  type RunningApplication,
  startApplication,
  temporaryFolder,
} from './support/application.js';
import { listen } from './support/listener.js';
import { fact } from './support/log.js';
import { createUser } from './support/requests.js';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('listeners', () => {
  let application: RunningApplication;
  let streams: Streams;
  let work: UnitOfWork;
  /** The server's ends of the connections. */
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    application = await startApplication({ STREAM_STALL_TIMEOUT: '1s' });
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
      for (let n = 0; n < count; n++) tx.record(fact({ n, filling: 'x'.repeat(bytes) }));
    });
  const noneIsOpen = async () => {
    for (let tries = 0; streams.size > 0 && tries < 500; tries++) await sleep(10);
    expect(streams.size).toBe(0);
  };

  it('leave nothing behind: after 10,000 connects and cuts, counts and heap are where they were', async () => {
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

    const before = await visits(1000);
    const after = await visits(10_000);
    // One that is open holds some 5 KiB, and a request some 20 that was not let go of.
    expect(after - before).toBeLessThan(10 * 1024 * 1024);
    const listener = await listen(application.port, '/api/users/event');
    await createUser(application.url, 'Still there');
    await listener.hears(1, 'update');
    await listener.close();
    await noneIsOpen();
  });

  it('that do not read are not written to beyond their socket, and get everything once they read', async () => {
    const slow = await listen(application.port, '/api/users/event');
    const quick = await listen(application.port, '/api/users/event');
    slow.socket.pause();
    for (let round = 0; round < 40; round++) await record(100, 2000);
    await quick.hears(4000, 'update');

    expect(streams.size).toBe(2);
    const waiting = [...sockets].map((socket) => socket.writableLength);
    // One write that a socket has no room for, and not the 8 MB that were recorded.
    expect(Math.max(...waiting)).toBeGreaterThan(0);
    expect(Math.max(...waiting)).toBeLessThan(1024 * 1024);

    slow.socket.resume();
    await slow.hears(4000, 'update');
    expect(slow.of('update').map(({ id }) => id)).toEqual(quick.of('update').map(({ id }) => id));
    await Promise.all([slow.close(), quick.close()]);
    await noneIsOpen();
  });

  it('keep no more memory outside the heap than STREAM_RING_BYTES, however they come and go', async () => {
    const limit = 4 * 1024 * 1024;
    const small = await startApplication({ STREAM_RING_BYTES: String(limit) });
    const retained = () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    const churn = async (rounds: number) => {
      const { port, app } = small;
      for (let round = 0; round < rounds; round++) {
        const stream = await listen(port, '/api/users/event?lastEventId=earliest');
        for (let n = 0; n < 20; n++) {
          await app
            .get(UnitOfWork, { strict: false })
            .run(async (tx) => tx.record(fact({ round, n, filling: 'x'.repeat(200) })));
          // What else goes on in a process takes memory from the same pool.
          for (let other = 0; other < 20; other++) Buffer.from('x'.repeat(3000));
        }
        await stream.close();
      }
    };
    await churn(5);
    const before = retained();
    await churn(60);
    expect(retained() - before).toBeLessThan(limit + 2 * 1024 * 1024);
    await small.stop();
  });

  it('stay when more is recorded at once than a run may hold: they read it page by page', async () => {
    const quick = await Promise.all(
      Array.from({ length: 20 }, () => listen(application.port, '/api/users/event')),
    );
    await record(5000, 2000);
    await Promise.all(quick.map((listener) => listener.hears(5000, 'update')));
    for (const listener of quick) {
      expect(new Set(listener.of('update').map(({ id }) => id)).size).toBe(5000);
      expect(listener.ended).toBe(false);
    }
    await Promise.all(quick.map((listener) => listener.close()));
    await noneIsOpen();
  });

  it('that read slowly but steadily are not cut off', async () => {
    const slow = await listen(application.port, '/api/users/event');
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
    await slow.hears(6000, 'update');
    await slow.close();
    await noneIsOpen();
  });

  it('that take nothing for STREAM_STALL_TIMEOUT are cut off, and can come back', async () => {
    const stalled = await listen(application.port, '/api/users/event');
    const from = stalled.cursor;
    stalled.socket.pause();
    for (let round = 0; round < 60; round++) await record(100, 2000);
    await noneIsOpen();
    const back = await listen(application.port, `/api/users/event?lastEventId=${from}`);
    await back.hears(6000, 'update');
    expect(new Set(back.of('update').map(({ id }) => id)).size).toBe(6000);
    await Promise.all([stalled.close(), back.close()]);
  });
});

describe('the newest events in memory', () => {
  it.each(['x', 'ü', '李'])('take no more than their limit, filled with "%s"', (letter) => {
    const limit = 16 * 1024 * 1024;
    const forms = [1, 2].map(
      (n) => new WireForm(`form ${n}`, ({ type, data }) => ({ type, data })),
    );
    const recent = new RecentFacts(limit);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let position = 1; position <= 60_000; position++) {
      const data = JSON.stringify({ position, filling: letter.repeat(400) });
      const event = { position, topic: 'users', type: 'user.updated', data, actor: null, at: '' };
      const logged = { ...event, private: 1, subject: null, redacts: null };
      recent.push([logged]);
      for (const form of forms) form.frame(logged, 'epoch');
    }
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(limit + 2 * 1024 * 1024);
    expect(recent.bytes).toBeLessThanOrEqual(limit);
  });
});

describe('handlers inside the process', () => {
  it('hear of facts; one that throws is logged by name, and disturbs neither the feed nor another', async () => {
    const heard: string[] = [];

    @Injectable()
    @EventsHandler(UserCreated)
    class GreetUser implements IEventHandler<UserCreated> {
      async handle({ data }: UserCreated): Promise<void> {
        heard.push(data.firstname);
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
        await sleep(1);
        throw new Error('later');
      }
    }
    const config = readConfig({
      DATABASE_URL: `sqlite:${temporaryFolder()}/carillon.db`,
      LOG_LEVEL: 'silent',
    });
    const engine = await openDatabase(config.DATABASE_URL);
    @Module({
      imports: [AppModule.with(config, engine)],
      providers: [AlwaysFails, FailsLater, GreetUser],
    })
    class WithHandlers {}
    const app = await NestFactory.create(WithHandlers, { logger: false });
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as { port: number };

    // What another program has put into the log, before the database checked it, may not be what a handler expects.
    await sql`drop trigger events_form`.execute(engine.write);
    await engine.write
      .insertInto('events')
      .values({
        position: 1,
        topic: 'elsewhere',
        type: 'user.created',
        data: 'not json',
        actor: null,
        at: '',
      })
      .execute();
    await engine.write.updateTable('event_log').set({ head: 1 }).execute();
    const listener = await listen(port, '/api/users/event');
    for (const name of ['one', 'two']) await createUser(`http://127.0.0.1:${port}`, name);
    await listener.hears(2, 'update');
    await sleep(50);

    expect(heard).toEqual(['one', 'two']);
    const messages = logged.mock.calls.map(([, message]) => message as unknown);
    expect(
      messages.filter((message) => message === 'AlwaysFails failed on user.created.'),
    ).toHaveLength(2);
    expect(
      messages.filter((message) => message === 'FailsLater failed on user.created.'),
    ).toHaveLength(2);
    expect(messages).toContain('user.created at 1 is not what its handlers expect.');
    await listener.close();
    logged.mockRestore();
    await app.close();
  });
});
