import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answersTo, isGroupMessage } from '../src/events/subscriptions/group-messages.js';
import { SubscriberGroups } from '../src/events/subscriptions/subscriber-groups.js';
import type { TopicSubscriptions } from '../src/events/subscriptions/topic-subscriptions.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Person, send } from './support/people.js';
import { CarillonProcess } from './support/process.js';
import { type RawSubscriber, subscribe } from './support/raw-subscriber.js';
import { problemCode, problemOf } from './support/requests.js';
import { until } from './support/wait.js';

const KEY = join(import.meta.dirname, '..', 'dist', 'key.js');

const MAX_MESSAGE_BYTES = 7900;

describe('the answer of one node', () => {
  const anonymous = (n: number) => ({
    matcher: { kind: 'urlpattern', pattern: `${n}`.padStart(512, '"') } as const,
    caller: undefined,
    since: 1_800_000_000_000 - n,
  });
  const answer = (count: number) =>
    answersTo(
      randomUUID(),
      SubscriberGroups.of(Array.from({ length: count }, (_, n) => anonymous(n))),
    );

  it('has the first 1,000 groups, and counts the streams of the others', () => {
    const messages = answer(1005);
    expect(messages.flatMap(({ groups }) => groups)).toHaveLength(1000);
    expect(messages.map(({ omitted }) => omitted)).toEqual([
      ...Array(messages.length - 1).fill(0),
      5,
    ]);
    expect(messages.filter(({ isLast }) => isLast)).toEqual([messages.at(-1)]);
  });

  it('consists of messages that nodes can send and accept, one of them without subscribers', () => {
    for (const message of answer(20)) {
      const list = JSON.stringify([JSON.stringify({ kind: 'topic subscribers', message })]);
      expect(Buffer.byteLength(list)).toBeLessThan(MAX_MESSAGE_BYTES);
      expect(isGroupMessage(JSON.parse(JSON.stringify(message)))).toBe(true);
    }
    expect(answer(0)).toEqual([expect.objectContaining({ groups: [], omitted: 0, isLast: true })]);
  });
});

