import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import {
  accessToken,
  COMPATIBLE,
  DETAIL,
  detail,
  ISSUER,
  PUBLISHER_KEY,
  publisherToken,
  RESOURCE,
  sign,
  STRICT,
  SUBSCRIBER_KEY,
  subscriberToken,
  TestHub,
  urlpattern,
} from './support/hub.js';
import { TestIssuer } from './support/issuer.js';

const METADATA = '/.well-known/oauth-protected-resource/.well-known/mercure';
const ALL = { authorization_details: [detail('publish', '*')] };
const now = () => Math.floor(Date.now() / 1000);

/** What a response says about the token. */
const challengeOf = ({ status, headers }: Response) => {
  const challenge = headers.get('WWW-Authenticate') ?? '';
  expect(challenge).toMatch(new RegExp(`^Bearer .*resource_metadata="http://[^"]+${METADATA}"$`));
  return [status, /error="(\w+)"/.exec(challenge)?.[1]];
};

describe('the tokens of a hub that knows their issuer', () => {
  let hub: TestHub;
  let server: TestIssuer;

  beforeAll(async () => {
    server = await TestIssuer.start();
    hub = await TestHub.start({ ...STRICT, MERCURE_TRUSTED_ISSUERS: `${ISSUER} ${server.url}` });
  });
  afterAll(async () => {
    await hub.stop();
    await server.stop();
  });

  const publish = (token?: string) => hub.publish({ topic: 'https://example.com/a' }, token);

  it('are required for publishing, without an error code', async () => {
    expect(challengeOf(await publish())).toEqual([401, undefined]);
  });

  it.each([
    ['at+jwt', { typ: 'at+jwt' }],
    ['another case', { typ: 'AT+JWT' }],
    ['the whole media type', { typ: 'application/at+jwt' }],
  ])('have the type of an access token: %s', async (_, header) => {
    expect((await publish(await accessToken(ALL, { header }))).status).toBe(200);
  });

  it.each([
    ['one', RESOURCE],
    ['one of several', ['https://other.example.com', RESOURCE]],
  ])('have the audience of the hub: %s', async (_, aud) => {
    expect((await publish(await accessToken({ ...ALL, aud }))).status).toBe(200);
  });

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const details = (...list: unknown[]) => accessToken({ authorization_details: list });
  it.each<[string, () => string | Promise<string>]>([
    ['nonsense', () => 'nonsense'],
    ['an ID token', () => accessToken(ALL, { header: { typ: 'JWT' } })],
    ['no type', () => accessToken(ALL, { header: { typ: undefined } })],
    ['another signature', () => accessToken(ALL, { key: 'x'.repeat(40) })],
    ['the key of subscribers', () => accessToken(ALL, { key: SUBSCRIBER_KEY })],
    ['no signature', () => new UnsecuredJWT({ ...ALL, iss: ISSUER, aud: RESOURCE }).encode()],
    ['another algorithm', () => accessToken(ALL, { header: { alg: 'HS512' } })],
    [
      'its own key',
      () =>
        new SignJWT({ ...ALL, iss: ISSUER, aud: RESOURCE, exp: now() + 60 })
          .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk: { kty: 'EC' } })
          .sign(privateKey),
    ],
    ['no issuer', () => accessToken({ ...ALL, iss: undefined })],
    ['another issuer', () => accessToken({ ...ALL, iss: 'https://other.example.com' })],
    ['the issuer of other keys', () => accessToken({ ...ALL, iss: server.url })],
    ['no audience', () => accessToken({ ...ALL, aud: undefined })],
    ['another audience', () => accessToken({ ...ALL, aud: `${RESOURCE}/` })],
    ['no end', () => accessToken({ ...ALL, exp: undefined })],
    ['an end that has passed', () => accessToken({ ...ALL, exp: now() - 1 })],
    ['a start that has not come', () => accessToken({ ...ALL, nbf: now() + 120 })],
    ['details that are no list', () => accessToken({ authorization_details: {} })],
    ['a detail that is no object', () => details(detail('publish', '*'), 'x')],
    ['no actions', () => details({ type: DETAIL, topics: [{ match: '*' }] })],
    ['an empty list of actions', () => details({ type: DETAIL, actions: [], topics: [] })],
    ['an action that is no text', () => details({ ...detail('publish', '*'), actions: [1] })],
    ['no topics', () => details({ type: DETAIL, actions: ['publish'], topics: [] })],
    ['a topic that is a text', () => details({ ...detail('publish'), topics: ['*'] })],
    ['a topic without match', () => details({ ...detail('publish'), topics: [{}] })],
    [
      'an unknown type of matcher',
      () => details(detail('publish', { match: '*', match_type: 'x' })),
    ],
    [
      'another case of a type',
      () => details(detail('publish', { match: 'a', match_type: 'Exact' })),
    ],
    ['a malformed pattern', () => details(detail('publish', urlpattern('https://example.com/((')))],
    ['a control character', () => details(detail('publish', 'a\nb'))],
    ['a payload that is no object', () => details({ ...detail('subscribe', '*'), payload: 1 })],
    ['one wrong detail of two', () => details(detail('publish', '*'), { type: DETAIL })],
    [
      'too many details',
      () => details(...Array.from({ length: 101 }, () => detail('publish', 'a'))),
    ],
    [
      'too many topics',
      () => details(detail('publish', ...Array.from({ length: 101 }, () => 'a'))),
    ],
    ['a pattern that is too long', () => details(detail('publish', 'a'.repeat(513)))],
  ])('are refused with %s', async (_, token) => {
    expect(challengeOf(await publish(await token()))).toEqual([401, 'invalid_token']);
  });

  it.each([
    ['no details', accessToken({})],
    ['details of other services', accessToken({ authorization_details: [{ type: 'other' }] })],
    ['another action', accessToken({ authorization_details: [detail('delete', '*')] })],
    ['another topic', publisherToken('https://example.com/b')],
    ['the claim of earlier versions', accessToken({ mercure: { publish: ['*'] } })],
  ])('do not allow to publish with %s', async (_, token) => {
    expect(challengeOf(await publish(await token))).toEqual([403, 'insufficient_scope']);
  });

  it('must grant every topic of an update', async () => {
    const token = await publisherToken('a', urlpattern('https://example.com/books/:id'));
    const both: [string, string][] = [
      ['topic', 'a'],
      ['topic', 'https://example.com/books/1'],
    ];
    expect((await hub.publish(both, token)).status).toBe(200);
    const more: [string, string][] = [...both, ['topic', 'b']];
    expect(challengeOf(await hub.publish(more, token))).toEqual([403, 'insufficient_scope']);
  });

  it('may have actions that the hub does not know', async () => {
    const token = await accessToken({
      authorization_details: [{ ...detail('publish', '*'), actions: ['later', 'publish'] }],
    });
    expect((await publish(token)).status).toBe(200);
  });

  it('of an authorization server are verified with its keys', async () => {
    const claims = { aud: RESOURCE, ...ALL };
    expect((await publish(await server.token(claims, { typ: 'at+jwt' }))).status).toBe(200);
    for (const options of [{ typ: 'JWT' }, { typ: 'at+jwt', foreign: true }])
      expect(challengeOf(await publish(await server.token(claims, options)))).toEqual([
        401,
        'invalid_token',
      ]);
  });

  describe('are presented', () => {
    const cookie = (token: string) => ({ Cookie: `x=1; __Secure-mercure_access_token=${token}` });
    const send = (headers: Record<string, string>) =>
      hub.post(new URLSearchParams({ topic: 'a' }), headers);

    it('in the header, whose scheme has any case', async () => {
      const token = await publisherToken('*');
      expect((await send({ Authorization: `bearer ${token}` })).status).toBe(200);
    });

    it.each(['Bearer', 'Bearer ', 'Bearer a b', 'Basic YTpi'])(
      'but not as "%s"',
      async (header) => {
        expect(challengeOf(await send({ Authorization: header }))).toEqual([
          400,
          'invalid_request',
        ]);
      },
    );

    it('in a cookie, by a page whose origin is known', async () => {
      const headers = cookie(await publisherToken('*'));
      const { url } = hub.application;
      expect((await send({ ...headers, Origin: url })).status).toBe(200);
      expect((await send({ ...headers, Referer: `${url}/page` })).status).toBe(200);
      expect((await send(headers)).status).toBe(403);
      expect((await send({ ...headers, Origin: 'https://evil.example.com' })).status).toBe(403);
    });

    it('in the header rather than in a cookie', async () => {
      const headers = cookie('nonsense');
      const token = await publisherToken('*');
      expect((await send({ ...headers, Authorization: `Bearer ${token}` })).status).toBe(200);
    });

    it('but not in the URL, or in the cookie of earlier versions', async () => {
      const token = await publisherToken('*');
      const headers = { Cookie: `mercureAuthorization=${token}`, Origin: hub.application.url };
      expect((await send(headers)).status).toBe(401);
      const response = await fetch(`${hub.url}?authorization=${token}&access_token=${token}`, {
        method: 'POST',
        body: new URLSearchParams({ topic: 'a' }),
      });
      expect(response.status).toBe(401);
    });
  });

  it('of a subscriber are checked although it needs none', async () => {
    const { response } = await hub.subscribe({ match: 'a' }, 'nonsense');
    expect(challengeOf(response)).toEqual([401, 'invalid_token']);
    const granted = await subscriberToken('a');
    expect((await hub.subscribe({ match: 'a' }, granted)).response.status).toBe(200);
  });

  it('are described in the metadata of the hub', async () => {
    expect(await (await hub.get(METADATA)).json()).toEqual({
      resource: RESOURCE,
      authorization_servers: [server.url],
      authorization_details_types_supported: [DETAIL],
      bearer_methods_supported: ['header'],
      mercure_cookie: '__Secure-mercure_access_token',
      mercure_matcher_types_supported: ['exact', 'urlpattern'],
      mercure_subscriptions: true,
    });
  });
});

