import { jest } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable } from '../src/database/errors.js';
import { UnitOfWork } from '../src/database/unit-of-work.js';
import { EventLog } from '../src/events/event-log.js';
import { Streams } from '../src/events/streams.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { listen, RawListener } from './support/listener.js';
import { runAsOtherProgram } from './support/other-program.js';
import { rawExchange } from './support/raw-exchange.js';
import { createUser, listUsers, patch } from './support/requests.js';

const USERS = '/api/users/event';
const CURSOR = /^[\da-f]{8}-\d+$/;
const OPENING_FRAME = (before: string) =>
  new RegExp(`^${before}retry: \\d+\\nid: [\\da-f]{8}-\\d+\\n\\n`);

describe.each(ENGINES)('a stream on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let application: RunningApplication;
  const open: RawListener[] = [];

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: database, STREAM_HEARTBEAT: '300ms' });
  });
  afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close())));
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const hear = async (path = USERS, headers = {}) => {
    const listener = await listen(application.port, path, { headers });
    open.push(listener);
    return listener;
  };
  const cursorNow = async () =>
    (await fetch(`${application.url}/api/users?limit=1`)).headers.get('last-event-id')!;
  const epoch = async () => (await cursorNow()).split('-')[0]!;
  const withoutHeartbeats = (body: string) =>
    body.replaceAll(/event: heartbeat\ndata: \{\}\nid: .*\n\n/g, '');

  it('begins with the time to wait and the cursor, and then tells each fact in one frame', async () => {
    const before = await cursorNow();
    const listener = await hear();
    const user = await createUser(application.url, 'Wire');
    await listener.hears(1, 'update');

    expect(listener.status).toBe(200);
    expect(listener.head).toMatch(/^content-type: text\/event-stream\r?$/im);
    expect(listener.head).toMatch(/^cache-control: no-store, no-transform\r?$/im);
    expect(listener.head).toMatch(/^x-accel-buffering: no\r?$/im);
    const [name, position] = before.split('-');
    expect(withoutHeartbeats(listener.body)).toBe(
      `retry: ${listener.retry}\nid: ${before}\n\n` +
        `event: update\ndata: ${JSON.stringify(user)}\nid: ${name}-${Number(position) + 1}\n\n`,
    );
    expect(listener.retry).toBeGreaterThanOrEqual(1000);
    expect(listener.retry).toBeLessThanOrEqual(3000);
  });

  it('tells the directory as update and remove, and all events under their own names', async () => {
    const directory = await hear();
    const everything = await hear('/api/events');
    const topic = await hear('/api/events?topic=users&topic=users');
    const user = await createUser(application.url, 'Names');
    const changed: unknown = await (
      await patch(`${application.url}/api/users/${user.id}`, { firstname: 'Changed' })
    ).json();
    await fetch(`${application.url}/api/users/${user.id}`, { method: 'DELETE' });

    const told = [user, changed, { id: user.id }];
    await directory.hears(1, 'remove');
    expect(directory.of('update', 'remove').map(({ type, data }) => [type, data])).toEqual([
      ['update', told[0]],
      ['update', told[1]],
      ['remove', told[2]],
    ]);
    for (const listener of [everything, topic]) {
      await listener.hears(1, 'user.removed');
      expect(
        listener.of('user.created', 'user.updated', 'user.removed').map(({ data }) => data),
      ).toEqual(told);
    }
  });

  it('puts a cursor of its own making on every frame, and never a number of the connection', async () => {
    const listener = await hear();
    await createUser(application.url, 'Ids');
    await listener.hears(2, 'heartbeat');
    const ids = [...listener.body.matchAll(/^id: (.*)$/gm)].map(([, id]) => id!);
    expect(ids.length).toBeGreaterThanOrEqual(4);
    for (const id of ids) expect(id).toMatch(CURSOR);
  });

  it('says nothing that changed nothing', async () => {
    const user = await createUser(application.url, 'Same');
    const before = await cursorNow();
    await patch(`${application.url}/api/users/${user.id}`, { firstname: ' Same ' });
    await patch(`${application.url}/api/users/${user.id}`, {});
    expect(await cursorNow()).toBe(before);
  });

  it('gives a sign of life after silence, with the cursor at the head', async () => {
    const listener = await hear();
    await listener.hears(3, 'heartbeat');
    expect(listener.of('heartbeat')[0]).toEqual({
      type: 'heartbeat',
      id: await cursorNow(),
      data: {},
    });
  });

  describe('that goes on from a cursor', () => {
    it('tells what came after it, and then what happens, each once', async () => {
      const from = await cursorNow();
      const missed = [
        await createUser(application.url, 'M1'),
        await createUser(application.url, 'M2'),
      ];
      const listener = await hear(`${USERS}?lastEventId=${from}`);
      await listener.hears(2, 'update');
      const live = await createUser(application.url, 'L1');
      await listener.hears(3, 'update');
      await listener.hears(1, 'heartbeat');
      expect(listener.of('update').map(({ data }) => data)).toEqual([...missed, live]);
    });

    it('prefers the header to the query, since a browser that reconnects has the newer one there', async () => {
      const old = await cursorNow();
      await createUser(application.url, 'Between');
      const newer = await cursorNow();
      const last = await createUser(application.url, 'After');
      const listener = await hear(`${USERS}?lastEventId=${old}`, { 'Last-Event-ID': newer });
      await listener.hears(1, 'heartbeat');
      expect(listener.of('update').map(({ data }) => data)).toEqual([last]);
    });

    it('continues a snapshot without a gap and without a repetition, while writers are busy', async () => {
      let writing = true;
      const writer = (async () => {
        for (let n = 0; writing; n++) await createUser(application.url, `Busy ${n}`);
      })();
      for (let round = 0; round < 20; round++) {
        const response = await fetch(`${application.url}/api/users?limit=1000&order=desc`);
        const snapshot = new Set(((await response.json()) as { id: string }[]).map(({ id }) => id));
        const listener = await hear(
          `${USERS}?lastEventId=${response.headers.get('last-event-id')}`,
        );
        await listener.hears(3, 'update');
        const heard = listener.of('update').map(({ data }) => (data as { id: string }).id);
        for (const id of heard) expect(snapshot.has(id)).toBe(false);
        const all = (await listUsers(application.url, '?limit=1000&order=desc')).map(
          ({ id }) => id,
        );
        const between = all.filter((id) => !snapshot.has(id) && id <= heard.at(-1)!).toReversed();
        expect(heard).toEqual(between);
        await listener.close();
      }
      writing = false;
      await writer;
    });

    it('replays all that is kept for `earliest`', async () => {
      const listener = await hear('/api/events?lastEventId=earliest');
      const head = Number((await cursorNow()).split('-')[1]);
      await listener.until(({ cursor }) => cursor.endsWith(`-${head}`));
      const positions = listener
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
      const listener = await hear(`${USERS}?lastEventId=${cursor}`);
      await listener.hears(1, 'reset');
      expect(listener.events[0]).toEqual({
        type: 'reset',
        id: await cursorNow(),
        data: { reason: 'unknown', snapshot: '/api/users' },
      });
      expect(listener.body).not.toMatch(/^event: evil/m);
      const user = await createUser(application.url, 'After reset');
      await listener.hears(1, 'update');
      expect(listener.of('update').map(({ data }) => data)).toEqual([user]);
    });

    it('loses and repeats nothing when the connection is cut at any byte of a frame', async () => {
      const from = await cursorNow();
      const users = [
        await createUser(application.url, 'C1'),
        await createUser(application.url, 'Ç2 𠮷'),
      ];
      const whole = await hear(`${USERS}?lastEventId=${from}`);
      await whole.hears(2, 'update');
      const length = Buffer.byteLength(withoutHeartbeats(whole.body));

      for (let cut = 0; cut <= length; cut++) {
        const first = await hear(`${USERS}?lastEventId=${from}`);
        await first.hears(2, 'update');
        await first.close();
        const seen = RawListener.parse(Buffer.from(first.body).subarray(0, cut));
        const second = await hear(USERS, { 'Last-Event-ID': seen.cursor || from });
        await second.hears(2 - seen.events.length, 'update');
        await second.close();
        const told = [...seen.events, ...second.of('update')].map(({ data }) => data);
        expect(told).toEqual(users);
      }
    });
  });

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

    it('has it in its first bytes, and ends, where another request came in the same breath', async () => {
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

  it('ends when its client sends something else on the connection, and nothing gets into it', async () => {
    for (const bytes of ['GARBAGE\r\n\r\n', 'GET /api/users HTTP/1.1\r\nHost: x\r\n\r\n']) {
      const listener = await hear();
      listener.socket.write(bytes);
      await listener.until(({ ended }) => ended);
      expect(listener.body).not.toContain('HTTP/1.1');
    }
  });

  it('ends when its client has sent another request in the same breath, and nothing gets into it', async () => {
    const answer = await rawExchange(
      application.port,
      `GET ${USERS} HTTP/1.1\r\nHost: x\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).not.toContain('"status":"ok"');
  });

  it('is told to come back, and not counted, when the database is away', async () => {
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
    while (streams.size > before) await sleep(5);
  });

  it('speaks to a client of HTTP/1.0 without chunks', async () => {
    const socket = connect(application.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(`GET ${USERS} HTTP/1.0\r\n\r\n`);
    while (!answer.includes('retry:')) await sleep(5);
    const user = await createUser(application.url, 'Old');
    while (!answer.includes(user.id)) await sleep(5);
    expect(answer).not.toMatch(/transfer-encoding: chunked/i);
    expect(application.app.get(Streams, { strict: false }).size).toBe(1);
    expect(answer).toMatch(/\nevent: update\ndata: \{.*\}\nid: [\da-f]{8}-\d+\n\n/);
    socket.destroy();
  });

  it('keeps what another program wrote into the log on its own lines', async () => {
    const listener = await hear('/api/events');
    await runAsOtherProgram(
      database,
      `BEGIN;
      UPDATE event_log SET head = head + 1;
      INSERT INTO events (position, topic, type, data, at)
        SELECT head, 'users', 'user.x', '{\n"a":\r1}', '2030-01-01T00:00:00.000Z' FROM event_log;
      COMMIT;`,
    );
    // No bell: it is the poll that finds it.
    await listener.until(({ events }) => events.some(({ type }) => type === 'user.x'));
    expect(listener.events.find(({ type }) => type === 'user.x')).toEqual({
      type: 'user.x',
      id: await cursorNow(),
      data: { a: 1 },
    });
  });

  it('moves the cursor of a listener past facts of other topics, without a word about them', async () => {
    const from = await cursorNow();
    const work = application.app.get(UnitOfWork, { strict: false });
    await work.run(async (tx) => {
      for (let n = 0; n < 250; n++)
        tx.record({ topic: 'rooms/secret', type: 'secret.told', data: { n } });
    });
    const listener = await hear(`${USERS}?lastEventId=${from}`);
    await listener.until(({ cursor }) => cursor !== from);
    expect(listener.cursor).toBe(await cursorNow());
    await work.run(async (tx) =>
      tx.record({ topic: 'rooms/secret', type: 'secret.told', data: {} }),
    );
    const user = await createUser(application.url, 'Visible');
    await listener.hears(1, 'update');
    await listener.hears(1, 'heartbeat');
    expect(listener.of('update').map(({ data }) => data)).toEqual([user]);
    expect(listener.body).not.toContain('secret');
  });
});
