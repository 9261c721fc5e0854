import { Database, DatabaseUnavailable } from '@carillon/nestjs';
import { jest } from '@jest/globals';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type RunningApplication, startApplication } from './support/application.js';
import { subscribe } from './support/raw-subscriber.js';
import { Person } from './support/people.js';
import { rawExchange } from './support/raw-exchange.js';
import {
  createUser,
  JSON_TYPE,
  listUsers,
  post,
  problemCode,
  problemOf,
} from './support/requests.js';
import { largestBody } from '../src/http/text-fields.js';

const USER = { firstname: 'John', lastname: 'DOE' };

describe('every request', () => {
  let application: RunningApplication;
  let url: string;

  beforeAll(async () => {
    application = await startApplication();
    url = application.url;
  });
  afterAll(() => application.stop());

  const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    fetch(`${url}/api/users`, { method: 'POST', headers, body });

  describe('that fails gets a problem document', () => {
    it.each([
      ['an unknown route', 'GET', '/api/nothing', 404, 'not-found'],
      ['an unknown page', 'GET', '/nothing.html', 404, 'not-found'],
      ['a path that cannot be decoded', 'GET', '/api/users/%E0%A4%A', 400, 'malformed-request'],
      ['a method that the list does not know', 'PUT', '/api/users', 405, 'method-not-allowed'],
      ['a method that a user does not know', 'PUT', '/api/users/x', 405, 'method-not-allowed'],
      ['a route that answers with nothing', 'GET', '/api/docs/LICENSE', 404, 'not-found'],
      ['an unknown topic', 'GET', '/api/events?topic=rooms/none', 404, 'not-found'],
      [
        'more topics than a stream may name',
        'GET',
        `/api/events?${'topic=a&'.repeat(101)}`,
        400,
        'invalid-parameter',
      ],
      [
        'a topic longer than there are',
        'GET',
        `/api/events?topic=${'a'.repeat(513)}`,
        400,
        'invalid-parameter',
      ],
      ['a POST to a stream', 'POST', '/api/users/event', 405, 'method-not-allowed'],
      ['a DELETE of a stream', 'DELETE', '/api/users/event', 405, 'method-not-allowed'],
      ['a PATCH of all events', 'PATCH', '/api/events', 405, 'method-not-allowed'],
    ])('%s', async (_, method, path, status, code) => {
      const response = await fetch(url + path, { method });
      expect(response.status).toBe(status);
      expect(await problemCode(response)).toBe(code);
      if (status === 405) expect(response.headers.get('allow')).toMatch(/GET.*HEAD/);
    });

    it('a body that is not JSON', async () => {
      const response = await post(`${url}/api/users`, '{"firstname":');
      expect(response.status).toBe(400);
      expect((await problemOf(response)).detail).toContain('not JSON');
    });

    it('a body that is not UTF-8, which is not stored in another form', async () => {
      const bytes = Buffer.concat([
        Buffer.from('{"firstname":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('","lastname":"x"}'),
      ]);
      const response = await send(bytes, JSON_TYPE);
      expect(response.status).toBe(400);
      expect((await problemOf(response)).detail).toContain('UTF-8');
    });

    it.each([
      ['a form, as curl sends without a header', 'application/x-www-form-urlencoded'],
      ['text', 'text/plain'],
      ['JSON in another charset', 'application/json; charset=latin1'],
      ['JSON in UTF-16, which is not JSON', 'application/json; charset=utf-16'],
    ])('%s: 415', async (_, type) => {
      const response = await send(JSON.stringify(USER), { 'Content-Type': type });
      expect(response.status).toBe(415);
      expect(await problemCode(response)).toBe('unsupported-media-type');
    });

    it.each([
      ['br', brotliCompressSync(JSON.stringify(USER))],
      ['zstd', zstdCompressSync(JSON.stringify(USER))],
      ['deflate', deflateSync(JSON.stringify(USER))],
      ['gzip, gzip', gzipSync(gzipSync(JSON.stringify(USER)))],
    ])('a body in the coding %s: 415, with the supported coding', async (coding, body) => {
      const response = await send(body, { ...JSON_TYPE, 'Content-Encoding': coding });
      expect(response.status).toBe(415);
      expect(response.headers.get('accept-encoding')).toBe('gzip');
      expect((await problemOf(response)).detail).toContain('gzip');
      const zipped = { ...JSON_TYPE, 'Content-Encoding': 'GZIP' };
      expect((await send(gzipSync(JSON.stringify(USER)), zipped)).status).toBe(201);
    });

    it('a body that is too large: 413, even if it is smaller when compressed', async () => {
      const body = JSON.stringify({ ...USER, lastname: 'x'.repeat(largestBody()) });
      const plain = await send(body, JSON_TYPE);
      expect(plain.status).toBe(413);
      expect((await problemOf(plain)).detail).toContain(String(largestBody()));
      const zipped = await send(gzipSync(body), { ...JSON_TYPE, 'Content-Encoding': 'gzip' });
      expect(zipped.status).toBe(413);
    });

    it('a body in UTF-16, but not one with a byte order mark in UTF-8', async () => {
      const text = JSON.stringify(USER);
      expect((await send(Buffer.from(text, 'utf16le'), JSON_TYPE)).status).toBe(400);
      expect((await send(`\uFEFF${text}`, JSON_TYPE)).status).toBe(201);
      const zipped = { ...JSON_TYPE, 'Content-Encoding': 'gzip' };
      expect((await send(gzipSync(`\uFEFF${text}`), zipped)).status).toBe(201);
    });

    it('a body that is nested too deeply, but not one with many brackets in a name', async () => {
      const deep = `{"firstname":${'['.repeat(30_000)}${']'.repeat(30_000)},"lastname":"b"}`;
      const response = await post(`${url}/api/users`, deep);
      expect(response.status).toBe(400);
      expect((await problemOf(response)).detail).toContain('nested too deeply');
      const brackets = { firstname: `"\\${'['.repeat(150)}`, lastname: '{{{' };
      expect((await post(`${url}/api/users`, brackets)).status).toBe(201);
    });

    it.each([
      [
        'unknown properties',
        Object.fromEntries([...Array(4000).keys()].map((n) => [`k${n}`, 1])),
        400,
      ],
      [
        'unknown properties that fit into its values',
        Object.fromEntries([...Array(900).keys()].map((n) => [`k${n}`, 1])),
        422,
      ],
      ['elements in a list', { firstname: Array(20_000).fill(1) }, 400],
      [
        'nested properties',
        { a: { b: Object.fromEntries([...Array(2000).keys()].map((n) => [n, {}])) } },
        400,
      ],
      [
        'unknown names',
        Object.fromEntries([...Array(90).keys()].map((n) => [`${'x'.repeat(600)}${n}`, 1])),
        422,
      ],
    ])('a body with many %s, in a short response', async (_, body, status) => {
      const response = await post(`${url}/api/users`, body);
      expect(response.status).toBe(status);
      const { detail, errors = [] } = await problemOf(response);
      expect(detail.length).toBeLessThanOrEqual(2000);
      expect(errors.length).toBeLessThanOrEqual(20);
      expect(JSON.stringify(errors).length).toBeLessThan(10_000);
    });

    it('a body with many errors, listing the first 20 and the number of others', async () => {
      const body = Object.fromEntries([...Array(50).keys()].map((n) => [`k${n}`, 1]));
      const { detail, errors } = await problemOf(await post(`${url}/api/users`, body));
      expect(errors).toHaveLength(20);
      expect(detail).toMatch(/^52 errors \(32 not listed\): /);
    });

    it.each([
      ['many parameters', `?${[...Array(500).keys()].map((n) => `k${n}=1`).join('&')}`],
      ['one parameter many times', `?${'limit=1&'.repeat(500)}`],
      ['a long parameter', `?after=${'x'.repeat(5000)}`],
      ['a long name', `?${'x'.repeat(5000)}=1`],
    ])('a query with %s, in a short response', async (_, query) => {
      const response = await fetch(`${url}/api/users${query}`);
      expect(response.status).toBe(400);
      expect(JSON.stringify(await problemOf(response)).length).toBeLessThan(5000);
    });

    it('a long path, in a short response', async () => {
      const response = await fetch(`${url}/${'x'.repeat(10_000)}`);
      expect((await problemOf(response)).detail.length).toBeLessThanOrEqual(2000);
    });

    it('a body that looks like an endless string, as fast as any other', async () => {
      const began = performance.now();
      for (let n = 0; n < 20; n++) {
        const response = await post(`${url}/api/users`, `"${'\\"'.repeat(32_000)}`);
        expect(response.status).toBe(400);
      }
      // A parser that goes back and forth takes a second for each.
      expect(performance.now() - began).toBeLessThan(5000);
    });

    it.each([
      ['declared', 'Content-Length: 99999999\r\n\r\n'],
      ['chunked', `Transfer-Encoding: chunked\r\n\r\n1adb0\r\n${'x'.repeat(110_000)}`],
    ])(
      'a %s body that is too large, immediately and without reading all of it',
      async (_, rest) => {
        const answer = await rawExchange(
          application.port,
          `POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${rest}`,
        );
        expect(answer).toMatch(/^HTTP\/1\.1 413 /);
        expect(answer).toContain('urn:carillon:problem:content-too-large');
      },
    );

    it('bytes that are not HTTP after a valid request, which gets its response', async () => {
      const body = JSON.stringify({ firstname: 'Before', lastname: 'Garbage' });
      const answer = await rawExchange(
        application.port,
        `POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}\r\nX\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 201 /);
      expect(answer).not.toContain('HTTP/1.1 400');
    });

    it('a chunked body with an invalid chunk: 400, and the connection is closed', async () => {
      const answer = await rawExchange(
        application.port,
        'POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
          'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nZZ\r\n',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer).toContain('urn:carillon:problem:');
    });

    it('an unsupported Expect header and a path that cannot be decoded, with a request id', async () => {
      const expectation = await rawExchange(
        application.port,
        'GET /api/users HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n',
      );
      expect(expectation).toMatch(/^HTTP\/1\.1 417 [^]*"requestId":"[\da-f-]{36}"/);
      const path = await fetch(`${url}/api/users/%ff`);
      expect(path.status).toBe(400);
      const problem = await problemOf(path);
      expect(problem.requestId).toMatch(/^[\da-f-]{36}$/);
      expect(problem.detail).toBe('The path must be percent-encoded UTF-8.');
    });

    it.each(['/api/users?q=%ff', '/api/events?topic=a&topic=%C3', '/api/users?limit=1&q=a%80%zz'])(
      '%s, whose query is not UTF-8, and names the parameter',
      async (path) => {
        const response = await fetch(url + path);
        expect(response.status).toBe(400);
        const { type, errors } = await problemOf(response);
        expect(type).toBe('urn:carillon:problem:invalid-parameter');
        const [, field] = /[?&](\w+)=[^&]*$/.exec(path)!;
        expect(errors).toEqual([{ field, detail: 'must be percent-encoded UTF-8' }]);
      },
    );

    it.each(['topics=users', 'lasteventid=earliest', 'lastEventId[]=earliest', 'constructor=1'])(
      'a stream with the unknown parameter %s, which may be a misspelt cursor',
      async (query) => {
        const response = await fetch(`${url}/api/events?${query}`);
        expect(response.status).toBe(400);
        expect((await problemOf(response)).errors![0]!.field).toBe(query.split('=')[0]);
      },
    );

    it.each([
      ['match_urlpattern=orders/:id/:id', 'match_urlpattern', 'is not a valid URL pattern'],
      ['match_urlpattern=/(a(?=b))', 'match_urlpattern', /^must not contain a lookahead/],
      [
        'match_urlpattern=/a&match_urlpattern=/((((',
        'match_urlpattern',
        'is not a valid URL pattern',
      ],
      ['match_urlpattern=', 'match_urlpattern', 'must have 1 to 512 characters'],
      ['topic=a%00b', 'topic', /^must not contain control characters/],
      ['topic=orders/ada%20', 'topic', 'must not start or end with white space'],
      ['topic=orders/%252E%252e/ada', 'topic', /^must be the whole path/],
      ['match_urlpattern=./orders/*', 'match_urlpattern', /^must be the whole path/],
    ])('a stream with the query %s', async (query, field, detail) => {
      const response = await fetch(`${url}/api/events?${query}`);
      expect(response.status).toBe(400);
      const [error] = (await problemOf(response)).errors!;
      expect(error).toEqual({ field, detail: expect.stringMatching(detail) });
    });

    it('an error before the first byte of a stream', async () => {
      const headers = { Accept: 'application/json' };
      const response = await fetch(`${url}/api/users/event`, { headers });
      expect(response.status).toBe(406);
      expect(await problemCode(response)).toBe('not-acceptable');
    });

    it.each([
      ['what is not HTTP', 'NONSENSE\r\n\r\n', 400],
      ['headers that are too large', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ])('%s', async (_, bytes, status) => {
      const answer = await rawExchange(application.port, bytes);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      const body = JSON.parse(answer.split('\r\n\r\n')[1]!) as object;
      expect(body).toMatchObject({
        status,
        type: expect.stringContaining('urn:carillon:problem:'),
      });
    });

    it('reveals no internals', async () => {
      const response = await post(`${url}/api/users`, '{');
      expect(JSON.stringify(await response.json())).not.toMatch(/node_modules|\.[jt]s\b|\\n +at /);
    });
  });

  it('answers OPTIONS with the methods of the address', async () => {
    const options = (path: string) => fetch(url + path, { method: 'OPTIONS' });
    expect((await options('/api/users/event')).headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect((await options('/api/events')).headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
    expect((await options('/api/users')).headers.get('allow')).toContain('POST');
  });

  it('has a request id: that of the client, or a new one', async () => {
    const own = await fetch(`${url}/api/users`, { headers: { 'X-Request-Id': 'my-id.1' } });
    expect(own.headers.get('x-request-id')).toBe('my-id.1');
    const made = await fetch(`${url}/api/users`, { headers: { 'X-Request-Id': 'not an id' } });
    expect(made.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    const problem = await problemOf(await post(`${url}/api/users`, '{', { 'X-Request-Id': 'p-1' }));
    expect(problem.requestId).toBe('p-1');
  });

  it('gets a response with security headers', async () => {
    const { headers } = await fetch(`${url}/api/users`);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is allowed from another origin only if CORS_ORIGINS lists it', async () => {
    const open = await startApplication({ CORS_ORIGINS: 'https://a.example, https://b.example' });
    const from = async (origin: string) =>
      (await fetch(`${open.url}/api/users`, { headers: { Origin: origin } })).headers;
    expect((await from('https://a.example')).get('access-control-allow-origin')).toBe(
      'https://a.example',
    );
    expect((await from('https://a.example')).get('access-control-expose-headers')).toContain(
      'Last-Event-ID',
    );
    expect((await from('https://c.example')).get('access-control-allow-origin')).toBeNull();
    await open.stop();
  });

  it('counts against the write limit of its address, which is reported and does not affect reads', async () => {
    const limited = await startApplication({ RATE_LIMIT_PER_MINUTE: '3', TRUST_PROXY: 'loopback' });
    const write = (address: string) =>
      post(`${limited.url}/api/users`, USER, { 'X-Forwarded-For': address });

    const first = await write('192.0.2.1');
    expect(first.headers.get('ratelimit-policy')).toBe('"writes";q=3;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"writes";r=2;t=\d+$/);
    await write('192.0.2.1');
    await write('192.0.2.1');
    const refused = await write('192.0.2.1');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit')).toMatch(/^"writes";r=0;t=\d+$/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemCode(refused)).toBe('too-many-requests');

    expect((await write('192.0.2.2')).status).toBe(201);
    expect((await fetch(`${limited.url}/api/users`)).status).toBe(200);
    expect(await listUsers(limited.url)).toHaveLength(4);
    await limited.stop();
  });

  it.each([
    ['plain', (body: Buffer) => ({ body })],
    [
      'compressed',
      (body: Buffer) => ({ body: gzipSync(body), headers: { 'Content-Encoding': 'gzip' } }),
    ],
  ])('counts as writes by the length of its body: %s', async (_, encoded) => {
    const limited = await startApplication({ RATE_LIMIT_PER_MINUTE: '10' });
    const remainingAfter = async (firstname: string): Promise<string> => {
      const { body, headers } = {
        headers: {},
        ...encoded(Buffer.from(JSON.stringify({ ...USER, firstname }))),
      };
      const { headers: answered } = await fetch(`${limited.url}/api/users`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
      });
      return /r=(\d+)/.exec(answered.get('ratelimit') ?? '')![1]!;
    };
    expect(await remainingAfter('John')).toBe('9');
    expect(await remainingAfter('鐘'.repeat(200))).toBe('6');
    await limited.stop();
  });

  it('counts against the read limit of its address, which closes excess streams and never affects health checks', async () => {
    const limited = await startApplication({ READ_LIMIT_PER_MINUTE: '4', TRUST_PROXY: 'loopback' });
    const read = (path: string, address = '192.0.2.1') =>
      fetch(limited.url + path, { headers: { 'X-Forwarded-For': address } });
    const first = await subscribe(limited.port, '/api/users/event', {
      headers: { 'X-Forwarded-For': '192.0.2.1' },
    });
    for (const path of ['/api/users', '/api/users?limit=1', '/api/users'])
      expect((await read(path)).status).toBe(200);

    const refused = await read('/api/users');
    expect([refused.status, await problemCode(refused)]).toEqual([429, 'too-many-requests']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const closed = await subscribe(limited.port, '/api/users/event', {
      headers: { 'X-Forwarded-For': '192.0.2.1' },
    });
    await closed.until(({ ended }) => ended, 2000);
    expect([closed.status, closed.events]).toEqual([200, []]);
    expect(first.ended).toBe(false);
    const retryIn = async (): Promise<number> => {
      const refusedStream = await subscribe(limited.port, '/api/users/event', {
        headers: { 'X-Forwarded-For': '192.0.2.1' },
      });
      await refusedStream.until(({ ended }) => ended, 2000);
      return Number(/^retry: (\d+)$/m.exec(refusedStream.body)![1]);
    };
    // Until the quota is full again, and each at another moment; attempts do not move that moment.
    const endsIn = 1000 * Number((await read('/api/users')).headers.get('retry-after'));
    const readAt = performance.now();
    const delays = await Promise.all(Array.from({ length: 8 }, retryIn));
    const passed = performance.now() - readAt;
    for (const delay of delays) {
      expect(delay).toBeGreaterThanOrEqual(endsIn - 1000 - passed);
      expect(delay).toBeLessThanOrEqual(endsIn + 10_000);
    }
    expect(new Set(delays).size).toBeGreaterThan(1);

    expect((await read('/health/live')).status).toBe(200);
    expect((await read('/api/users', '192.0.2.2')).status).toBe(200);
    const headers = { 'X-Forwarded-For': '192.0.2.1' };
    expect((await post(`${limited.url}/api/users`, USER, headers)).status).toBe(201);
    await first.close();
    await limited.stop();
  });

  it('counts as reads by the requested number of items', async () => {
    const limited = await startApplication({ READ_LIMIT_PER_MINUTE: '12' });
    const statuses: number[] = [];
    for (const path of ['/api/users?limit=1000', '/api/users?limit=150', '/api/users'])
      statuses.push((await fetch(limited.url + path)).status);
    expect(statuses).toEqual([200, 200, 429]);
    await limited.stop();
  });

  it('counts as reads by the length of its response, compressed or not', async () => {
    const limited = await startApplication({ READ_LIMIT_PER_MINUTE: '24' });
    const ada = await Person.signUp(limited.url, 'ada');
    const room = await ada.makes('Novel');
    for (let n = 0; n < 10; n++) await ada.says(room, '鐘'.repeat(8000)); // 24,000 bytes each
    const read = async () => (await ada.send('GET', `/api/rooms/${room.id}/messages`)).status;
    // 240 kB are eight reads.
    expect([await read(), await read(), await read(), await read()]).toEqual([200, 200, 200, 429]);
    const refused = await ada.send('GET', '/api/me/rooms');
    expect((await problemOf(refused)).detail).toContain('32768 bytes');
    await limited.stop();
  });

  it('has the address in X-Forwarded-For only if TRUST_PROXY trusts the proxy', async () => {
    const limited = await startApplication({ RATE_LIMIT_PER_MINUTE: '1' });
    const write = (address: string) =>
      post(`${limited.url}/api/users`, USER, { 'X-Forwarded-For': address });
    expect((await write('192.0.2.1')).status).toBe(201);
    expect((await write('192.0.2.2')).status).toBe(429);
    await limited.stop();
  });

  it('to /health/ready succeeds while the database responds, and says what is wrong otherwise', async () => {
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'ok' });

    const database = application.app.get(Database, { strict: false });
    const ping = jest.spyOn(database, 'ping').mockRejectedValue(new DatabaseUnavailable('gone'));
    const unready = await fetch(`${url}/health/ready`);
    ping.mockRestore();
    expect(unready.status).toBe(503);
    expect(await problemOf(unready)).toMatchObject({
      detail: 'database: does not respond.',
      checks: { database: { status: 'down' }, process: { status: 'up' } },
    });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });

  it('finds a user that another program has inserted into the database', async () => {
    const { default: Sqlite } = await import('better-sqlite3');
    const other = new Sqlite(application.database);
    const user = await createUser(url, 'Theirs');
    other.prepare('UPDATE users SET lastname = ? WHERE id = ?').run('Changed', user.id);
    other.close();
    expect(await (await fetch(`${url}/api/users/${user.id}`)).json()).toMatchObject({
      lastname: 'Changed',
    });
  });
});