describe('a hub without anonymous subscribers', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await TestHub.start({ ...STRICT, MERCURE_EXTRA_DIRECTIVES: 'cookie_name own' });
  });
  afterAll(() => hub.stop());

  it('requires a token', async () => {
    const { response } = await hub.subscribe({ match: 'a' });
    expect(challengeOf(response)).toEqual([401, undefined]);
  });

  it('has its URL as the audience, and takes the cookie that the operator has named', async () => {
    const { port } = hub.application;
    const claims = { authorization_details: [detail('subscribe', 'a')] };
    const options = { key: SUBSCRIBER_KEY };
    const cookie = async (aud: string) => ({
      Cookie: `own=${await accessToken({ ...claims, aud }, options)}`,
    });
    expect(port).toBeGreaterThan(0);
    const right = await cookie('http://localhost:8000/.well-known/mercure');
    expect((await hub.subscribe({ match: 'a' }, undefined, right)).response.status).toBe(200);
    const wrong = await cookie(RESOURCE);
    expect((await hub.subscribe({ match: 'a' }, undefined, wrong)).response.status).toBe(401);
  });

  it('does not track subscriptions', async () => {
    const token = await subscriberToken('*');
    expect((await hub.get('/.well-known/mercure/subscriptions', token)).status).toBe(404);
  });
});

