import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type RunningApplication, startApplication } from './support/application.js';
import { eventually, launchBrowser } from './support/browser.js';
import { TestIssuer } from './support/issuer.js';
import { addKey } from './support/keys.js';
import { PASSWORD, Person, send } from './support/people.js';
import { rawExchange } from './support/raw-exchange.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Sends exactly these headers; `fetch` would choose its own `Host`. */
async function ask(
  { port }: RunningApplication,
  path: string,
  headers: Record<string, string>,
  { method = 'GET', body = '' } = {},
): Promise<Answer> {
  const outgoing = request({
    port,
    path,
    method,
    headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  if (response.headers['content-type']?.startsWith('text/event-stream')) {
    response.destroy();
    return { status: response.statusCode!, headers: response.headers, body: '' };
  }
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}

const codeOf = ({ body }: Answer): string =>
  (JSON.parse(body) as { type: string }).type.replace('urn:carillon:problem:', '');

const WRITE = { method: 'POST', body: '{"firstname":"Ada","lastname":"L"}' };
const CHROME = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)', 'Accept-Language': 'en' };

/** What tells a browser from other clients; each is enough. */
const BROWSERS: [string, Record<string, string>][] = [
  ['an Origin', { Origin: 'http://evil.test' }],
  ['fetch metadata', { 'Sec-Fetch-Site': 'same-origin' }],
  ['a cookie', { Cookie: 'carillon_session=x' }],
  ['the name that all browsers have', { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)' }],
  ['a language', { 'User-Agent': 'changed by the page', 'Accept-Language': '' }],
];

describe('without PUBLIC_URL', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication({ CORS_ORIGINS: 'https://App.example.com:443/' });
  });
  afterAll(() => application.stop());

  it.each(BROWSERS)(
    'a browser, recognized by %s, can use no host name except localhost (DNS rebinding)',
    async (_, headers) => {
      for (const Host of [
        'evil.test',
        'evil.test:8000',
        'localhost.evil.test',
        '127.0.0.1.evil.test',
      ])
        for (const path of ['/api/users', '/', '/api/openapi.json', '/health/live', '/nothing']) {
          const answer = await ask(application, path, { Host, ...headers });
          expect([path, answer.status]).toEqual([path, 421]);
          expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
          expect(codeOf(answer)).toBe('misdirected-request');
          expect(answer.body).toContain(`PUBLIC_URL=http://${Host}`);
        }
      const answer = await ask(application, '/api/users', { Host: 'evil.test', ...headers }, WRITE);
      expect(answer.status).toBe(421);
    },
  );

  it.each([
    'localhost',
    'LOCALHOST:1',
    'my.localhost:8000',
    '127.0.0.1',
    '192.0.2.1:80',
    '[::1]:8000',
  ])('a browser can use %s, to read and to write', async (Host) => {
    const headers = { Host, ...CHROME, Origin: `http://${Host}`, 'Sec-Fetch-Site': 'same-origin' };
    expect((await ask(application, '/', headers)).status).toBe(200);
    expect((await ask(application, '/api/users', headers, WRITE)).status).toBe(201);
  });

  it.each([
    ['curl', { 'User-Agent': 'curl/8.5.0', Accept: '*/*' }],
    ["node's fetch", { 'User-Agent': 'node', 'Accept-Language': '*', 'Sec-Fetch-Mode': 'cors' }],
    ['a library that says nothing of itself', {}],
  ])('%s can use any name, such as that of a container', async (_, headers) => {
    const Host = 'carillon:8000';
    expect((await ask(application, '/api/users', { Host, ...headers })).status).toBe(200);
    expect((await ask(application, '/api/users', { Host, ...headers }, WRITE)).status).toBe(201);
  });

  it.each([
    ['localhost:80', 'http://localhost'],
    ['LocalHost', 'http://localhost'],
    ['localhost:443', 'https://localhost'],
    ['localhost:8443', 'https://localhost:8443'],
  ])('a page at %s has the origin %s', async (Host, Origin) => {
    const answer = await ask(application, '/api/users', { Host, Origin }, WRITE);
    expect(answer.status).toBe(201);
  });

  it.each(['http://localhost:81', 'http://127.0.0.1', 'null', 'nonsense', ''])(
    'a page at localhost does not have the origin "%s"',
    async (Origin) => {
      const answer = await ask(application, '/api/users', { Host: 'localhost', Origin }, WRITE);
      expect([answer.status, codeOf(answer)]).toEqual([403, 'cross-site-request']);
    },
  );

  it('an origin in CORS_ORIGINS can write, in any spelling of its URL', async () => {
    const headers = { Host: 'localhost', Origin: 'https://app.example.com' };
    const answer = await ask(application, '/api/users', headers, WRITE);
    expect(answer.status).toBe(201);
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(answer.headers['access-control-allow-credentials']).toBe('true');
  });

  it('a page of another origin reads without the cookie of its visitor', async () => {
    const { token } = await Person.signUp(application.url, 'ada');
    const own = { Host: 'localhost', Cookie: `carillon_session=${token}` };
    expect((await ask(application, '/api/session', own)).status).toBe(200);
    const site = { ...own, 'Sec-Fetch-Site': 'same-site' };
    expect((await ask(application, '/api/session', site)).status).toBe(401);
    expect(
      (await ask(application, '/api/events', { ...site, Accept: 'text/event-stream' })).status,
    ).toBe(403);
  });
});

