import { jest } from '@jest/globals';
import 'reflect-metadata';
import {
  Controller,
  type INestApplication,
  Injectable,
  Logger,
  Module,
  Post,
  Query,
  Req,
  Sse,
  SseSignal,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Request } from 'express';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isObservable } from 'rxjs';
import { temporaryFolder } from '../../../test/support/files.js';
import { until } from '../../../test/support/wait.js';
import { CarillonModule } from '../src/carillon.module.js';
import { DatabaseUnavailable } from '../src/engine/errors.js';
import { EventFeed } from '../src/log/event-feed.js';
import { Streams } from '../src/stream/streams.js';
import { createTestingCarillon } from '../src/testing/create-testing-carillon.js';
import { UnitOfWork } from '../src/transaction/unit-of-work.js';

/** The permissions of users with these names are found only when the test says so. */
const waiting = new Map<string, () => void>();
const SLOW = ['slow', 'slow-away'];

@Injectable()
class OwnOrders {
  async topicsOf(_: unknown, userId: string): Promise<ReadonlyMap<string, number>> {
    if (SLOW.includes(userId)) await new Promise<void>((resolve) => waiting.set(userId, resolve));
    if (userId === 'slow-away') throw new DatabaseUnavailable('The database is away.');
    if (userId === 'away') throw new DatabaseUnavailable('The database is away.');
    return new Map([[`orders/${userId}`, 0]]);
  }
}

const posts: string[] = [];
/** For each stream, whether it was open when its handler returned. */
const openings: boolean[] = [];
const signals: AbortSignal[] = [];

@Controller('orders')
class OrdersController {
  constructor(
    private readonly streams: Streams,
    private readonly work: UnitOfWork,
  ) {}

  @Post()
  async place(@Query('topic') topic: string, @Req() { url }: Request): Promise<void> {
    posts.push(url);
    await this.work.run(async (tx) => tx.record({ topic, type: 'order.placed', data: { topic } }));
  }

  @Sse('event')
  listen(
    @Query('topic') topic: string | string[],
    @Req() request: Request,
    @SseSignal() signal: AbortSignal,
  ) {
    signals.push(signal);
    const opened = this.streams.open(topic, request);
    openings.push(isObservable(opened) && request.res!.writableEnded);
    return opened;
  }
}

const carillon = createTestingCarillon({
  caller: (request: Request) => {
    const id = request.get('X-User');
    const isExpired = request.query['expired'] !== undefined;
    return id ? { id, ...(isExpired && { expiresAt: Date.now() - 1 }) } : undefined;
  },
});

@Module({
  imports: [
    carillon.module,
    CarillonModule.forFeature({
      name: 'orders',
      topics: {
        news: { audience: 'anyone', snapshot: '/news', events: [] },
        orders: { audience: 'granted', snapshot: '/orders', events: [] },
      },
      permissions: OwnOrders,
    }),
  ],
  controllers: [OrdersController],
  providers: [OwnOrders],
})
class AppModule {}