describe('a hub with pages of other origins', () => {
  it('lets those that are listed send a cookie and read where a stream starts', async () => {
    const Origin = 'https://www.example.com';
    const hub = await TestHub.start({
      ...STRICT,
      CORS_ORIGINS: Origin,
      MERCURE_EXTRA_DIRECTIVES: `resource_identifier ${RESOURCE}`,
    });
    try {
      const Cookie = `__Secure-mercure_access_token=${await subscriberToken('a')}`;
      const open = (origin: string) =>
        hub.subscribe({ match: 'a', last_event_id: 'earliest' }, undefined, {
          Cookie,
          Origin: origin,
        });
      const { response } = await open(Origin);
      expect(response.status).toBe(200);
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe(Origin);
      expect(response.headers.get('Access-Control-Allow-Credentials')).toBe('true');
      const exposed = response.headers.get('Access-Control-Expose-Headers')!.split(',');
      expect(exposed).toEqual(expect.arrayContaining(['Link', 'Mercure-Last-Event-ID']));
      expect((await open('https://evil.example.com')).response.status).toBe(403);
    } finally {
      await hub.stop();
    }
  });
});

describe('a service without a hub', () => {
  it('has none of its routes', async () => {
    const hub = await TestHub.start({});
    try {
      expect((await hub.publish({ topic: 'a' })).status).toBe(404);
      expect((await hub.subscribe({ match: 'a' })).response.status).toBe(404);
      expect((await hub.get(METADATA)).status).toBe(404);
    } finally {
      await hub.stop();
    }
  });
});

