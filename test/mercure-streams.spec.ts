import { EventLog } from '@carillon/nestjs';
import { Retention } from '@carillon/nestjs/internal';
import { randomUUID } from 'node:crypto';
import { publisherToken, STRICT, subscriberToken, TestHub, urlpattern } from './support/hub.js';

describe('a subscription to the hub', () => {
  let hub: TestHub;
  let token: string;

  beforeAll(async () => {
    hub = await TestHub.start({ ...STRICT, STREAM_HEARTBEAT: '200ms' });
    token = await publisherToken('*');
  });
  afterAll(() => hub.stop());

  const publish = async (fields: Record<string, string> | [string, string][]): Promise<string> => {
    const response = await hub.publish(fields, token);
    expect(response.status).toBe(200);
    return response.text();
  };
  const unique = () => `https://example.com/${randomUUID()}`;

  describe('selects topics', () => {
    it.each([
      ['match', 'https://example.com/a', 'https://example.com/a', 'https://example.com/A'],
      ['match_exact', 'plain', 'plain', 'plain2'],
      [
        'match_urlpattern',
        'https://example.com/b/:id',
        'https://example.com/b/1',
        'https://example.com/c/1',
      ],
      ['match_urlpattern', '/relative/:id', '/relative/1', '/other/1'],
    ])('with %s=%s', async (name, value, matching, other) => {
      const subscriber = await hub.subscribe({ [name]: value });
      await publish({ topic: other, data: 'other' });
      await publish({ topic: matching, data: 'matching' });
      await subscriber.receives(1);
      expect(subscriber.data).toEqual(['matching']);
    });

    it.each(['match', 'match_urlpattern'])('with %s=*, which is all of them', async (name) => {
      const subscriber = await hub.subscribe({ [name]: '*' });
      await publish({ topic: 'one', data: '1' });
      await publish({ topic: unique(), data: '2' });
      await subscriber.receives(2);
      expect(subscriber.data).toEqual(['1', '2']);
    });

    it('with several matchers, and delivers an update once', async () => {
      const [a, b] = [unique(), unique()];
      const subscriber = await hub.subscribe({ match: [a, b], match_urlpattern: `${a}*` });
      await publish([
        ['topic', a],
        ['topic', b],
        ['data', 'both'],
      ]);
      await publish({ topic: b, data: 'second' });
      await subscriber.receives(2);
      expect(subscriber.data).toEqual(['both', 'second']);
    });

    it.each([
      ['no matcher', ''],
      ['an unknown kind of matcher', 'match=a&match_regexp=b'],
      ['another case of a name', 'Match=a'],
      ['another name with the same start', 'match=a&matchstick=b'],
      ['an empty matcher', 'match='],
      ['a name without a value', 'match'],
      ['bytes that are not UTF-8', 'match=%ff'],
      ['a control character', 'match=a%0Ab'],
      ['an invisible character', 'match=a%E2%80%8Bb'],
      ['a malformed pattern', 'match_urlpattern=https%3A%2F%2Fexample.com%2F(('],
      ['a pattern that is too long', `match=${'a'.repeat(513)}`],
      ['too many matchers', Array.from({ length: 101 }, (_, n) => `match=${n}`).join('&')],
    ])('and answers 400 to %s', async (_, query) => {
      const { response } = await hub.subscribe(query);
      expect(response.status).toBe(400);
    });

    it('and ignores other parameters', async () => {
      expect((await hub.subscribe('match=a&other=1')).response.status).toBe(200);
      // Earlier versions of the protocol had it.
      expect((await hub.subscribe('topic=a')).response.status).toBe(400);
    });

    it('but no topic that this service keeps to its users', async () => {
      expect((await hub.subscribe({ match: 'rooms' })).response.status).toBe(404);
    });
  });

  describe('delivers an update', () => {
    it('with one line for each line of its data', async () => {
      const topic = unique();
      const subscriber = await hub.subscribe({ match: topic });
      const id = await publish({ topic, data: 'a\r\nid: 1\rc\n\nd', type: 'changed', retry: '77' });
      await subscriber.receives(1);
      expect(subscriber.body).toContain(
        `retry: 77\nevent: changed\ndata: a\ndata: id: 1\ndata: c\ndata: \ndata: d\nid: ${id}\n\n`,
      );
      expect(subscriber.events).toEqual([{ id, event: 'changed', data: 'a\nid: 1\nc\n\nd' }]);
      expect(subscriber.retry).toBe(77);
    });

    it.each([{}, { type: 'message' }])('without a line for the type message (%p)', async (type) => {
      const topic = unique();
      const subscriber = await hub.subscribe({ match: topic });
      await publish({ topic, data: '{ "a":\n1 }', ...type });
      await subscriber.receives(1);
      expect(subscriber.body).not.toContain('event:');
      expect(subscriber.events[0]!.data).toBe('{ "a":\n1 }');
    });

    it('without data as an event with empty data', async () => {
      const topic = unique();
      const subscriber = await hub.subscribe({ match: topic });
      await publish({ topic });
      await subscriber.receives(1);
      expect(subscriber.data).toEqual(['']);
    });

    it('that is private only if the token grants one of its topics', async () => {
      const [book, own] = [unique(), `https://example.com/users/42/${randomUUID()}`];
      const granted = await subscriberToken(urlpattern('https://example.com/users/42/*'));
      const subscribers = await Promise.all([
        hub.subscribe({ match: book }, granted),
        hub.subscribe({ match: book }, await subscriberToken('https://example.com/others')),
        hub.subscribe({ match: book }),
      ]);
      await publish([
        ['topic', book],
        ['data', 'not granted'],
        ['private', 'on'],
      ]);
      await publish([
        ['topic', book],
        ['topic', own],
        ['data', 'granted'],
        ['private', 'on'],
      ]);
      await publish({ topic: book, data: 'public' });
      await Promise.all(subscribers.map((subscriber) => subscriber.receives(1)));
      await subscribers[0].receives(2);
      expect(subscribers.map(({ data }) => data)).toEqual([
        ['granted', 'public'],
        ['public'],
        ['public'],
      ]);
    });
  });

  describe('that continues', () => {
    it.each(['last_event_id', 'Last-Event-ID'])('takes the id from %s', async (name) => {
      const topic = unique();
      const first = await publish({ topic, data: '1' });
      await publish({ topic, data: '2' });
      const subscriber = await (name === 'Last-Event-ID'
        ? hub.subscribe({ match: topic }, undefined, { [name]: first })
        : hub.subscribe({ match: topic, [name]: first }));
      await publish({ topic, data: '3' });
      await subscriber.receives(2);
      expect(subscriber.data).toEqual(['2', '3']);
      expect(subscriber.header('Mercure-Last-Event-ID')).toBe(first);
    });

    it('prefers the header', async () => {
      const topic = unique();
      const first = await publish({ topic, data: '1' });
      const second = await publish({ topic, data: '2' });
      await publish({ topic, data: '3' });
      const query = { match: topic, last_event_id: first };
      const subscriber = await hub.subscribe(query, undefined, { 'Last-Event-ID': second });
      await subscriber.receives(1);
      expect(subscriber.data).toEqual(['3']);
      expect(subscriber.header('Mercure-Last-Event-ID')).toBe(second);
    });

    it('takes the first update with an id that is used twice', async () => {
      const [topic, id] = [unique(), randomUUID()];
      for (const data of ['1', '2', '3']) await publish({ topic, id, data });
      const subscriber = await hub.subscribe({ match: topic, last_event_id: id });
      await subscriber.receives(2);
      expect(subscriber.data).toEqual(['2', '3']);
    });

    it('finds ids that are not ASCII, as browsers send them', async () => {
      const [topic, id] = [unique(), `revisión ${randomUUID()}`];
      await publish({ topic, id, data: '1' });
      await publish({ topic, data: '2' });
      const bytes = Buffer.from(id).toString('latin1');
      for (const subscriber of [
        await hub.subscribe({ match: topic }, undefined, { 'Last-Event-ID': bytes }),
        await hub.subscribe({ match: topic, last_event_id: id }),
      ]) {
        await subscriber.receives(1);
        expect(subscriber.data).toEqual(['2']);
        expect(subscriber.header('Mercure-Last-Event-ID')).toBe(bytes);
      }
    });

    it('gets everything with earliest', async () => {
      const topic = unique();
      await publish({ topic, data: '1' });
      const subscriber = await hub.subscribe({ match: topic, last_event_id: 'earliest' });
      await subscriber.receives(1);
      expect(subscriber.header('Mercure-Last-Event-ID')).toBe('earliest');
    });

    it('learns that the id is unknown, and gets what follows', async () => {
      const topic = unique();
      await publish({ topic, data: '1' });
      const subscriber = await hub.subscribe({ match: topic, last_event_id: 'urn:uuid:unknown' });
      await publish({ topic, data: '2' });
      await subscriber.receives(1);
      expect(subscriber.header('Mercure-Last-Event-ID')).toBe('earliest');
      expect(subscriber.data).toEqual(['2']);
      expect(subscriber.comments[0]).toMatch(/reset \{"reason":"unknown"/);
    });

    it('gets private updates only if the token of now grants them', async () => {
      const topic = unique();
      const first = await publish({ topic, data: '1' });
      await publish({ topic, data: 'private', private: 'on' });
      await publish({ topic, data: 'public' });
      const query = { match: topic, last_event_id: first };
      const without = await hub.subscribe(query, await subscriberToken('other'));
      const granted = await hub.subscribe(query, await subscriberToken(topic));
      await granted.receives(2);
      await without.receives(1);
      expect(granted.data).toEqual(['private', 'public']);
      expect(without.data).toEqual(['public']);
    });

    it('has no header without an id', async () => {
      const subscriber = await hub.subscribe({ match: 'a' });
      expect(subscriber.header('Mercure-Last-Event-ID')).toBeNull();
    });
  });

  describe('is kept alive', () => {
    it('by comments, and an EventSource gets the cursor with them', async () => {
      const browser = await hub.subscribe({ match: 'a' }, undefined, {
        'Cache-Control': 'no-cache',
      });
      await browser.until(({ comments }) => comments.length > 0);
      expect(browser.body).toMatch(/^:\nid: [\da-f]{8}-\d+\n\n/m);
      expect(browser.events).toEqual([]);
    });

    it('without blank lines for other clients, which may take them for events', async () => {
      const other = await hub.subscribe({ match: 'a' });
      await other.until(({ comments }) => comments.length > 1);
      expect(other.body).not.toContain('\n\n');
    });
  });

  it('ends when its token expires', async () => {
    const { accessToken, detail, SUBSCRIBER_KEY } = await import('./support/hub.js');
    const exp = Math.floor(Date.now() / 1000) + 2;
    const short = await accessToken(
      { exp, authorization_details: [detail('subscribe', '*')] },
      { key: SUBSCRIBER_KEY },
    );
    const subscriber = await hub.subscribe({ match: 'a' }, short);
    expect(subscriber.response.status).toBe(200);
    await subscriber.until(({ hasEnded }) => hasEnded);
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
  });

  it('learns that the updates after its id are no longer kept', async () => {
    const small = await TestHub.start({
      ...STRICT,
      EVENTS_RETENTION_COUNT: '1000',
      STREAM_RING_BYTES: '0',
    });
    try {
      const first = await (await small.publish({ topic: 'a' }, token)).text();
      const { UnitOfWork } = await import('@carillon/nestjs');
      const event = {
        topics: ['a'],
        type: 'message',
        data: '',
        format: 'text',
        private: false,
      } as const;
      await small.application.app.get(UnitOfWork, { strict: false }).run(async (tx) => {
        for (let n = 0; n < 2000; n++) tx.publish(event);
      });
      const position = await small.application.app
        .get(EventLog, { strict: false })
        .state()
        .then(({ epoch }) => `${epoch}-1`);
      await small.application.app.get(Retention, { strict: false }).trim();
      for (const id of [first, position]) {
        const subscriber = await small.subscribe({ match: 'a', last_event_id: id });
        expect(subscriber.header('Mercure-Last-Event-ID')).toBe('earliest');
      }
    } finally {
      await small.stop();
    }
  });
});
