import { EventLog } from '@carillon/nestjs';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { accessToken, detail, publisherToken, STRICT, TestHub } from './support/hub.js';
import { anEvent } from './support/log.js';

const HUB = '/.well-known/mercure';

describe.each(ENGINES)('publishing an update on the hub on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let hub: TestHub;
  let token: string;

  beforeAll(async () => {
    engine = await start();
    hub = await TestHub.start({ ...STRICT, DATABASE_URL: await engine.createDatabase() });
    token = await publisherToken('*');
  });
  afterAll(async () => {
    await hub.stop();
    await engine.stop();
  });

  const newest = async () => {
    const log = hub.application.app.get(EventLog, { strict: false });
    const { head } = await log.state();
    return (await log.read(head - 1, head, 1))[0]!;
  };

  it('answers 200 with the id as text, after the update is in the log', async () => {
    const response = await hub.publish({ topic: 'https://example.com/a', data: 'new' }, token);
    const id = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/plain; charset=utf-8');
    expect(id).toMatch(/^urn:uuid:[\da-f-]{36}$/);
    expect(await newest()).toMatchObject({
      topic: 'https://example.com/a',
      topics: null,
      type: 'message',
      data: 'new',
      format: 'text',
      private: 0,
      public_id: id,
      actor: 'mercure/https://shop.example.com shop',
    });
  });

  it('refuses a token whose subject cannot be stored', async () => {
    const all = { authorization_details: [detail('publish', '*')] };
    const response = await hub.publish({ topic: 'a' }, await accessToken({ ...all, sub: 'a\0b' }));
    expect(response.status).toBe(401);
  });

  it('stores every field', async () => {
    const fields: [string, string][] = [
      ['topic', 'https://example.com/a'],
      ['topic', 'https://example.com/b'],
      ['topic', 'https://example.com/a'],
      ['data', '{"a": 1}'],
      ['private', ''],
      ['id', 'https://example.com/updates/1'],
      ['type', 'changed'],
      ['retry', '2500'],
      ['unknown', 'ignored'],
    ];
    const response = await hub.publish(fields, token);
    expect(await response.text()).toBe('https://example.com/updates/1');
    expect(await newest()).toMatchObject({
      topic: 'https://example.com/a',
      topics: '["https://example.com/a","https://example.com/b"]',
      type: 'changed',
      data: '{"a": 1}',
      format: 'json',
      private: 1,
      public_id: 'https://example.com/updates/1',
      retry: 2500,
    });
  });

  it.each([
    ['the presence of the name', 'topic=a&private', 1],
    ['any value', 'topic=a&private=0', 1],
    ['its absence', 'topic=a', 0],
  ])('is private by %s', async (_, body, expected) => {
    const headers = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    expect((await hub.post(body, headers)).status).toBe(200);
    expect((await newest()).private).toBe(expected);
  });

  it.each([
    ['no topic', {}, 400, /topic is missing/],
    ['the topic *', { topic: '*' }, 400, /must not be \*/],
    ['a control character in a topic', { topic: 'a\u0085b' }, 400, /control characters/],
    ['an invisible character in a topic', { topic: 'a\u200bb' }, 400, /control characters/],
    ['a topic that is too long', { topic: 'a'.repeat(513) }, 413, /512/],
    ['an id that starts with #', { topic: 'a', id: '#1' }, 400, /start with #/],
    ['the id earliest', { topic: 'a', id: 'earliest' }, 400, /earliest/],
    ['an id with the form of a cursor', { topic: 'a', id: '0123abcd-7' }, 400, /cursor/],
    ['a line break in an id', { topic: 'a', id: 'a\nid: b' }, 400, /control characters/],
    ['an id that is too long', { topic: 'a', id: 'a'.repeat(256) }, 413, /255/],
    ['a line break in a type', { topic: 'a', type: 'a\nid: b' }, 400, /control/],
    ['an invisible character in a type', { topic: 'a', type: 'a\u202eb' }, 400, /invisible/],
    ['the type of the hub', { topic: 'a', type: 'mercure' }, 400, /must not be mercure/],
    ['a type of streams', { topic: 'a', type: 'heartbeat' }, 400, /streams/],
    ['a type that is too long', { topic: 'a', type: 'a'.repeat(201) }, 413, /200/],
    ['a retry that is no number', { topic: 'a', retry: '1e3' }, 400, /digits/],
    ['a retry of other digits', { topic: 'a', retry: '\u0661' }, 400, /digits/],
    ['a retry that is too long', { topic: 'a', retry: '9'.repeat(10) }, 413, /9 digits/],
    ['NUL in the data', { topic: 'a', data: '\0' }, 400, /NUL/],
    ['data that are too long', { topic: 'a', data: 'a'.repeat(1024 * 1024) }, 413, /too large/],
  ])('refuses %s', async (_, fields, status, detail) => {
    const response = await hub.publish(fields, token);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ detail: expect.stringMatching(detail) });
  });

  it('refuses more topics than an update may have', async () => {
    const topics = Array.from({ length: 101 }, (_, n): [string, string] => ['topic', `t${n}`]);
    expect((await hub.publish(topics, token)).status).toBe(413);
  });

  it.each([
    ['bytes that are not UTF-8', 'topic=%ff', 'application/x-www-form-urlencoded', 400],
    ['another media type', '{"topic":"a"}', 'application/json', 415],
  ])('refuses %s', async (_, body, type, status) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': type };
    expect((await hub.post(body, headers)).status).toBe(status);
  });

  it.each([
    HUB,
    `${HUB}/subscriptions/exact/a/b`,
    `https://elsewhere.example.com${HUB}/x`,
    '/.well-known/%6Dercure/x',
    '/.well-known/x/../mercure',
    '/.well-known/x/%2E%2e/mercure/y',
    'mercure',
    '../.well-known/mercure',
    'custom:/.well-known/mercure',
    `${HUB}?query`,
  ])('refuses the topic %s, which is an address of the hub', async (topic) => {
    const response = await hub.publish(
      [
        ['topic', 'a'],
        ['topic', topic],
      ],
      token,
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      detail: expect.stringMatching(/address of the hub/),
    });
  });

  it.each(['/.well-known/mercurex', 'https://example.com/mercure', 'urn:mercure:1', 'http://['])(
    'accepts the topic %s, which is none',
    async (topic) => expect((await hub.publish({ topic }, token)).status).toBe(200),
  );

  it.each(['users', 'rooms/1', 'accounts/1'])(
    'refuses the topic %s of a feature',
    async (topic) => {
      const response = await hub.publish({ topic }, token);
      expect(response.status).toBe(403);
      expect(response.headers.get('WWW-Authenticate')).toMatch(/error="insufficient_scope"/);
    },
  );

  it('refuses the type of an event of a feature', async () => {
    const response = await hub.publish({ topic: 'a', type: anEvent({}).type }, token);
    expect(response.status).toBe(403);
  });
});
