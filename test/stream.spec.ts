import { DatabaseUnavailable, EventLog, Streams, UnitOfWork } from '@carillon/nestjs';
import { GOES_ON, Scheduler } from '@carillon/nestjs/internal';
import { jest } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { type RunningApplication, startApplication } from './support/application.js';
import { ENGINES_AND_CONNECTIONS } from './support/connections.js';
import type { EngineUnderTest } from './support/engines.js';
import { subscribe, RawSubscriber } from './support/raw-subscriber.js';
import { runAsOtherProgram } from './support/other-program.js';
import { rawExchange } from './support/raw-exchange.js';
import { createUser, listUsers, patch } from './support/requests.js';
import { until } from './support/wait.js';

const USERS = '/api/users/event';
const CURSOR = /^[\da-f]{8}-\d+$/;
const OPENING_FRAME = (before: string) =>
  new RegExp(`^${before}retry: \\d+\\nid: [\\da-f]{8}-\\d+\\n\\n`);

describe.each(ENGINES_AND_CONNECTIONS)('a stream on $name, written to $connection', (setup) => {
  const { start, settings } = setup;
  const isDirect = settings.STREAM_DIRECT === 'true';
  let engine: EngineUnderTest;
  let database: string;
  let application: RunningApplication;
  const open: RawSubscriber[] = [];

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    application = await startApplication({
      DATABASE_URL: database,
      STREAM_HEARTBEAT: '100ms',
      ...settings,
    });
  });
  afterEach(() => Promise.all(open.splice(0).map((subscriber) => subscriber.close())));
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const hear = async (path = USERS, headers = {}) => {
    const subscriber = await subscribe(application.port, path, { headers });
    open.push(subscriber);
    return subscriber;
  };
  const cursorNow = async () =>
    (await fetch(`${application.url}/api/users?limit=1`)).headers.get('last-event-id')!;
  const epoch = async () => (await cursorNow()).split('-')[0]!;
  const withoutHeartbeats = (body: string) =>
    body.replaceAll(/event: heartbeat\ndata: \{\}\nid: .*\n\n/g, '');

  it('begins with the retry delay and the cursor, and then delivers each event in one frame', async () => {
    const before = await cursorNow();
    const subscriber = await hear();
    const user = await createUser(application.url, 'Wire');
    await subscriber.receives(1, 'update');

    expect(subscriber.status).toBe(200);
    expect(subscriber.head).toMatch(/^content-type: text\/event-stream\r?$/im);
    expect(subscriber.head).toMatch(/^cache-control: no-store, no-transform\r?$/im);
    expect(subscriber.head).toMatch(/^x-accel-buffering: no\r?$/im);
    const [name, position] = before.split('-');
    expect(withoutHeartbeats(subscriber.body)).toBe(
      `retry: ${subscriber.retry}\nid: ${before}\n\n` +
        `event: update\ndata: ${JSON.stringify(user)}\nid: ${name}-${Number(position) + 1}\n\n`,
    );
    expect(subscriber.retry).toBeGreaterThanOrEqual(750);
    expect(subscriber.retry).toBeLessThanOrEqual(2250);
  });

  it('delivers the directory as update and remove, and all events under their own types', async () => {
    const directory = await hear();
    const everything = await hear('/api/events');
    const topic = await hear('/api/events?topic=users&topic=users');
    const user = await createUser(application.url, 'Names');
    const changed: unknown = await (
      await patch(`${application.url}/api/users/${user.id}`, { firstname: 'Changed' })
    ).json();
    await fetch(`${application.url}/api/users/${user.id}`, { method: 'DELETE' });

    const delivered = [user, changed, { id: user.id }];
    await directory.receives(1, 'remove');
    expect(directory.of('update', 'remove').map(({ type, data }) => [type, data])).toEqual([
      ['update', delivered[0]],
      ['update', delivered[1]],
      ['remove', delivered[2]],
    ]);
    for (const subscriber of [everything, topic]) {
      await subscriber.receives(1, 'user.removed');
      expect(
        subscriber.of('user.created', 'user.updated', 'user.removed').map(({ data }) => data),
      ).toEqual(delivered);
    }
  });

  it('has a cursor as the id of every frame, and never a number of the connection', async () => {
    const subscriber = await hear();
    await createUser(application.url, 'Ids');
    await subscriber.receives(2, 'heartbeat');
    const ids = [...subscriber.body.matchAll(/^id: (.*)$/gm)].map(([, id]) => id!);
    expect(ids.length).toBeGreaterThanOrEqual(4);
    for (const id of ids) expect(id).toMatch(CURSOR);
  });

  it('delivers no event for a change that changes nothing', async () => {
    const user = await createUser(application.url, 'Same');
    const before = await cursorNow();
    await patch(`${application.url}/api/users/${user.id}`, { firstname: ' Same ' });
    await patch(`${application.url}/api/users/${user.id}`, {});
    expect(await cursorNow()).toBe(before);
  });

  it('sends a heartbeat after silence, with the cursor at the head', async () => {
    const subscriber = await hear();
    await subscriber.receives(3, 'heartbeat');
    expect(subscriber.of('heartbeat')[0]).toEqual({
      type: 'heartbeat',
      id: await cursorNow(),
      data: {},
    });
  });

  describe('that continues from a cursor', () => {
    it('delivers the events after it and then new ones, each once', async () => {
      const from = await cursorNow();
      const missed = [
        await createUser(application.url, 'M1'),
        await createUser(application.url, 'M2'),
      ];
      const subscriber = await hear(`${USERS}?lastEventId=${from}`);
      await subscriber.receives(2, 'update');
      const live = await createUser(application.url, 'L1');
      await subscriber.receives(3, 'update');
      await subscriber.receives(1, 'heartbeat');
      expect(subscriber.of('update').map(({ data }) => data)).toEqual([...missed, live]);
    });

    it('prefers the header to the query, since a browser that reconnects sends the newer cursor there', async () => {
      const old = await cursorNow();
      await createUser(application.url, 'Between');
      const newer = await cursorNow();
      const last = await createUser(application.url, 'After');
      const subscriber = await hear(`${USERS}?lastEventId=${old}`, { 'Last-Event-ID': newer });
      await subscriber.receives(1, 'heartbeat');
      expect(subscriber.of('update').map(({ data }) => data)).toEqual([last]);
    });

    it('continues a snapshot without a gap or a repetition while others write', async () => {
      let writing = true;
      const writer = (async () => {
        for (let n = 0; writing; n++) await createUser(application.url, `Busy ${n}`);
      })();
      for (let round = 0; round < 20; round++) {
        const response = await fetch(`${application.url}/api/users?limit=1000&order=desc`);
        const snapshot = new Set(((await response.json()) as { id: string }[]).map(({ id }) => id));
        const subscriber = await hear(
          `${USERS}?lastEventId=${response.headers.get('last-event-id')}`,
        );
        await subscriber.receives(3, 'update');
        const received = subscriber.of('update').map(({ data }) => (data as { id: string }).id);
        for (const id of received) expect(snapshot.has(id)).toBe(false);
        const all = (await listUsers(application.url, '?limit=1000&order=desc')).map(
          ({ id }) => id,
        );
        const between = all
          .filter((id) => !snapshot.has(id) && id <= received.at(-1)!)
          .toReversed();
        expect(received).toEqual(between);
        await subscriber.close();
      }
      writing = false;
      await writer;
    });

    it('replays everything that is kept for `earliest`', async () => {
      const subscriber = await hear('/api/events?lastEventId=earliest');
      const head = Number((await cursorNow()).split('-')[1]);
      await subscriber.until(({ cursor }) => cursor.endsWith(`-${head}`));
      const positions = subscriber
        .of('user.created', 'user.updated', 'user.removed')
        .map(({ id }) => id);
      const name = await epoch();
      expect(positions).toEqual(Array.from({ length: head }, (_, index) => `${name}-${index + 1}`));
    });

    it.each([
      ['not a cursor at all', async () => 'nonsense'],
      ['a number of another server', async () => '42'],
      ['of another database', async () => `deadbeef-${(await cursorNow()).split('-')[1]}`],
      ['beyond the head', async () => `${await epoch()}-999999999`],
      ['beyond all numbers', async () => `${await epoch()}-99999999999999999999`],
      ['an attempt at another line', async () => 'x%0Aevent:%20evil%0D%00'],
    ])('is reset when the cursor is %s', async (_, make) => {
      const cursor = await make();
      const subscriber = await hear(`${USERS}?lastEventId=${cursor}`);
      await subscriber.receives(1, 'reset');
      expect(subscriber.events[0]).toEqual({
        type: 'reset',
        id: await cursorNow(),
        data: { reason: 'unknown', snapshot: '/api/users' },
      });
      expect(subscriber.body).not.toMatch(/^event: evil/m);
      const user = await createUser(application.url, 'After reset');
      await subscriber.receives(1, 'update');
      expect(subscriber.of('update').map(({ data }) => data)).toEqual([user]);
    });

    it('loses and repeats nothing when the connection is cut at any byte of a frame', async () => {
      const from = await cursorNow();
      const users = [
        await createUser(application.url, 'C1'),
        await createUser(application.url, 'Ç2 𠮷'),
      ];
      const whole = await hear(`${USERS}?lastEventId=${from}`);
      await whole.receives(2, 'update');
      const length = Buffer.byteLength(withoutHeartbeats(whole.body));

      for (let cut = 0; cut <= length; cut++) {
        const first = await hear(`${USERS}?lastEventId=${from}`);
        await first.receives(2, 'update');
        await first.close();
        const seen = RawSubscriber.parse(Buffer.from(first.body).subarray(0, cut));
        const second = await hear(USERS, { 'Last-Event-ID': seen.cursor || from });
        await second.receives(2 - seen.events.length, 'update');
        await second.close();
        const delivered = [...seen.events, ...second.of('update')].map(({ data }) => data);
        expect(delivered).toEqual(users);
      }
    });
  });

  describe.each([USERS, '/api/events'])(
    'of %s that repeats the head of an earlier request',
    (path) => {
      const withoutOwn = (head: string) => head.replaceAll(/^(X-Request-Id|Date): .*$/gm, '$1');
      const requestIdIn = (head: string) => /^X-Request-Id: (.+)\r$/m.exec(head)?.[1];

      it('gets the same head, with the id of the request', async () => {
        const headers = { 'User-Agent': `Mozilla/5.0 (${path})` };
        const opensAgain = jest.spyOn(application.app.get(Streams), 'openAgain');
        const first = await hear(path, { ...headers, 'X-Real-IP': '192.0.2.1' });
        await hear(path, { ...headers, 'X-Real-IP': '192.0.2.2' });
        expect(opensAgain).not.toHaveBeenCalled();
        const third = await hear(path, { ...headers, 'X-Real-IP': '192.0.2.3' });
        expect(opensAgain.mock.results.map(({ value }) => value)).toEqual(isDirect ? [true] : []);
        opensAgain.mockRestore();
        expect(withoutOwn(third.head)).toBe(withoutOwn(first.head));
        expect(third.head).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r$/m);
        expect(requestIdIn(third.head)).toMatch(/^[\da-f-]{36}$/);
        expect(requestIdIn(third.head)).not.toBe(requestIdIn(first.head));
      });

      it('may arrive together with that one', async () => {
        const opensAgain = jest.spyOn(application.app.get(Streams), 'openAgain');
        let accepted = 0;
        application.app.getHttpServer().on('connection', () => accepted++);
        const crowd = Array.from({ length: 20 }, () => connect(application.port, '127.0.0.1'));
        await until(() => accepted === crowd.length);
        const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nUser-Agent: crowd\r\n\r\n`;
        for (const socket of crowd) socket.write(request);
        await Promise.all(crowd.map((socket) => once(socket, 'data')));
        for (const socket of crowd) socket.destroy();
        const repeated = opensAgain.mock.results.filter(({ value }) => value);
        opensAgain.mockRestore();
        expect(repeated.length).toBeGreaterThan(isDirect ? 10 : -1);
      });

      it('starts from its own cursor', async () => {
        for (const lastname of ['Uno', 'Due', 'Tre']) {
          const from = await cursorNow();
          const user = await createUser(application.url, lastname);
          const subscriber = await hear(path, { 'Last-Event-ID': from });
          await subscriber.receives(1, 'heartbeat');
          expect(subscriber.of('update', 'user.created').map(({ data }) => data)).toEqual([user]);
        }
      });

      it('is refused with invalid credentials', async () => {
        for (let n = 0; n < 2; n++) await hear(path);
        const credentials = [{ Authorization: 'Bearer x' }, { Cookie: 'carillon_session=x' }];
        for (const headers of credentials) {
          const refused = new RawSubscriber(application.port, path, { headers });
          await refused.until(({ head }) => head !== '');
          expect(refused.status).toBe(401);
          await refused.close();
        }
      });
    },
  );

  describe.each([USERS, '/api/events', '/api/events?topic=users'])('of %s', (path) => {
    it.each([
      ['over HTTP/1.1', 'HTTP/1.1\r\nHost: x', ''],
      ['as the second response of a connection', 'HTTP/1.1\r\nHost: x', '/health/live'],
      ['on a connection that ends with it', 'HTTP/1.1\r\nHost: x\r\nConnection: close', ''],
      ['over HTTP/1.0', 'HTTP/1.0', ''],
      ['over HTTP/1.0, kept alive', 'HTTP/1.0\r\nConnection: keep-alive', ''],
    ])('has the opening frame in its first bytes, and stays open, %s', async (_, head, before) => {
      const socket = connect(application.port, '127.0.0.1').setEncoding('utf8');
      let answer = '';
      socket.on('data', (text) => (answer += text));
      const signal = AbortSignal.timeout(5000);
      const says = async (text: string) => {
        while (!answer.includes(text)) await once(socket, 'data', { signal });
      };
      if (before) {
        socket.write(`GET ${before} ${head}\r\n\r\n`);
        await says('"ok"');
        answer = '';
      }
      socket.write(`GET ${path} ${head}\r\n\r\n`);
      await says('event: heartbeat');
      socket.destroy();
      const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
      const isChunked = /^transfer-encoding: chunked\r$/im.test(answer);
      expect(body).toMatch(OPENING_FRAME(isChunked ? '[\\da-f]+\r\n' : ''));
    });

    it('has the opening frame in its first bytes, and ends, when another request arrives in the same packet', async () => {
      const request = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
      const answer = await rawExchange(application.port, request + request);
      const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
      expect(body).toMatch(OPENING_FRAME('[\\da-f]+\r\n'));
      expect(body).toMatch(/\r\n0\r\n\r\n$/);
      expect(body).not.toContain('HTTP/1.1');
    });
  });

  it('answers HEAD with the headers alone, and the connection serves the next request', async () => {
    const answers = await rawExchange(
      application.port,
      `HEAD ${USERS} HTTP/1.1\r\nHost: x\r\n\r\n` +
        'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(answers).toMatch(
      /^HTTP\/1\.1 200 OK\r\n(.+\r\n)*Content-Type: text\/event-stream\r\n(.+\r\n)*\r\nHTTP\/1\.1 200 OK\r\n/,
    );
    expect(answers).toContain('"status":"ok"');
  });

  it('ends when its client sends something else on the connection, and no other response gets into it', async () => {
    for (const bytes of ['GARBAGE\r\n\r\n', 'GET /api/users HTTP/1.1\r\nHost: x\r\n\r\n']) {
      const subscriber = await hear();
      subscriber.socket.write(bytes);
      await subscriber.until(({ ended }) => ended);
      expect(subscriber.body).not.toContain('HTTP/1.1');
    }
  });

  it('ends when its client has sent another request in the same packet, and no other response gets into it', async () => {
    const answer = await rawExchange(
      application.port,
      `GET ${USERS} HTTP/1.1\r\nHost: x\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).not.toContain('"status":"ok"');
  });

  it('gets a closing frame and frees its place when the database is unavailable', async () => {
    const streams = application.app.get(Streams, { strict: false });
    const log = application.app.get(EventLog, { strict: false });
    const before = streams.size;
    const state = jest.spyOn(log, 'state').mockRejectedValue(new DatabaseUnavailable('gone'));
    for (let n = 0; n < 15; n++) {
      const response = await fetch(`${application.url}${USERS}?lastEventId=earliest`);
      // Any other status would stop a browser's EventSource for good.
      expect(response.status).toBe(200);
      expect(await response.text()).toMatch(/^retry: \d+\nid: earliest\n\n$/);
    }
    state.mockRestore();
    await until(() => streams.size <= before);
  });

  it('costs nothing when its client has left before its turn', async () => {
    const scheduler = application.app.get(Scheduler, { strict: false });
    // Each takes one turn of the event loop.
    for (let n = 0; n < 10_000; n++) scheduler.add('opening', () => GOES_ON);
    const arrived = once(application.app.getHttpServer(), 'request');
    const socket = connect(application.port, '127.0.0.1');
    socket.write(`GET ${USERS} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`);
    const [request, response] = (await arrived) as [IncomingMessage, ServerResponse];
    socket.destroy();
    await once(request.socket, 'close');
    expect(scheduler.waiting.opening).toBeGreaterThan(0);
    await until(() => scheduler.waiting.opening === 0);
    expect(response.getHeaderNames()).toEqual([]);
  });

  it('has no chunks for a client of HTTP/1.0', async () => {
    const socket = connect(application.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(`GET ${USERS} HTTP/1.0\r\n\r\n`);
    await until(() => answer.includes('retry:'));
    const user = await createUser(application.url, 'Old');
    await until(() => answer.includes(user.id));
    expect(answer).not.toMatch(/transfer-encoding: chunked/i);
    expect(application.app.get(Streams, { strict: false }).size).toBe(1);
    expect(answer).toMatch(/\nevent: update\ndata: \{.*\}\nid: [\da-f]{8}-\d+\n\n/);
    socket.destroy();
  });

  it('keeps the data of an event from another program on one line', async () => {
    const subscriber = await hear('/api/events');
    await runAsOtherProgram(
      database,
      `BEGIN;
      UPDATE event_log SET head = head + 1;
      INSERT INTO events (position, topic, type, data, at)
        SELECT head, 'users', 'user.x', '{\n"a":\r1}', '2030-01-01T00:00:00.000Z' FROM event_log;
      COMMIT;`,
    );
    // Nothing notifies the feed: its poll finds the event.
    await subscriber.until(({ events }) => events.some(({ type }) => type === 'user.x'));
    expect(subscriber.events.find(({ type }) => type === 'user.x')).toEqual({
      type: 'user.x',
      id: await cursorNow(),
      data: { a: 1 },
    });
  });

  it('moves the cursor of a subscriber past events of other topics without revealing them', async () => {
    const from = await cursorNow();
    const work = application.app.get(UnitOfWork, { strict: false });
    await work.run(async (tx) => {
      for (let n = 0; n < 250; n++)
        tx.record({ topic: 'rooms/secret', type: 'secret.told', data: { n } });
    });
    const subscriber = await hear(`${USERS}?lastEventId=${from}`);
    await subscriber.until(({ cursor }) => cursor !== from);
    expect(subscriber.cursor).toBe(await cursorNow());
    await work.run(async (tx) =>
      tx.record({ topic: 'rooms/secret', type: 'secret.told', data: {} }),
    );
    const user = await createUser(application.url, 'Visible');
    await subscriber.receives(1, 'update');
    await subscriber.receives(1, 'heartbeat');
    expect(subscriber.of('update').map(({ data }) => data)).toEqual([user]);
    expect(subscriber.body).not.toContain('secret');
  });
});
