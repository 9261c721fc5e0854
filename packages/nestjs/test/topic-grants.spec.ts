import { jest } from '@jest/globals';
import { ENGINES, type EngineUnderTest } from '../../../test/support/engines.js';
import type { RawSubscriber } from '../../../test/support/raw-subscriber.js';
import { until } from '../../../test/support/wait.js';
import { EventFilter } from '../src/stream/event-filter.js';
import { UrlPattern } from '../src/topics/url-pattern.js';
import type { PublishedEvent } from '../src/transaction/published-event.js';
import {
  AccountShared,
  handled,
  type Opening,
  PublishingApplication,
} from './support/publishing-application.js';

/** Everyone gets this event: no earlier one is on its way after it. */
const LAST = '{"name":"last"}';

describe.each(ENGINES)('events on topics that no feature has registered, on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: PublishingApplication;

  beforeAll(async () => {
    engine = await start();
    application = await PublishingApplication.start(await engine.createDatabase());
  });
  afterEach(() => application.closeStreams());
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const event = (
    name: string,
    topics: readonly string[],
    others: Partial<PublishedEvent> = {},
  ) => ({ topics, data: JSON.stringify({ name }), ...others });

  /** The names of the events that a stream has, after one that all streams have asked for. */
  const namesOf = async (stream: RawSubscriber): Promise<string[]> => {
    await stream.until(({ body }) => body.includes(LAST));
    const names = stream.of('event.published').map(({ data }) => (data as { name: string }).name);
    return names.slice(0, -1);
  };

  /** What subscribers receive of some events: while they are connected, and again when they replay them. */
  async function received(
    openings: readonly Opening[],
    ...events: readonly Partial<PublishedEvent>[]
  ): Promise<string[][]> {
    const withLast = openings.map(({ named, grants = [], ...opening }) => ({
      ...opening,
      ...(named && { named: [...named, 'last'] }),
      grants: named ? grants : [...grants, 'last'],
    }));
    const live = await Promise.all(withLast.map((opening) => application.subscribe(opening)));
    const lastEventId = live[0]!.cursor;
    await application.publish(...events, { topics: ['last'], data: LAST, private: false });
    const names = await Promise.all(live.map(namesOf));
    const replays = await Promise.all(
      withLast.map((opening) => application.subscribe({ ...opening, lastEventId })),
    );
    expect(await Promise.all(replays.map(namesOf))).toEqual(names);
    return names;
  }

  it('reach, if they are private, only subscribers to whom one of their topics is granted', async () => {
    const named = ['orders/1'];
    const names = await received(
      [
        { named },
        { user: 'eve', named },
        { user: 'eve', grants: ['orders/2'], named },
        { user: 'ada', grants: ['orders/1'], named },
        { user: 'bob', grants: ['orders/*'], named: ['orders/:id'] },
        { user: 'root', grants: ['*'], named: ['*'] },
        { user: 'own', grants: ['orders/1'] },
        { user: 'other', grants: ['orders/1'], named: ['orders/2'] },
      ],
      event('private', ['orders/1']),
    );
    expect(names).toEqual([[], [], [], ['private'], ['private'], ['private'], ['private'], []]);
  });

  it('reach, if they are public, everyone who asks for one of their topics', async () => {
    const names = await received(
      [
        { named: ['orders/1'] },
        { named: ['orders/*'] },
        { named: ['*'] },
        { named: ['orders/2'] },
        { user: 'eve' },
        { user: 'ada', grants: ['orders/1'] },
      ],
      event('public', ['orders/1'], { private: false }),
    );
    expect(names).toEqual([['public'], ['public'], ['public'], [], [], ['public']]);
  });

  it('arrive once, whichever of their topics are asked for and granted', async () => {
    const topics = ['orders/1', 'customers/7/orders', 'urn:isbn:3'];
    const names = await received(
      [
        { user: 'all', grants: topics, named: [...topics, 'orders/*', '*'] },
        { user: 'one', grants: ['customers/7/*'], named: ['orders/1', 'urn\\:isbn\\:*'] },
        { user: 'own', grants: [...topics, 'orders/*'] },
        { user: 'eve', grants: ['customers/8/*'], named: topics },
      ],
      event('several', topics),
      event('public', topics.slice(1), { private: false }),
    );
    expect(names).toEqual([
      ['several', 'public'],
      ['several', 'public'],
      ['several', 'public'],
      ['public'],
    ]);
  });

  it('never open a topic of a feature to a pattern', async () => {
    const everything = ['*', 'accounts/*', 'news/*', '/*'];
    const stream = await application.subscribe({
      user: 'eve',
      grants: everything,
      named: [...everything, 'last'],
    });
    const { cursor: lastEventId } = stream;
    await application.record('accounts/ada', { name: 'account' });
    await application.record('news', { name: 'news' });
    await application.publish(event('order', ['accounting/1']), { topics: ['last'], data: LAST });
    expect(await namesOf(stream)).toEqual(['order']);
    const replay = await application.subscribe({
      user: 'eve',
      grants: everything,
      named: everything,
      lastEventId,
    });
    expect(await namesOf(replay)).toEqual(['order']);
  });

  it('leave the topics of features alone: those that are not visible are refused by name', async () => {
    const refused = await application.subscribe({
      user: 'eve',
      grants: ['*', 'accounts/ada'],
      named: ['accounts/ada'],
    });
    expect(refused.status).toBe(404);
    const own = await application.subscribe({ user: 'ada', named: ['accounts/ada', 'last'] });
    await application.record('accounts/ada', { name: 'account' });
    await application.publish({ topics: ['last'], data: LAST, private: false });
    expect(await namesOf(own)).toEqual(['account']);
  });

  it('stay hidden from a subscriber that comes back with fewer grants', async () => {
    const { cursor: lastEventId } = await application.subscribe({ user: 'ada' });
    await application.publish(event('private', ['orders/1']), {
      topics: ['last'],
      data: LAST,
      private: false,
    });
    const before = { user: 'ada', named: ['orders/1', 'last'], grants: ['orders/1'], lastEventId };
    expect(await namesOf(await application.subscribe(before))).toEqual(['private']);
    const after = { ...before, grants: [] };
    expect(await namesOf(await application.subscribe(after))).toEqual([]);
  });

  it('carry the id of their publisher, from which a stream continues', async () => {
    const opening = { named: ['orders/*', 'last'] };
    const stream = await application.subscribe(opening);
    await application.publish(
      event('one', ['orders/1'], { private: false, publicId: 'urn:uuid:1' }),
      event('two', ['orders/2'], { private: false }),
      event('again', ['orders/2'], { private: false, publicId: 'urn:uuid:1' }),
      { topics: ['last'], data: LAST, private: false },
    );
    await namesOf(stream);
    const [one, two] = stream.of('event.published');
    expect(stream.body).toContain('event: event.published\ndata: {"name":"one"}\nid: urn:uuid:1\n');
    expect(one!.id).toBe('urn:uuid:1');
    expect(two!.id).toMatch(/^[\da-f]{8}-\d+$/);
    const resumed = await application.subscribe({ ...opening, lastEventId: 'urn:uuid:1' });
    expect(await namesOf(resumed)).toEqual(['two', 'again']);
    const unknown = await application.subscribe({ ...opening, lastEventId: 'urn:uuid:2' });
    await unknown.receives(1, 'reset');
    expect(unknown.of('reset')[0]!.data).toMatchObject({ reason: 'unknown' });
  });

  it('do not reveal that a private event exists to a caller who continues from its id', async () => {
    await application.publish(
      event('secret', ['orders/1'], { publicId: 'urn:uuid:3' }),
      event('secret', ['orders/2'], { publicId: 'urn:uuid:4' }),
      event('public', ['carts/1'], { publicId: 'urn:uuid:4', private: false }),
      event('after', ['orders/1'], { private: false }),
      { topics: ['last'], data: LAST, private: false },
    );
    const after = async (lastEventId: string, opening: Opening) => {
      const named = ['orders/1', 'last'];
      const stream = await application.subscribe({ named, ...opening, lastEventId });
      await stream.until(({ body }) => body.includes(LAST) || body.includes('event: reset'));
      return stream.of('reset').length > 0 ? 'reset' : namesOf(stream);
    };
    const granted = { user: 'ada', grants: ['orders/*'] };
    expect(await after('urn:uuid:3', granted)).toEqual(['after']);
    expect(await after('urn:uuid:3', {})).toBe('reset');
    expect(await after('urn:uuid:3', { user: 'eve', grants: ['orders/2'] })).toBe('reset');
    expect(await after('urn:uuid:4', {})).toEqual(['after']);
    expect(await after('urn:uuid:4', { ...granted, named: ['carts/1', 'last'] })).toEqual([
      'public',
    ]);
  });

  it('change no permissions, end no sessions and reach no handlers of classes, whatever their type is', async () => {
    handled.length = 0;
    const eve = await application.subscribe({ user: 'eve', grants: ['last'] });
    const shared = { type: AccountShared.type, data: '{"userId":"eve"}' };
    await application.publish(
      { ...shared, topics: ['orders/eve'] },
      { type: 'session.ended', data: '{"id":"eve"}', topics: ['orders/eve'] },
    );
    await application.record('accounts/ada', { name: 'secret' });
    await application.publish(
      { topics: ['texts/1'], type: 'text', format: 'text', data: '{"no": JSON' },
      { topics: ['last'], data: LAST },
    );
    expect(await namesOf(eve)).toEqual([]);
    await until(() => handled.length > 0);
    expect(handled).toEqual(['texts/1: {"no": JSON']);
    // The same event of the feature does all of it.
    await application.share('eve');
    await application.record('accounts/ada', { name: 'shared' });
    await eve.until(({ body }) => body.includes('shared'));
    await until(() => handled.length === 3);
    expect(handled.slice(1).toSorted()).toEqual(['bus: shared with eve', 'shared with eve']);
  });

  it('deliver text as a JSON string', async () => {
    const stream = await application.subscribe({ named: ['texts/1'] });
    await application.publish({
      topics: ['texts/1'],
      type: 'text',
      format: 'text',
      data: 'one\r\n"two"',
      private: false,
    });
    await stream.receives(1, 'text');
    expect(stream.of('text')[0]!.data).toBe('one\n"two"');
    expect(stream.body).toContain('data: "one\\n\\"two\\""\n');
  });

  it('follow the same rule if they are transient', async () => {
    const named = ['orders/1', 'last'];
    const openings: Opening[] = [
      { named },
      { user: 'ada', named, grants: ['orders/*'] },
      { user: 'bob', named: ['orders/2', 'last'], grants: ['orders/1'] },
    ];
    const streams = await Promise.all(openings.map((each) => application.subscribe(each)));
    const topics = ['orders/1', 'carts/1'];
    await application.transient.send({ topics, type: 'private', data: {} });
    await application.transient.send({ topics, type: 'public', data: {}, private: false });
    await application.publish({ topics: ['last'], data: LAST, private: false });
    await Promise.all(streams.map(namesOf));
    const types = streams.map((each) => each.of('private', 'public').map(({ type }) => type));
    expect(types).toEqual([['public'], ['private', 'public'], []]);
  });
});