describe('a plain @Sse() handler of an application', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    for (const topic of ['news', 'orders/ada', 'orders/bob'])
      await fetch(`${url}/orders?topic=${topic}`, { method: 'POST' });
  });

  /** Also shows that closing an application ends its streams, since one stays open. */
  afterAll(async () => {
    await fetch(`${url}/orders/event?topic=news`);
    await app.close();
    carillon.remove();
  });

  const open = (topics: string[], user = '') =>
    fetch(
      `${url}/orders/event?lastEventId=earliest&${topics.map((each) => `topic=${each}`).join('&')}`,
      {
        headers: { 'X-User': user },
      },
    );

  async function read(response: Response, until: string): Promise<string> {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes(until)) break;
    }
    return text;
  }

  async function stream(topic: string, headers: Record<string, string>) {
    const abort = new AbortController();
    const { signal } = abort;
    const response = await fetch(`${url}/orders/event?topic=${topic}`, { headers, signal });
    return {
      read: (end: string) => read(response, end),
      [Symbol.asyncDispose]: async () => abort.abort(),
    };
  }

  it('answers 401 to a caller whose sign-in has expired, and delivers nothing', async () => {
    const refused = await open(['orders/ada', 'news&expired'], 'ada');
    expect(refused.status).toBe(401);
    expect(await refused.text()).not.toContain('order.placed');
  });

  it('delivers the events of topics that the caller may see, from the cursor on', async () => {
    const response = await open(['news', 'orders/ada'], 'ada');
    expect(response.headers.get('Content-Type')).toBe('text/event-stream');
    const text = await read(response, '"orders/ada"');
    expect(text).toMatch(/^retry: \d+\nid: [^]*event: order.placed\n[^]*"news"[^]*"orders\/ada"/);
    expect(text).not.toContain('bob');
  });

  it.each([
    ['now', () => ''],
    ['with a reset', () => '00000000-1'],
    ['in memory', ({ epoch, head }: EventFeed) => `${epoch}-${head - 2}`],
  ])('opens a stream that starts %s in the turn of its handler', async (_, cursorOf) => {
    const id = cursorOf(app.get(EventFeed));
    await using opened = await stream('news', { 'Last-Event-ID': id });
    expect(await opened.read('\n\n')).toMatch(/^retry: \d+\nid: /);
    expect(openings.at(-1)).toBe(true);
  });

  it('aborts the signal of a stream as soon as its connection has taken over', async () => {
    await using opened = await stream('news', {});
    await opened.read('\n\n');
    await until(() => signals.at(-1)!.aborted);
    expect(signals.at(-1)!.reason).toMatchObject({
      name: 'AbortError',
      message: 'The stream was handed over to its connection.',
    });
  });

  it.each([
    ['the oldest event', '', 'earliest'],
    ['the permissions of a user', 'ada', ''],
  ])('asks the database for %s before it opens a stream', async (_, user, id) => {
    await using opened = await stream('news', { 'X-User': user, 'Last-Event-ID': id });
    expect(await opened.read('\n\n')).toMatch(/^retry: \d+\nid: /);
    expect(openings.at(-1)).toBe(false);
  });

  it.each([
    ['an anonymous caller', ['orders/ada'], ''],
    ['another user', ['orders/ada'], 'bob'],
    ['a topic that no feature has declared', ['bills'], 'ada'],
  ])('answers 404 to %s', async (_, topics, user) => {
    const response = await open(topics, user);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining(topics[0]!) });
  });

  it.each([
    ['GET', 'slow', 'leaves'],
    ['GET', 'slow', 'closes its half of the connection'],
    ['GET', 'slow-away', 'leaves'],
    ['HEAD', 'slow', 'leaves'],
  ])('opens nothing for %s of %s when its client %s meanwhile', async (method, user, how) => {
    const logged = jest.spyOn(Logger.prototype, 'error');
    const before = app.get(Streams).size;
    const arrived = once(app.getHttpServer() as Server, 'request');
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `${method} /orders/event?topic=news HTTP/1.1\r\nHost: x\r\nX-User: ${user}\r\n\r\n`,
    );
    const [{ socket: connection }] = (await arrived) as [Request];
    await until(() => waiting.has(user));
    if (how === 'leaves') socket.destroy();
    else socket.end();
    await until(() => !connection.writable);
    waiting.get(user)!();
    waiting.delete(user);
    await until(() => signals.at(-1)!.aborted && connection.destroyed);
    // The handler goes on in microtasks.
    await setImmediate();
    expect(logged.mock.calls).toEqual([]);
    expect(app.get(Streams).size).toBe(before);
    logged.mockRestore();
  });

  it('sends a client back with a closing frame and status 200 while the database is unavailable', async () => {
    const response = await open(['news'], 'away');
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^retry: \d+\nid: earliest\n\n$/);
  });

  it('ends a stream, and carries nothing out, when its client sends another request on the connection', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /orders/event?topic=news HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.write('POST /orders?topic=late HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    socket.on('error', () => undefined);
    await once(socket, 'close');
    expect(posts.filter((post) => post.includes('late'))).toEqual([]);
  });
});

it('refuses Fastify at the start, and says what to use', async () => {
  const own = createTestingCarillon();
  @Module({ imports: [own.module] })
  class OnFastify {}
  const app = await NestFactory.create(OnFastify, new FastifyAdapter(), { logger: false });
  await expect(app.init()).rejects.toThrow(/needs Express, and this application runs on fastify/);
  await app.close();
  own.remove();
});

it.each([true, false])(
  'shuts down although a subscriber does not read (direct: %s)',
  async (direct) => {
    const own = createTestingCarillon({
      stream: { direct, stallTimeout: '10m', heartbeat: '200ms' },
    });
    const news = { audience: 'anyone', snapshot: '/news' } as const;
    @Module({
      imports: [own.module, CarillonModule.forFeature({ name: 'news', topics: { news } })],
      controllers: [OrdersController],
    })
    class NewsModule {}
    const app = await NestFactory.create(NewsModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    const socket = connect(Number(new URL(await app.getUrl()).port), '127.0.0.1');
    socket.write('GET /orders/event?topic=news HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.pause();
    const data = { filling: 'x'.repeat(1_000_000) };
    for (let n = 0; n < 20; n++)
      await app
        .get(UnitOfWork)
        .run(async (tx) => tx.record({ topic: 'news', type: 'news.filled', data }));
    await app.close();
    socket.destroy();
    own.remove();
  },
);

describe('closing an application', () => {
  /** Node 26 closes such a connection itself, and Node 24 waits for it. */
  it('does not wait for a connection on which no request was sent', async () => {
    const folder = temporaryFolder();
    const root = CarillonModule.forRoot({ database: `sqlite:${join(folder, 'app.db')}` });
    const app = await NestFactory.create(root, { logger: false });
    const server = (await app.listen(0, '127.0.0.1')) as Server;
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(server, 'connection');
    await app.close();
    await until(() => socket.destroyed);
    rmSync(folder, { recursive: true });
  });
});
