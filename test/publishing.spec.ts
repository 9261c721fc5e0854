import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EventLog, Streams, TransactionConflict, UnitOfWork } from '@carillon/nestjs';
import { CommandBus } from '@nestjs/cqrs';
import type { EventToPublish } from '../src/events/publish/new-event.js';
import { PublishEvents } from '../src/events/publish/publish-events.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { TestIssuer } from './support/issuer.js';
import { addKey, type TestKey } from './support/keys.js';
import { Person, send } from './support/people.js';
import { subscribe, type RawSubscriber } from './support/raw-subscriber.js';
import { createUser, problemOf } from './support/requests.js';
import { publishUnchecked } from './support/unchecked.js';

const EVENT = { topic: 'orders/42', type: 'order.shipped', data: { orderId: 42 } };
const KIB = 1024;

describe.each(ENGINES)('publishing on $name', ({ name, start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let other: RunningApplication;
  let issuer: TestIssuer;
  let shop: TestKey;
  let customer: Person;
  const streams: RawSubscriber[] = [];

  beforeAll(async () => {
    engine = await start();
    issuer = await TestIssuer.start();
    const settings = {
      DATABASE_URL: await engine.createDatabase(),
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: 'shop',
      TOPIC_GRANTS: 'inbox/{username} orders/{sub}',
    };
    application = await startApplication(settings);
    other = await startApplication(settings);
    shop = await addKey(application, {
      publish: ['orders/*', 'customers/:id/orders', 'inbox/*', 'news', '.well-known/*', '*:*'],
      subscribe: ['orders/*'],
    });
    customer = await Person.signUp(application.url, 'ada');
  });
  afterEach(async () => {
    await Promise.all(streams.splice(0).map((stream) => stream.close()));
  });
  afterAll(async () => {
    await Promise.all([application.stop(), other.stop(), issuer.stop()]);
    await engine.stop();
  });

  const publish = (body: unknown, headers: Record<string, string> = {}) =>
    send(application.url, 'POST', '/api/events', body, { ...shop.bearer, ...headers });
  /** A stream that starts at the head of the log, wherever the feed of its node is. */
  const listening = async (path: string, headers = {}, at = application) => {
    const list = await fetch(`${application.url}/api/users?limit=1`);
    const url = new URL(path, application.url);
    if (!url.searchParams.has('lastEventId'))
      url.searchParams.set('lastEventId', list.headers.get('Last-Event-ID')!);
    const stream = await subscribe(at.port, url.pathname + url.search, { headers });
    streams.push(stream);
    return stream;
  };
  const idOf = async (response: Response) => {
    expect(response.status).toBe(201);
    return ((await response.json()) as { id: string }).id;
  };
  /** The types of the published events that streams have received up to now. */
  const typesUpToNow = async (...all: RawSubscriber[]) => {
    const { id } = await createUser(application.url, 'End');
    const isEnd = ({ data }: { data: unknown }) => (data as { id?: string }).id === id;
    for (const stream of all) await stream.until(({ events }) => events.some(isEnd));
    return all.map(({ events }) =>
      events.map(({ type }) => type).filter((type) => !['user.created', 'presence'].includes(type)),
    );
  };

  it('answers with the cursor of the event, from which a stream has every later one', async () => {
    const stream = await listening('/api/events', shop.bearer);
    const id = await idOf(await publish(EVENT));
    await stream.receives(1, 'order.shipped');
    expect(stream.events).toEqual([{ type: 'order.shipped', id, data: { orderId: 42 } }]);
    await idOf(await publish({ ...EVENT, type: 'order.paid' }));
    const later = await listening(`/api/events?lastEventId=${id}`, shop.bearer);
    await later.receives(1, 'order.paid');
    expect(later.events.map(({ type }) => type)).toEqual(['order.paid']);
  });

  it('leaves granted topics out of the stream of a client that applies the events of features alone', async () => {
    const [own, all] = [
      await listening('/api/events?granted=false', customer.bearer),
      await listening('/api/events', customer.bearer),
    ];
    // The log may contain them from before the feature existed.
    const data = JSON.stringify({ id: customer.id });
    const posing = { topics: ['inbox/ada'], type: 'user.removed', format: 'json', data } as const;
    await publishUnchecked(application, [
      { ...posing, private: true },
      { ...posing, private: false },
    ]);
    expect(await typesUpToNow(own, all)).toEqual([[], ['user.removed', 'user.removed']]);
  });

  it('delivers private events to those to whom a topic is granted, and public ones to those who ask', async () => {
    const token = { Authorization: `Bearer ${await issuer.token({ sub: '42', aud: 'shop' })}` };
    const [granted, token42, named, all, stranger] = [
      await listening('/api/events', shop.bearer, other),
      await listening('/api/events', token),
      await listening('/api/events?topic=orders/42&topic=users'),
      await listening('/api/events', customer.bearer),
      await listening('/api/events?topic=orders/43&topic=users'),
    ];
    await idOf(await publish(EVENT));
    await idOf(await publish({ ...EVENT, type: 'order.listed', private: false }));
    await idOf(await publish({ ...EVENT, topic: 'inbox/ada', type: 'mail' }));
    expect(await typesUpToNow(granted, token42, named, all, stranger)).toEqual([
      ['order.shipped', 'order.listed'],
      ['order.shipped', 'order.listed'],
      ['order.listed'],
      ['mail'],
      [],
    ]);
  });

  it('delivers private events to a browser with the token of an issuer in its cookie', async () => {
    const token = await issuer.token({ sub: 'cookie', aud: 'shop' });
    const stream = await listening('/api/events', { Cookie: `carillon_session=${token}` });
    await idOf(await publish({ ...EVENT, topic: 'orders/cookie' }));
    expect(await typesUpToNow(stream)).toEqual([['order.shipped']]);
    const foreign = await issuer.token({ sub: 'cookie', aud: 'shop' }, { foreign: true });
    const refused = await fetch(`${application.url}/api/session`, {
      headers: { Cookie: `carillon_session=${foreign}` },
    });
    expect(refused.status).toBe(401);
  });

  it('delivers an event with several topics once', async () => {
    const path = '/api/events?topic=orders/7&topic=customers/7/orders&topic=users';
    const stream = await listening(path, shop.bearer);
    await idOf(await publish({ ...EVENT, topic: ['orders/7', 'customers/7/orders'] }));
    expect(await typesUpToNow(stream)).toEqual([['order.shipped']]);
  });

  it('shows the id of the publisher, from which a stream continues', async () => {
    const id = `urn:uuid:${randomUUID()}`;
    const stream = await listening('/api/events', shop.bearer);
    expect(await idOf(await publish({ ...EVENT, id }))).toMatch(/^[\da-f]{8}-\d+$/);
    await publish({ ...EVENT, type: 'order.paid' });
    await stream.receives(1, 'order.paid');
    expect(stream.events[0]).toMatchObject({ id });
    const later = await listening(`/api/events?lastEventId=${id}`, shop.bearer);
    await later.receives(1, 'order.paid');
    expect(later.events.map(({ type }) => type)).toEqual(['order.paid']);
  });

  it('records a list together, in its order, or not at all', async () => {
    const stream = await listening('/api/events', shop.bearer);
    const response = await publish([EVENT, { ...EVENT, type: 'order.paid' }]);
    expect(response.status).toBe(201);
    const answers = (await response.json()) as { id: string }[];
    await stream.receives(1, 'order.paid');
    expect(stream.events.map(({ type, id }) => ({ type, id }))).toEqual([
      { type: 'order.shipped', id: answers[0]!.id },
      { type: 'order.paid', id: answers[1]!.id },
    ]);
    expect((await publish([EVENT, { ...EVENT, topic: 'stock/1' }])).status).toBe(403);
    expect((await publish([EVENT, { ...EVENT, type: '' }])).status).toBe(422);
    expect(await typesUpToNow(stream)).toEqual([['order.shipped', 'order.paid']]);
  });

  it('delivers a transient event to current subscribers, without storing it', async () => {
    const both = [await listening('/api/events', shop.bearer)];
    // Processes on SQLite share one supervisor, or receive no messages of each other.
    if (name === 'PostgreSQL') both.push(await listening('/api/events', shop.bearer, other));
    const response = await publish({ ...EVENT, type: 'order.viewed', transient: true });
    expect([response.status, await response.json()]).toEqual([201, { id: null }]);
    for (const stream of both) {
      await stream.receives(1, 'order.viewed');
      expect(stream.body).toMatch(/event: order\.viewed\ndata: \{"orderId":42\}\n\n/);
    }
    const later = await listening('/api/events?lastEventId=earliest', shop.bearer);
    await idOf(await publish({ ...EVENT, type: 'order.last' }));
    await later.receives(1, 'order.last');
    expect(later.of('order.viewed')).toEqual([]);
  });

  it('answers 201 for a list that is stored, even if the log cannot be read after the commit', async () => {
    const stream = await listening('/api/events', shop.bearer);
    const log = application.app.get(EventLog, { strict: false });
    const reading = jest.spyOn(log, 'state').mockRejectedValue(new Error('gone'));
    try {
      const viewed = { ...EVENT, type: 'order.viewed', transient: true };
      const response = await publish([viewed, EVENT]);
      expect([response.status, await response.json()]).toMatchObject([201, [{ id: null }, {}]]);
      await stream.receives(1, 'order.viewed');
      expect(stream.events.map(({ type }) => type)).toEqual(['order.shipped', 'order.viewed']);
    } finally {
      reading.mockRestore();
    }
  });

  it('sends no transient event of a list whose transaction is undone', async () => {
    const stream = await listening('/api/events', shop.bearer);
    const event = { topics: ['orders/42'], type: 'order.shipped', data: {}, private: true };
    const viewed = { ...event, type: 'order.viewed', transient: true };
    const list: EventToPublish[] = [{ ...event, transient: false }, viewed];
    const commands = application.app.get(CommandBus, { strict: false });
    const undone = application.app.get(UnitOfWork, { strict: false }).run(async () => {
      await commands.execute(new PublishEvents('shop', list, undefined));
      await commands.execute(new PublishEvents('shop', [viewed], undefined));
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await typesUpToNow(stream)).toEqual([[]]);
  });

  it('sends a transient event once, although its command runs again', async () => {
    const stream = await listening('/api/events', shop.bearer);
    const viewed = { topics: ['orders/42'], type: 'order.viewed', data: {}, private: true };
    const commands = application.app.get(CommandBus, { strict: false });
    let attempts = 0;
    await application.app.get(UnitOfWork, { strict: false }).run(async () => {
      const list = [{ ...viewed, transient: true }];
      await commands.execute(new PublishEvents('shop', list, undefined));
      if (++attempts < 2) throw new TransactionConflict('Another one is in the way.');
    });
    await stream.receives(1, 'order.viewed');
    expect(await typesUpToNow(stream)).toEqual([['order.viewed']]);
  });

  it('records a repeat with the same Idempotency-Key once, and answers it with the same cursors', async () => {
    const stream = await listening('/api/events', shop.bearer);
    const key = { 'Idempotency-Key': randomUUID() };
    const [single, again] = [await publish(EVENT, key), await publish(EVENT, key)];
    expect(await idOf(again)).toBe(await idOf(single));
    expect(again.headers.get('Idempotency-Replayed')).toBe('true');
    const list = [EVENT, { ...EVENT, transient: true }, { ...EVENT, type: 'order.paid' }];
    const keyOfList = { 'Idempotency-Key': randomUUID() };
    const first = (await (await publish(list, keyOfList)).json()) as { id: string | null }[];
    expect(first.map(({ id }) => typeof id)).toEqual(['string', 'object', 'string']);
    expect(await (await publish(list, keyOfList)).json()).toEqual(first);
    expect((await publish(EVENT, keyOfList)).status).toBe(422);
    await stream.receives(1, 'order.paid');
    // One of them is transient.
    expect(stream.of('order.shipped', 'order.paid')).toHaveLength(4);
  });

  it.each([
    ['a number that is not finite', '"data":{"a":[{"n":1e400}]}', /too large for a double/],
    ['an id that starts with a space', '"data":{},"id":" only"', /start or end with a space/],
    ['an id that ends with a space', '"data":{},"id":"only "', /start or end with a space/],
  ])('refuses %s', async (_, properties, detail) => {
    const response = await fetch(`${application.url}/api/events`, {
      method: 'POST',
      headers: { ...shop.bearer, 'Content-Type': 'application/json' },
      body: `{"topic":"orders/42","type":"order.shipped",${properties}}`,
    });
    expect(response.status).toBe(422);
    expect((await problemOf(response)).detail).toMatch(detail);
  });

  it('takes 64 KiB of data with many values, and 1 MiB for a list', async () => {
    const numbers = Array.from({ length: 20_000 }, (_, n) => n % 10);
    await idOf(await publish({ ...EVENT, data: { numbers } }));
    const text = 'x'.repeat(60 * KIB);
    const list = Array.from({ length: 15 }, () => ({ ...EVENT, data: { text } }));
    expect((await publish(list)).status).toBe(201);
    const tooLong = await publish({ ...EVENT, data: { text: 'x'.repeat(64 * KIB) } });
    expect(tooLong.status).toBe(422);
    expect((await problemOf(tooLong)).detail).toBe(
      'data must have at most 65536 bytes as JSON; it has 65547.',
    );
    expect((await publish([...list, ...list])).status).toBe(413);
  });

  it.each<[string, unknown, string, string]>([
    ['no event', 'x', '#', 'The body must be an event, or a list of events'],
    ['no event in a list', [EVENT, [EVENT]], '#/1', 'item 1 must be an event.'],
    ['an unknown property', { ...EVENT, retry: 1 }, '#/retry', 'is an unknown property'],
    ['no topic', { ...EVENT, topic: undefined }, '#/topic', 'topic is missing'],
    ['no topics', { ...EVENT, topic: [] }, '#/topic', 'a list of 1 to 100 topics'],
    ['a topic twice', { ...EVENT, topic: ['a', 'a'] }, '#/topic', 'must not contain a topic twice'],
    ['a topic that is no text', { ...EVENT, topic: 7 }, '#/topic', 'must be a string or a list'],
    ['the topic *', { ...EVENT, topic: '*' }, '#/topic', 'must not be *'],
    ['a control character', { ...EVENT, topic: 'a\n' }, '#/topic', 'must not contain control'],
    [
      'a space before a topic',
      { ...EVENT, topic: ' orders/ada' },
      '#/topic',
      'end with white space',
    ],
    ['a space after a topic', { ...EVENT, topic: ['x', 'orders/ada '] }, '#/topic', 'white space'],
    [
      'the segment .',
      { ...EVENT, topic: './orders/ada' },
      '#/topic',
      'must be the whole path, such',
    ],
    ['the segment ..', { ...EVENT, topic: 'x/../orders/ada' }, '#/topic', 'must be the whole path'],
    ['a reserved type', { ...EVENT, type: 'reset' }, '#/type', 'must not be reset'],
    ['the type of the hub', { ...EVENT, type: 'mercure' }, '#/type', 'must not be mercure'],
    ['no type', { ...EVENT, type: undefined }, '#/type', 'type is missing'],
    ['data that is no object', { ...EVENT, data: [1] }, '#/data', 'must be a JSON object'],
    ['data with U+0000', { ...EVENT, data: { a: ['\0'] } }, '#/data', 'must not contain U+0000'],
    ['half a character', { ...EVENT, data: { '\ud83d': 1 } }, '#/data', 'or unpaired surrogates'],
    ['a private that is no boolean', { ...EVENT, private: 'on' }, '#/private', 'must be true or'],
    ['an id like a cursor', { ...EVENT, id: '01234567-1' }, '#/id', 'must not have the form of a'],
    ['a transient event with an id', { ...EVENT, transient: true, id: 'x' }, '#/id', 'be left out'],
    [
      'a long transient event',
      { ...EVENT, transient: true, data: { text: 'x'.repeat(7 * KIB) } },
      '#/data',
      'is too long for a transient event',
    ],
    [
      'a transient event that is long because its quotation marks are escaped between nodes',
      { ...EVENT, transient: true, data: { texts: Array.from({ length: 1500 }, () => '') } },
      '#/data',
      'is too long for a transient event',
    ],
    [
      'a wrong event in a list',
      [EVENT, { ...EVENT, type: 7 }],
      '#/1/type',
      '1/type must be a string',
    ],
  ])('refuses %s, and says what is right', async (_, body, pointer, detail) => {
    const response = await publish(body);
    expect(response.status).toBe(422);
    const problem = await problemOf(response);
    expect(problem.errors).toMatchObject([{ pointer }]);
    expect(problem.detail).toContain(detail);
  });

  it.each([[[]], [Array.from({ length: 101 }, () => EVENT)]])(
    'refuses a list without events or with more than 100',
    async (list) => {
      const response = await publish(list);
      expect(response.status).toBe(422);
      expect((await problemOf(response)).detail).toContain('It must have 1 to 100.');
    },
  );

  it.each([
    ['stock/1', 'order.shipped', 'You may publish on: news, *:*, '],
    ['orders', 'order.shipped', 'You may not publish on the topic "orders"'],
    ['rooms/1', 'order.shipped', 'Only Carillon itself publishes on the topic "rooms/1"'],
    ['keys', 'order.shipped', 'Only Carillon itself publishes on the topic "keys"'],
    ['orders/1', 'user.erased', 'Only Carillon itself records events of the type user.erased'],
    ['orders/1', 'key.revoked', 'Only Carillon itself records events of the type key.revoked'],
    ['/.well-known/mercure/subscriptions/x', 'x', 'is reserved'],
    ['https://other.example/.well-known/mercure/subscriptions', 'x', 'is reserved'],
    ['https://a/b/../../.well-known/./mercure', 'x', 'is reserved'],
    ['https://a.example/.well-known/%6Dercure/x', 'x', 'is reserved'],
    ['mercure', 'x', 'is reserved'],
  ])('refuses to publish on %s the type %s', async (topic, type, detail) => {
    const response = await publish({ ...EVENT, topic, type });
    expect(response.status).toBe(403);
    expect((await problemOf(response)).detail).toContain(detail);
  });

  it('refuses users without a grant, and accepts tokens that grant publishing', async () => {
    const refused = await customer.send('POST', '/api/events', EVENT);
    expect([refused.status, (await problemOf(refused)).detail]).toEqual([
      403,
      'You have no permission to publish. Use a key that grants it.',
    ]);
    const detail = {
      type: 'https://mercure.rocks/authorization-detail',
      actions: ['publish'],
      topics: [{ match: 'orders/42' }],
    };
    const bearer = async (claims: object) => ({
      Authorization: `Bearer ${await issuer.token({ sub: 'shop', aud: 'shop', ...claims })}`,
    });
    const granted = await bearer({ authorization_details: [detail] });
    await idOf(await publish(EVENT, granted));
    expect((await publish({ ...EVENT, topic: 'orders/43' }, granted)).status).toBe(403);
    await idOf(await publish(EVENT, await bearer({ mercure: { publish: ['*'] } })));
    const malformed = await publish(
      EVENT,
      await bearer({ authorization_details: [{ ...detail, topics: [] }] }),
    );
    expect(malformed.status).toBe(401);
    expect((await problemOf(malformed)).detail).toContain('"topics" must be a list of 1 to 100');
  });

  it('lets no event of another program change what somebody may see', async () => {
    const [room, stream] = [await customer.makes('Room', 'private'), await customer.listens()];
    streams.push(stream);
    const stranger = await Person.signUp(application.url, `eve-${randomUUID().slice(0, 8)}`);
    const eve = await stranger.listens();
    streams.push(eve);
    const of = (type: string, topic: string, data: object) => ({
      topics: [topic],
      type,
      data: JSON.stringify(data),
      format: 'json' as const,
      private: true,
    });
    // The log may contain them from before the feature existed.
    await publishUnchecked(application, [
      of('room.joined', `xxxxxxxxx${stranger.id}`, { room }),
      of('session.ended', 'orders/1', { id: customer.sessionId }),
    ]);
    await customer.says(room, 'for us alone');
    await typesUpToNow(eve, stream);
    expect(stream.ended).toBe(false);
    expect(eve.body).not.toContain('for us alone');
    await stream.receives(1, 'message.posted');
  });
});

describe('the quota of publishers', () => {
  it('counts the events of each credential', async () => {
    const application = await startApplication({ PUBLISH_PER_MINUTE: '3' });
    try {
      const keys = [
        await addKey(application, { publish: ['*'] }),
        await addKey(application, { publish: ['*'] }),
      ];
      const publish = (body: unknown, { bearer }: TestKey) =>
        send(application.url, 'POST', '/api/events', body, bearer);
      const two = await publish([EVENT, EVENT], keys[0]!);
      expect(two.headers.get('RateLimit')).toMatch(/^"publications";r=1;t=\d+$/);
      const refused = await publish([EVENT, EVENT], keys[0]!);
      expect(refused.status).toBe(429);
      expect((await problemOf(refused)).detail).toMatch(
        /^You can publish at most 3 events per minute\. Try/,
      );
      expect((await publish(EVENT, keys[1]!)).status).toBe(201);
      expect(application.app.get(Streams, { strict: false }).size).toBe(0);
    } finally {
      await application.stop();
    }
  });
});