describe('the cost of an event on topics that no feature has registered', () => {
  let engine: EngineUnderTest;
  let application: PublishingApplication;
  const evaluations = jest.spyOn(UrlPattern.prototype, 'matches');

  beforeAll(async () => {
    engine = await ENGINES[0]!.start();
    application = await PublishingApplication.start(await engine.createDatabase());
  });
  afterEach(() => application.closeStreams());
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const evaluatedFor = async (topic: string): Promise<string[]> => {
    const stream = await application.subscribe({ named: [topic] });
    evaluations.mockClear();
    await application.publish({ topics: [topic], private: false });
    await stream.receives(1, 'event.published');
    return evaluations.mock.contexts.map((pattern) => (pattern as UrlPattern).source).toSorted();
  };

  it('is one evaluation of each distinct pattern that may match, however many subscribers have it', async () => {
    for (let n = 0; n < 30; n++) {
      const named = ['orders/:id', `customers/${n}/*`];
      await application.subscribe({ user: `user-${n}`, grants: ['*'], named });
    }
    expect(await evaluatedFor('orders/1')).toEqual(['orders/:id']);
    expect(await evaluatedFor('customers/7/orders')).toEqual(['customers/7/*']);
    expect(await evaluatedFor('carts/1')).toEqual([]);
  });

  it('does not depend on the number of subscribers to other topics', async () => {
    const includes = jest.spyOn(EventFilter.prototype, 'includes');
    for (let n = 0; n < 30; n++) await application.subscribe({ named: [`orders/${n}`] });
    const stream = await application.subscribe({ named: ['orders/7'] });
    includes.mockClear();
    await application.publish({ topics: ['orders/7'], private: false });
    await stream.receives(1, 'event.published');
    expect(includes).toHaveBeenCalledTimes(1);
  });
});