describe('a hub that was set up for an earlier version of the protocol', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await TestHub.start(COMPATIBLE);
  });
  afterAll(() => hub.stop());

  const earlier = (mercure: unknown, key = PUBLISHER_KEY) => sign({ mercure }, { key });

  it('accepts tokens with nothing but its claim', async () => {
    expect((await hub.publish({ topic: 'a' }, await earlier({ publish: ['*'] }))).status).toBe(200);
  });

  it.each([
    ['as a text', { mercure: JSON.stringify({ publish: ['*'] }) }],
    ['under a URL', { 'https://mercure.rocks/': { publish: ['*'] } }],
  ])('accepts its claim %s', async (_, claims) => {
    expect((await hub.publish({ topic: 'a' }, await sign(claims))).status).toBe(200);
  });

  it('refuses a query that is not UTF-8 with a sentence', async () => {
    const response = await hub.get('/.well-known/mercure?topic=a&authorization=%ff');
    expect(challengeOf(response)).toEqual([400, 'invalid_request']);
    expect(await response.json()).toMatchObject({ detail: 'Names and values must be UTF-8.' });
  });

  it.each<[string, () => Promise<string>]>([
    ['of another key', () => earlier({ publish: ['*'] }, SUBSCRIBER_KEY)],
    ['that have expired', () => sign({ exp: now() - 1, mercure: { publish: ['*'] } })],
    [
      'for another purpose',
      () => sign({ mercure: { publish: ['*'] } }, { header: { typ: 'logout+jwt' } }),
    ],
    ['for another hub', () => accessToken({ mercure: { publish: ['*'] }, aud: RESOURCE })],
    ['with a malformed claim', () => earlier({ publish: 'all' })],
  ])('refuses tokens %s', async (_, token) => {
    const response = await hub.publish({ topic: 'a' }, await token());
    expect(challengeOf(response)).toEqual([401, 'invalid_token']);
  });

  it.each([{ publish: [] }, { subscribe: ['*'] }, { publish: ['https://example.com/{id}'] }])(
    'allows to publish only what the claim grants (%j)',
    async (mercure) => {
      const response = await hub.publish({ topic: 'a' }, await earlier(mercure));
      expect(challengeOf(response)).toEqual([403, 'insufficient_scope']);
    },
  );

  it('reads topics and URI templates of subscribers and of their tokens', async () => {
    const publisher = await earlier({ publish: ['https://example.com/{+path}'] });
    const token = await earlier({ subscribe: ['https://example.com/books/{id}'] }, SUBSCRIBER_KEY);
    const subscriber = await hub.subscribe(
      { topic: ['https://example.com/{kind}/{id}', 'https://example.com/a'] },
      token,
    );
    const books = { topic: 'https://example.com/books/1', private: 'on', data: 'book' };
    const cars = { topic: 'https://example.com/cars/1', private: 'on', data: 'car' };
    const other = { topic: 'https://example.com/books/1/more', data: 'more' };
    const last = { topic: 'https://example.com/a', data: 'last' };
    for (const update of [books, cars, other, last])
      expect((await hub.publish(update, publisher)).status).toBe(200);
    await subscriber.receives(2);
    expect(subscriber.data).toEqual(['book', 'last']);
  });

  it.each(['lastEventID', 'Last-Event-ID', 'last_event_id'])('continues after %s', async (name) => {
    const token = await earlier({ publish: ['*'] });
    const id = await (await hub.publish({ topic: name, data: '1' }, token)).text();
    await hub.publish({ topic: name, data: '2' }, token);
    const subscriber = await hub.subscribe({ topic: name, [name]: id });
    await subscriber.receives(1);
    expect(subscriber.data).toEqual(['2']);
    expect(subscriber.header('Last-Event-ID')).toBe(id);
    expect(subscriber.header('Mercure-Last-Event-ID')).toBe(id);
  });

  it.each(['cookie', 'query'])('takes the token of a %s', async (place) => {
    const publisher = await earlier({ publish: ['*'] });
    const token = await earlier({ subscribe: ['secret'] }, SUBSCRIBER_KEY);
    const subscriber = await (place === 'cookie'
      ? hub.subscribe({ topic: 'secret' }, undefined, { Cookie: `mercureAuthorization=${token}` })
      : hub.subscribe({ topic: 'secret', authorization: token }));
    await hub.publish({ topic: 'secret', private: 'on', data: place }, publisher);
    await subscriber.receives(1);
    expect(subscriber.data).toEqual([place]);
  });

  it('accepts tokens of the current version, too', async () => {
    const aud = 'http://localhost:8000/.well-known/mercure';
    const response = await hub.publish({ topic: 'a' }, await accessToken({ ...ALL, aud }));
    expect(response.status).toBe(200);
  });
});
