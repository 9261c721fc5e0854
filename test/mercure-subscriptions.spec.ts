import { Database, UnitOfWork } from '@carillon/nestjs';
import { DeadNodes } from '../src/mercure/subscriptions/dead-nodes.js';
import { withClockAhead } from './support/clock.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import {
  accessToken,
  detail,
  type HubSubscriber,
  publisherToken,
  STRICT,
  SUBSCRIBER_KEY,
  subscriberToken,
  TestHub,
  urlpattern,
} from './support/hub.js';
import { until } from './support/wait.js';

const PATH = '/.well-known/mercure/subscriptions';
const EVENTS = `${PATH}/:type/:match/:subscriber`;

interface Subscription {
  readonly id: string;
  readonly match: string;
  readonly subscriber: string;
  readonly active: boolean;
}

describe.each(ENGINES)('active subscriptions on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let hub: TestHub;
  let watching: string;

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    hub = await TestHub.start({ ...STRICT, DATABASE_URL: database });
    watching = await subscriberToken(urlpattern(`${PATH}*`), urlpattern(`${PATH}/*`));
  });
  afterAll(async () => {
    await hub.stop();
    await engine.stop();
  });

  const watch = () => hub.subscribe({ match_urlpattern: EVENTS }, watching);
  const documents = (subscriber: HubSubscriber): Subscription[] =>
    subscriber.data.map((data) => JSON.parse(data) as Subscription);
  const changesOf = (subscriber: HubSubscriber, match: string) =>
    documents(subscriber).filter((each) => each.match === match);
  const list = async (path = PATH) => {
    const response = await hub.get(path, watching);
    expect(response.status).toBe(200);
    return ((await response.json()) as { subscriptions: Subscription[] }).subscriptions;
  };

  it('are announced when they start and end, in private updates of the type mercure', async () => {
    const [watcher, stranger] = [
      await watch(),
      await hub.subscribe({ match_urlpattern: EVENTS }, await subscriberToken('a')),
    ];
    const match = 'https://example.com/(a)';
    const subscriber = await hub.subscribe({ match, match_urlpattern: 'https://example.com/:id' });
    await watcher.until((each) => changesOf(each, match).length === 1);
    subscriber.close();
    await watcher.until((each) => changesOf(each, match).length === 2);
    const [started, ended] = changesOf(watcher, match);
    expect(started).toEqual({
      id: `${PATH}/exact/https%3A%2F%2Fexample.com%2F%28a%29/${encodeURIComponent(started!.subscriber)}`,
      type: 'subscription',
      match_type: 'exact',
      match,
      subscriber: expect.stringMatching(/^urn:uuid:/),
      active: true,
    });
    expect(ended).toEqual({ ...started, active: false });
    const [pattern] = changesOf(watcher, 'https://example.com/:id');
    expect(pattern).toMatchObject({ match_type: 'urlpattern', subscriber: started!.subscriber });
    expect(watcher.events.every(({ event }) => event === 'mercure')).toBe(true);
    await hub.publish({ topic: 'x', data: 'x' }, await publisherToken('*'));
    expect(stranger.events).toEqual([]);
  });

  it('have the payload of the first detail that selects their matcher', async () => {
    const payload = (match: string, value?: object) => ({
      ...detail('subscribe', match),
      ...(value && { payload: value }),
    });
    const token = await accessToken(
      {
        authorization_details: [
          payload('payload-1', { first: 1 }),
          payload('payload-2'),
          { ...detail('subscribe', urlpattern('https://example.com/p/:id')), payload: { p: 1 } },
          payload('*', { rest: 1 }),
        ],
      },
      { key: SUBSCRIBER_KEY },
    );
    const match = ['payload-1', 'payload-2', 'payload-3'];
    const match_urlpattern = 'https://example.com/p/:id';
    const subscriber = await hub.subscribe({ match, match_urlpattern }, token);
    const found = Object.fromEntries(
      (await list()).map((each) => [each.match, (each as { payload?: object }).payload]),
    );
    expect(found).toMatchObject({
      'payload-1': { first: 1 },
      'payload-2': undefined,
      'payload-3': { rest: 1 },
      [match_urlpattern]: { p: 1 },
    });
    subscriber.close();
  });

  it('are listed, by matcher and one by one, with a cursor from which nothing is missed', async () => {
    const subscribers = [
      await hub.subscribe({ match: 'https://example.com/l' }),
      await hub.subscribe({ match: 'https://example.com/l' }),
    ];
    const path = `${PATH}/exact/https%3A%2F%2Fexample.com%2Fl`;
    const response = await hub.get(path, watching);
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(response.headers.get('ETag')).toMatch(/^"/);
    const body = (await response.json()) as { id: string; subscriptions: Subscription[] };
    expect(body).toMatchObject({ id: path, type: 'subscriptions' });
    expect(body.subscriptions).toHaveLength(2);
    const one = await hub.get(body.subscriptions[0]!.id, watching);
    expect(await one.json()).toEqual(body.subscriptions[0]);

    const link = response.headers.get('Link')!;
    expect(link).toMatch(
      /^<http:\/\/localhost:8000\/.well-known\/mercure>; rel="mercure"; last-event-id="[^"]+"; type="mercure"; content-type="application\/json"$/,
    );
    const [, cursor] = /last-event-id="([^"]+)"/.exec(link)!;
    for (const subscriber of subscribers) subscriber.close();
    const watcher = await hub.subscribe(
      { match_urlpattern: EVENTS, last_event_id: cursor! },
      watching,
    );
    await watcher.until((each) => changesOf(each, 'https://example.com/l').length === 2);
    expect(changesOf(watcher, 'https://example.com/l').map(({ active }) => active)).toEqual([
      false,
      false,
    ]);
    expect((await hub.get(body.subscriptions[0]!.id, watching)).status).toBe(404);
  });

  it('are listed once for a matcher that a subscriber repeats', async () => {
    const subscriber = await hub.subscribe('match=twice&match_exact=twice');
    expect((await list(`${PATH}/exact/twice`)).length).toBe(1);
    subscriber.close();
  });

  it('are shown only to callers to whom their address is granted', async () => {
    expect((await hub.get(PATH)).status).toBe(401);
    const other = await hub.get(PATH, await subscriberToken(`${PATH}/exact/a`));
    expect(other.status).toBe(403);
    expect(other.headers.get('WWW-Authenticate')).toMatch(/error="insufficient_scope"/);
    for (const grant of [PATH, '*', urlpattern(`${PATH}*`)])
      expect((await hub.get(PATH, await subscriberToken(grant))).status).toBe(200);
  });

  it('refuse a matcher that is too long for their address', async () => {
    expect((await hub.subscribe({ match: '/'.repeat(200) })).response.status).toBe(400);
  });

  it('of a crashed node are ended by another, in transactions of 500', async () => {
    const rows = Array.from({ length: 501 }, (_, n) => ({
      subscriber: `urn:uuid:crashed-${n}`,
      match_type: 'exact' as const,
      match: 'crashed',
      node: 'crashed',
      payload: null,
    }));
    const work = hub.application.app.get(UnitOfWork, { strict: false });
    const watcher = await watch();
    await work.run(async ({ db }) => {
      await db.insertInto('hub_nodes').values({ id: 'crashed', beats: 7 }).execute();
      await db.insertInto('hub_subscriptions').values(rows).execute();
    });
    const { read } = hub.application.app.get(Database, { strict: false });
    const nodes = await read.selectFrom('hub_nodes').select('id').execute();
    const self = nodes.find(({ id }) => id !== 'crashed')!.id;
    const deadNodes = hub.application.app.get(DeadNodes, { strict: false });
    await deadNodes.end(self);
    expect(changesOf(watcher, 'crashed')).toEqual([]);
    const ended: number[] = [];
    const commits = work.committed.subscribe(({ events }) => ended.push(events.length));
    await withClockAhead(6000, () => deadNodes.end(self));
    commits.unsubscribe();
    expect(ended).toEqual([500, 1]);
    await watcher.until((each) => changesOf(each, 'crashed').length === rows.length);
    expect(changesOf(watcher, 'crashed').every(({ active }) => !active)).toBe(true);
    expect(await list(`${PATH}/exact/crashed`)).toEqual([]);
    const remaining = await read.selectFrom('hub_nodes').select('id').execute();
    expect(remaining).toEqual([{ id: self }]);
  });

  it('start again at a node that another one took for dead', async () => {
    const [watcher, subscriber] = [await watch(), await hub.subscribe({ match: 'paused' })];
    const { app } = hub.application;
    await app.get(UnitOfWork, { strict: false }).run(async ({ db }) => {
      // The other one has ended none of the subscriptions yet.
      await db.updateTable('hub_nodes').set({ beats: -1 }).execute();
    });
    const changes = () => changesOf(watcher, 'paused').map(({ active }) => active);
    await watcher.until(() => changes().length === 3);
    expect(changes()).toEqual([true, false, true]);
    expect(await list(`${PATH}/exact/paused`)).toHaveLength(1);
    const { read } = app.get(Database, { strict: false });
    expect(await read.selectFrom('hub_nodes').selectAll().execute()).toHaveLength(1);
    subscriber.close();
    await until(async () => (await list(`${PATH}/exact/paused`)).length === 0);
  });

  it('end when the node stops, and each node lists those of all', async () => {
    // More than one transaction records.
    const COUNT = 150;
    const other = await TestHub.start({ ...STRICT, DATABASE_URL: database });
    const watcher = await watch();
    await Promise.all(Array.from({ length: COUNT }, () => other.subscribe({ match: 'elsewhere' })));
    expect(await list(`${PATH}/exact/elsewhere`)).toHaveLength(COUNT);
    await other.application.stop();
    await watcher.until((each) => changesOf(each, 'elsewhere').length === 2 * COUNT);
    expect(await list(`${PATH}/exact/elsewhere`)).toEqual([]);
  });

  it('are recorded in transactions of 500, however many a connection has', async () => {
    const other = await TestHub.start({ ...STRICT, DATABASE_URL: database });
    const recorded: number[] = [];
    const work = other.application.app.get(UnitOfWork, { strict: false });
    work.committed.subscribe(({ events }) => recorded.push(events.length));
    const match = Array.from({ length: 100 }, (_, n) => `many/${n}`);
    await Promise.all(Array.from({ length: 8 }, () => other.subscribe({ match })));
    await other.application.stop();
    expect(recorded.reduce((sum, count) => sum + count)).toBe(2 * 8 * match.length);
    expect(Math.max(...recorded)).toBe(500);
  });
});