describe('with PUBLIC_URL', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication({
      PUBLIC_URL: 'https://Chat.example.com, http://a.test  http://10.0.0.1:8000/',
      TRUST_PROXY: 'loopback',
    });
    await Person.signUp(application.url, 'ada');
  });
  afterAll(() => application.stop());

  it.each([
    ['chat.example.com', 'https://chat.example.com'],
    ['CHAT.EXAMPLE.COM:443', 'https://chat.example.com'],
    ['a.test', 'http://a.test'],
    ['A.test', 'http://a.test'],
    ['a.test:80', 'http://a.test'],
    ['10.0.0.1:8000', 'http://10.0.0.1:8000'],
  ])('a browser can use %s as %s', async (Host, Origin) => {
    const answer = await ask(application, '/api/users', { Host, Origin, ...CHROME }, WRITE);
    expect(answer.status).toBe(201);
  });

  it.each([
    'evil.test',
    'chat.example.com:80',
    'a.test:443',
    'a.test:8000',
    '10.0.0.1',
    'localhost',
    'a b',
  ])('a browser cannot use %s', async (Host) => {
    for (const options of [{}, WRITE]) {
      const answer = await ask(application, '/api/users', { Host, ...CHROME }, options);
      expect([answer.status, codeOf(answer)]).toEqual([421, 'misdirected-request']);
      expect(answer.body).toContain('PUBLIC_URL');
    }
  });

  it('a page with another scheme or port has another origin', async () => {
    for (const Origin of [
      'http://chat.example.com',
      'https://chat.example.com:8443',
      'https://a.test',
    ]) {
      const headers = { Host: 'chat.example.com', Origin };
      expect((await ask(application, '/api/users', headers, WRITE)).status).toBe(403);
    }
  });

  it('health checks by IP address and other programs can use any host', async () => {
    for (const Host of ['127.0.0.1:8000', '10.9.8.7', 'carillon', '[::1]'])
      expect(
        (await ask(application, '/health/ready', { Host, 'User-Agent': 'kube-probe/1.30' })).status,
      ).toBe(200);
  });

  it('trusts X-Forwarded-Host of a proxy, unless it is a list that a client may have started', async () => {
    const as = (host: string) =>
      ask(application, '/api/users', { Host: 'node1:8000', 'X-Forwarded-Host': host, ...CHROME });
    expect((await as('chat.example.com')).status).toBe(200);
    expect((await as('evil.test')).status).toBe(421);
    expect((await as('chat.example.com, evil.test')).status).toBe(421);
    expect((await as('evil.test, chat.example.com')).status).toBe(421);
  });

  it.each([
    ['chat.example.com', {}, true],
    ['a.test', {}, false],
    ['a.test', { 'X-Forwarded-Proto': 'https' }, true],
    ['10.0.0.1:8000', {}, false],
    ['localhost', {}, false],
    ['carillon', {}, true],
  ])('the cookie that %s gets with %j is Secure: %s', async (Host, headers, isSecure) => {
    const body = JSON.stringify({ username: 'ada', password: PASSWORD });
    const options = { method: 'POST', body };
    const answer = await ask(application, '/api/session', { Host, ...headers }, options);
    expect(answer.headers['set-cookie']![0]!.includes('; Secure')).toBe(isSecure);
  });
});