describe.each(ENGINES)('the subscribers of a topic, with two processes on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let carillon: CarillonProcess;
  let shop: { readonly Authorization: string };
  let ada: Person;
  let bob: Person;
  const streams: RawSubscriber[] = [];

  beforeAll(async () => {
    engine = await start();
    const url = await engine.createDatabase();
    carillon = await CarillonProcess.start({
      DATABASE_URL: url,
      WEB_CONCURRENCY: '2',
      TOPIC_GRANTS: 'orders/{username}',
      SIGN_IN_ATTEMPTS: '0',
    });
    const options = { env: { PATH: process.env['PATH'], DATABASE_URL: url } };
    const args = [KEY, 'create', 'shop', '--subscribe', 'orders/*'];
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    shop = { Authorization: `Bearer ${stdout.trim()}` };
    [ada, bob] = [
      await Person.signUp(carillon.url, 'ada'),
      await Person.signUp(carillon.url, 'bob'),
    ];
  });
  afterEach(() => Promise.all(streams.splice(0).map((stream) => stream.close())));
  afterAll(async () => {
    await carillon?.stop();
    await engine?.stop();
    rmSync(carillon.folder, { recursive: true, force: true });
  });

  const open = async (query: string, headers: Record<string, string> = {}) =>
    streams.push(await subscribe(carillon.port, `/api/events?${query}`, { headers }));
  const ask = (topic: string, headers: Record<string, string> = shop) => {
    const path = `/api/events/subscriptions?topic=${encodeURIComponent(topic)}`;
    return send(carillon.url, 'GET', path, undefined, headers);
  };
  /** A node that answers late is missing, so the request is repeated until both have answered. */
  const found = async (topic: string, connections: number, headers?: Record<string, string>) => {
    let last: TopicSubscriptions;
    await until(async () => {
      const response = await ask(topic, headers);
      expect(response.status).toBe(200);
      last = (await response.json()) as TopicSubscriptions;
      return last.nodes === 2 && last.connections === connections;
    });
    return last!;
  };

  it('are found at both nodes, with who they are, what selects the topic and since when', async () => {
    const before = Date.now();
    for (let n = 0; n < 4; n++) await open('topic=orders/ada', ada.bearer);
    await open('', bob.bearer);
    for (let n = 0; n < 4; n++) await open('match_urlpattern=orders/:id&topic=stock');
    await open('', shop);
    await open('topic=*', bob.bearer);
    await open('topic=orders/bob&topic=orders/ada&match_urlpattern=orders/*', bob.bearer);

    const { topic, subscriptions } = await found('orders/ada', 11);
    const entry = (rest: object) => ({
      connections: 1,
      since: expect.any(String) as string,
      ...rest,
    });
    const exact = { match: 'orders/ada', matchType: 'exact' };
    expect(topic).toBe('orders/ada');
    const expected = [
      entry({ kind: 'user', userId: ada.id, ...exact, connections: 4 }),
      entry({ kind: 'anonymous', match: 'orders/:id', matchType: 'urlpattern', connections: 4 }),
      entry({ kind: 'key', key: 'shop', match: 'orders/*', matchType: 'urlpattern' }),
      entry({ kind: 'user', userId: bob.id, match: '*', matchType: 'exact' }),
      entry({ kind: 'user', userId: bob.id, ...exact }),
    ];
    // Those with most connections come first, in any order among each other.
    expect(subscriptions).toEqual(expect.arrayContaining(expected));
    expect(subscriptions.map(({ connections }) => connections)).toEqual([4, 4, 1, 1, 1]);
    const times = subscriptions.map(({ since }) => Date.parse(since));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(before);
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now());

    await Promise.all(streams.splice(0).map((stream) => stream.close()));
    expect((await found('orders/ada', 0)).subscriptions).toEqual([]);
  });

  it('are found when they do not fit into one message between nodes', async () => {
    for (let n = 0; n < 30; n++) {
      const pattern = `orders/many{${String(n).padEnd(100, '"')}}?`;
      await open(`match_urlpattern=${encodeURIComponent(pattern)}`);
    }
    const { subscriptions } = await found('orders/many', 30);
    expect(new Set(subscriptions.map(({ match }) => match)).size).toBe(30);
  });

  it('are seen only by those to whom the topic is granted', async () => {
    expect((await ask('orders/ada', ada.bearer)).status).toBe(200);
    for (const refused of [
      await ask('orders/bob', ada.bearer),
      await ask('stock'),
      await ask('keys'),
      await ask(`accounts/${ada.id}`),
      await ask(`accounts/${ada.id}`, bob.bearer),
      await ask(`rooms/${randomUUID()}`, ada.bearer),
    ]) {
      expect(refused.status).toBe(403);
      expect((await problemOf(refused)).detail).toContain('You may not see the subscribers');
    }
    for (const refused of [await ask('users'), await ask('users', ada.bearer)]) {
      expect(refused.status).toBe(403);
      expect((await problemOf(refused)).detail).toContain('Nobody can see the subscribers');
    }
    expect(await problemCode(await ask('orders/ada', {}))).toBe('unauthenticated');
    for (const topic of ['', '*', 'a\u0000b', ' a', './a', 'x'.repeat(513)])
      expect(await problemCode(await ask(topic))).toBe('invalid-parameter');
  });

  it('of a feature are seen by the users to whom its rule grants it, until it no longer does', async () => {
    const room = await ada.makes('Together', 'private');
    await ada.brings(bob, room);
    for (let n = 0; n < 3; n++) await open('', bob.bearer);
    await open(`topic=rooms/${room.id}`, ada.bearer);
    const topic = `rooms/${room.id}`;
    const { subscriptions } = await found(
      topic.toUpperCase().replace('ROOMS', 'rooms'),
      4,
      ada.bearer,
    );
    expect(subscriptions).toEqual([
      expect.objectContaining({ userId: bob.id, match: topic, matchType: 'exact', connections: 3 }),
      expect.objectContaining({ userId: ada.id, match: topic, connections: 1 }),
    ]);
    expect((await found(`accounts/${bob.id}`, 3, bob.bearer)).subscriptions).toHaveLength(1);

    await ada.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
    expect((await ask(topic, bob.bearer)).status).toBe(403);
    expect((await found(topic, 1, ada.bearer)).subscriptions[0]).toMatchObject({ userId: ada.id });
  });
});
