import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Streams } from '@carillon/nestjs';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { addKey, keysOf, type TestKey } from './support/keys.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person, send } from './support/people.js';
import { subscribe } from './support/raw-subscriber.js';
import { createUser, problemOf } from './support/requests.js';
import { until } from './support/wait.js';

interface Page {
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly data: unknown;
  }[];
  readonly cursor: string;
  readonly reset?: { readonly reason: string; readonly snapshot: string | null };
}

const JSON_TYPE = { Accept: 'application/json' };
const EVENT = { topic: 'orders/42', type: 'order.shipped', data: { orderId: 42 } };

describe.each(ENGINES)('pages of events on $name', ({ name, start }) => {
  let url: string;
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let shop: TestKey;

  beforeAll(async () => {
    engine = await start();
    url = await engine.createDatabase();
    application = await startApplication({
      DATABASE_URL: url,
      STREAM_MAX_PER_USER: '2',
    });
    shop = await addKey(application, { publish: ['*'], subscribe: ['orders/*'] });
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const ask = (query: string, headers: Record<string, string> = shop.bearer) =>
    fetch(`${application.url}/api/events?${query}`, { headers: { ...JSON_TYPE, ...headers } });
  const page = async (query: string, headers?: Record<string, string>) => {
    const response = await ask(query, headers);
    expect([response.status, response.headers.get('Content-Type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    return (await response.json()) as Page;
  };
  const typesOf = ({ events }: Page) => events.map(({ type }) => type);
  const publish = (event: object = {}) =>
    send(application.url, 'POST', '/api/events', { ...EVENT, ...event }, shop.bearer);
  const now = async () => (await page('')).cursor;
  const waiting = () => application.app.get(Streams, { strict: false }).size;

  it('contain the stored JSON, with numbers that JavaScript would round', async () => {
    const cursor = await now();
    const data = '{"n":9007199254740993,"big":1e400}';
    await runAsOtherProgram(
      url,
      `insert into ${name === 'PostgreSQL' ? 'carillon.' : ''}carillon_inbox (topic, type, data) values ('orders/42', 'large', '${data}')`,
    );
    const response = await ask(`topic=orders/42&lastEventId=${cursor}&wait=30`);
    expect(await response.text()).toContain(`"data":${data},"at":`);
  });

  it('have the events after a cursor, and the cursor of the next page', async () => {
    const cursor = await now();
    const id = `urn:uuid:${randomUUID()}`;
    await publish({ topic: ['orders/42', 'customers/7'], id });
    await createUser(application.url, 'Ada');
    await publish({ topic: 'stock/1', type: 'stock.changed' });
    const last = ((await (await publish({ type: 'order.paid' })).json()) as { id: string }).id;

    const { events, cursor: end } = await page(`lastEventId=${cursor}`);
    expect(events).toEqual([
      { ...EVENT, id, topics: ['orders/42', 'customers/7'], at: expect.any(String) },
      expect.objectContaining({ topic: 'users', type: 'user.created' }),
      { ...EVENT, id: last, type: 'order.paid', at: expect.any(String) },
    ]);
    expect(end).toBe(last);
    expect(await page(`lastEventId=${end}`)).toEqual({ events: [], cursor: end });
    expect(typesOf(await page(`lastEventId=${id}`))).toEqual(['user.created', 'order.paid']);
    const header = await page('', { ...shop.bearer, 'Last-Event-ID': cursor });
    expect(header.events).toEqual(events);
  });

  it('follow each other without a gap, however short they are', async () => {
    let cursor = await now();
    const stream = await subscribe(application.port, `/api/events?lastEventId=${cursor}`, {
      headers: shop.bearer,
    });
    const events = Array.from({ length: 25 }, (_, n) => ({ ...EVENT, data: { n } }));
    await send(application.url, 'POST', '/api/events', events, shop.bearer);
    await stream.receives(25, 'order.shipped');
    await stream.close();
    const read: unknown[] = [];
    for (let last: Page | undefined; last?.events.length !== 0; cursor = last.cursor) {
      last = await page(`lastEventId=${cursor}&limit=4`);
      expect(last.events.length).toBeLessThanOrEqual(4);
      read.push(...last.events.map(({ id, data }) => ({ id, data })));
    }
    expect(read).toEqual(stream.events.map(({ id, data }) => ({ id, data })));
  });

  it('have the topics of the request, with the permissions of a stream', async () => {
    const cursor = await now();
    await publish();
    await publish({ type: 'order.listed', private: false });
    const topic = `topic=orders/42&lastEventId=${cursor}`;
    expect(typesOf(await page(topic))).toEqual(['order.shipped', 'order.listed']);
    expect(typesOf(await page(topic, {}))).toEqual(['order.listed']);
    expect(typesOf(await page(`match_urlpattern=orders/:id&lastEventId=${cursor}`, {}))).toEqual([
      'order.listed',
    ]);
    expect(typesOf(await page(`topic=orders/43&lastEventId=${cursor}`))).toEqual([]);
    const refused = await ask('topic=rooms/1');
    expect([refused.status, (await problemOf(refused)).type]).toEqual([
      404,
      'urn:carillon:problem:not-found',
    ]);
  });

  it('state a reset in the body', async () => {
    for (const cursor of ['00000000-1', 'nonsense'])
      expect(await page(`lastEventId=${cursor}`)).toEqual({
        events: [],
        cursor: await now(),
        reset: { reason: 'unknown', snapshot: '/api/users' },
      });
  });

  it('wait for the first event, and count as streams meanwhile', async () => {
    const cursor = await now();
    const waited = page(`lastEventId=${cursor}&wait=30`);
    await until(() => waiting() === 1);
    await publish({ topic: 'stock/1', type: 'stock.changed' });
    await publish({ transient: true });
    expect(waiting()).toBe(1);
    await publish();
    expect(typesOf(await waited)).toEqual(['order.shipped']);
    await until(() => waiting() === 0);
    const empty = await page(`lastEventId=${await now()}&wait=1`);
    expect(empty.events).toEqual([]);
  });

  it('are refused above the limit on streams', async () => {
    const cursor = await now();
    const waited = [1, 2].map(() => page(`lastEventId=${cursor}&wait=30`));
    await until(() => waiting() === 2);
    const refused = await ask(`lastEventId=${cursor}&wait=30`);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, expect.any(String)]);
    await publish();
    for (const one of waited) expect(typesOf(await one)).toEqual(['order.shipped']);
  });

  it('end when their key is revoked, and when their client leaves', async () => {
    const { bearer, name } = await addKey(application, { subscribe: ['*'] });
    const waited = page(`lastEventId=${await now()}&wait=30`, bearer);
    await until(() => waiting() === 1);
    await keysOf(application).revoke(name);
    expect(typesOf(await waited)).toEqual([]);
    const left = httpRequest(`${application.url}/api/events?wait=30`, {
      headers: { ...JSON_TYPE, ...shop.bearer },
    });
    left.on('error', () => undefined).end();
    await until(() => waiting() === 1);
    left.destroy();
    await until(() => waiting() === 0);
  });

  it('have what a user may see, as their permissions change', async () => {
    const [ada, bob] = [
      await Person.signUp(application.url, 'ada'),
      await Person.signUp(application.url, 'bob'),
    ];
    const room = await ada.makes('Room', 'private');
    const cursor = await now();
    const of = (query: string) => page(query, bob.bearer);
    const waited = of(`topic=rooms/${room.id}&lastEventId=${cursor}`).catch(() => 'refused');
    expect(await waited).toBe('refused');
    await ada.brings(bob, room);
    await ada.says(room, 'one');
    const during = await of(`lastEventId=${cursor}`);
    expect(typesOf(during)).toContain('message.posted');
    await ada.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
    await ada.says(room, 'two');
    const after = await of(`lastEventId=${during.cursor}`);
    expect(typesOf(after)).toEqual(['room.left']);
    expect(typesOf(await of(`lastEventId=${cursor}`))).not.toContain('message.posted');
  });

  it.each([
    ['application/json', 'application/json; charset=utf-8'],
    ['application/json, text/event-stream;q=0.5', 'application/json; charset=utf-8'],
    ['application/json;q=0.5, text/event-stream', 'text/event-stream'],
    ['text/event-stream', 'text/event-stream'],
    ['*/*', 'text/event-stream'],
  ])('are served to clients that accept %s as %s', async (accept, type) => {
    const abort = new AbortController();
    const response = await fetch(`${application.url}/api/events`, {
      headers: { Accept: accept },
      signal: abort.signal,
    });
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, type]);
    expect(response.headers.get('Vary')).toContain('Accept');
    abort.abort();
  });

  it.each([
    ['limit=0', JSON_TYPE, 'limit must be'],
    ['limit=1001', JSON_TYPE, 'limit must be'],
    ['wait=31', JSON_TYPE, 'wait must be'],
    ['wait=1', { Accept: 'text/event-stream' }, 'A stream takes neither limit nor wait'],
  ])('refuse %s', async (query, headers, detail) => {
    const response = await ask(query, headers);
    expect(response.status).toBe(400);
    expect((await problemOf(response)).detail).toContain(detail);
  });
});

it('a page that waits ends when the process shuts down', async () => {
  const application = await startApplication();
  const waited = fetch(`${application.url}/api/events?wait=30`, { headers: JSON_TYPE });
  const streams = application.app.get(Streams, { strict: false });
  await until(() => streams.size === 1);
  streams.close();
  expect((await waited).status).toBe(200);
  await application.stop();
});