describe.each(['*', '*, https://evil.test'])('with CORS_ORIGINS=%s', (CORS_ORIGINS) => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication({ CORS_ORIGINS });
  });
  afterAll(() => application.stop());

  it('a page of any origin reads and writes anonymously, whatever cookie it sends', async () => {
    const { token } = await Person.signUp(application.url, 'ada');
    const Host = `127.0.0.1:${application.port}`;
    const own = { Host, Cookie: `carillon_session=${token}` };
    const foreign = { ...own, Origin: 'https://evil.test' };
    expect((await ask(application, '/api/session', own)).status).toBe(200);
    const answer = await ask(application, '/api/session', foreign);
    expect(answer.status).toBe(401);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    const room = { method: 'POST', body: '{"kind":"public","name":"x"}' };
    expect((await ask(application, '/api/rooms', foreign, room)).status).toBe(401);
    expect(
      (await ask(application, '/api/rooms', { ...foreign, Origin: 'null' }, room)).status,
    ).toBe(401);
    expect((await ask(application, '/api/rooms', own, room)).status).toBe(201);
    const bearer = { Host, Origin: 'https://evil.test', Authorization: `Bearer ${token}` };
    expect((await ask(application, '/api/session', bearer)).status).toBe(200);
  });

  it('a page of any origin cannot replace the session of its visitor', async () => {
    await Person.signUp(application.url, 'eve');
    const body = JSON.stringify({ username: 'eve', password: PASSWORD });
    const Host = `127.0.0.1:${application.port}`;
    const signIn = (headers: Record<string, string>) =>
      ask(application, '/api/session', { Host, ...headers }, { method: 'POST', body });
    expect((await signIn({ Origin: 'https://evil.test' })).headers['set-cookie']).toBeUndefined();
    expect((await signIn({})).headers['set-cookie']).toHaveLength(2);
  });
});

/** Opens a stream with the visitor's cookie, and tries to read a response with it. */
const PAGE = `<!doctype html><title>shop</title><script type="module">
  const api = new URLSearchParams(location.search).get('api');
  window.seen = [];
  const source = new EventSource(api + '/api/events', { withCredentials: true });
  source.onerror = () => seen.push('error');
  source.onopen = () => seen.push('open');
  source.addEventListener('order.shipped', ({ data }) => seen.push(JSON.parse(data)));
  window.read = fetch(api + '/api/session', { credentials: 'include' }).then(
    ({ status }) => status,
    () => 'unreadable',
  );
</script>`;

describe('the page of another origin in a browser', () => {
  let pages: Server[];
  let origins: string[];
  let issuer: TestIssuer;
  let application: RunningApplication;
  let browser: Browser;

  beforeAll(async () => {
    pages = [1, 2].map(() =>
      createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(PAGE)),
    );
    for (const server of pages) await once(server.listen(0, '127.0.0.1'), 'listening');
    origins = pages.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    issuer = await TestIssuer.start();
    application = await startApplication({
      CORS_ORIGINS: origins[0]!,
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: 'carillon',
      TOPIC_GRANTS: 'orders/{sub}',
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await application.stop();
    await issuer.stop();
    for (const server of pages) server.close();
  });

  /** The cookie has the token of an issuer, and SameSite as Carillon sets it. */
  const open = async (origin: string) => {
    const context = await browser.newContext();
    const value = await issuer.token({ sub: 'ada', aud: 'carillon' });
    const cookie = { name: 'carillon_session', value, domain: '127.0.0.1', path: '/' };
    await context.addCookies([{ ...cookie, sameSite: 'Lax', httpOnly: true }]);
    const page = await context.newPage();
    await page.goto(`${origin}/?api=${encodeURIComponent(application.url)}`);
    return page;
  };
  const publish = async () => {
    const { bearer } = await addKey(application, { publish: ['*'] });
    const event = { topic: 'orders/ada', type: 'order.shipped', data: { order: 42 } };
    expect((await send(application.url, 'POST', '/api/events', event, bearer)).status).toBe(201);
  };

  it('receives private events with a cookie if its origin is listed, and nothing otherwise', async () => {
    const [listed, other] = [await open(origins[0]!), await open(origins[1]!)];
    await eventually(async () => expect(await listed.evaluate('seen')).toEqual(['open']));
    await eventually(async () => expect(await other.evaluate('seen')).toEqual(['error']));
    await publish();
    await eventually(async () =>
      expect(await listed.evaluate('seen')).toEqual(['open', { order: 42 }]),
    );
    expect(await listed.evaluate('read')).toBe(200);
    expect(await other.evaluate('seen')).toEqual(['error']);
    expect(await other.evaluate('read')).toBe('unreadable');
  });
});

it('refuses a request with several Host headers, which a proxy may interpret differently', async () => {
  const application = await startApplication();
  for (const second of ['localhost', 'evil.test']) {
    const answer = await rawExchange(
      application.port,
      `GET /api/users HTTP/1.1\r\nHost: localhost\r\nhost: ${second}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*"The request cannot be read"/s);
  }
  await application.stop();
});

it('logs once that X-Forwarded headers arrive while TRUST_PROXY is off', async () => {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const application = await startApplication();
  for (const name of ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto'])
    await ask(application, '/api/users', { Host: 'localhost', [name]: 'x' });
  const lines = warn.mock.calls.filter(([line]) => String(line).includes('TRUST_PROXY'));
  warn.mockRestore();
  await application.stop();
  expect(lines).toHaveLength(1);
});

describe('a request that is refused before it is routed', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication();
  });
  afterAll(() => application.stop());

  /** The lines that say so, each as an object. */
  async function linesOf(work: () => Promise<unknown>): Promise<unknown[]> {
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    await work();
    const lines = log.mock.calls.filter(([, message]) => message === 'request refused');
    log.mockRestore();
    return lines.map(([line]) => line as unknown);
  }

  it.each<[string, Record<string, string>, number, string]>([
    ['for its host', { Host: 'evil.test', ...CHROME }, 421, '"evil.test"'],
    ['for its origin', { Host: 'localhost', Origin: 'http://evil.test' }, 403, 'http://evil.test'],
  ])('%s is logged in one line with its id', async (_, headers, statusCode, named) => {
    const [line, ...rest] = await linesOf(() =>
      ask(application, '/api/users?secret=1', { ...headers, 'X-Request-Id': 'r-1' }, WRITE),
    );
    expect(line).toEqual({
      req: { id: 'r-1', method: 'POST', path: '/api/users' },
      res: { statusCode },
      reason: expect.stringContaining(named),
    });
    expect(rest).toEqual([]);
  });

  it('is logged in a short line, however long it is', async () => {
    const long = 'x'.repeat(6000);
    const Origin = `http://${long}.test`;
    const [line] = await linesOf(() =>
      ask(application, `/${long}`, { Host: 'localhost', Origin }, WRITE),
    );
    expect(JSON.stringify(line).length).toBeLessThan(1000);
  });
});
