import { createHook } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type RunningApplication, startApplication } from './support/application.js';
import { exchange } from './support/exchange.js';
import { Person } from './support/people.js';
import { createUser } from './support/requests.js';

const DECODE = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (body: Buffer) => body,
} as const;
const CODINGS = ['br', 'gzip', 'identity'] as const;

describe('compression', () => {
  let application: RunningApplication;
  let url: string;
  let ada: Person;

  beforeAll(async () => {
    application = await startApplication();
    url = application.url;
    ada = await Person.signUp(url, 'ada');
    await Promise.all(Array.from({ length: 50 }, (_, n) => createUser(url, `User ${n}`)));
  });
  afterAll(() => application.stop());

  const codings = (...accepted: string[]) => ({ 'Accept-Encoding': accepted.join(', ') });

  describe.each([
    '/api/users',
    '/api/openapi.json',
    '/api/openapi-3.1.json',
    '/api/docs',
    '/api/docs/',
    '/api/docs/index.html',
    '/api/docs/swagger-ui-init.js',
    '/api/docs/docs/swagger-ui-init.js',
    '/api/docs/swagger-ui.css',
    '/api/docs/swagger-ui-bundle.js',
    '/api/asyncapi.json',
  ])('of %s', (path) => {
    it.each(CODINGS)('to %s preserves the content', async (coding) => {
      const plain = await exchange(url + path);
      expect(plain.headers['content-encoding']).toBeUndefined();
      const coded = await exchange(url + path, codings(coding));
      const sent = coded.headers['content-encoding'] ?? 'identity';
      expect([coded.status, sent]).toEqual([200, coding]);
      expect(DECODE[coding](coded.body).equals(plain.body)).toBe(true);
      expect(Number(coded.headers['content-length'])).toBe(coded.body.length);
      if (coding !== 'identity') expect(coded.body.length).toBeLessThan(plain.body.length / 2);
      for (const { headers } of [plain, coded]) {
        expect(headers.vary).toContain('Accept-Encoding');
        expect(headers['cache-control']).toContain('no-transform');
        expect(headers['content-type']).toBe(plain.headers['content-type']);
      }
    });

    it('gives each coding its own strong tag, which gets 304 only for that coding', async () => {
      const tags = new Map<string, string>();
      for (const coding of CODINGS) {
        const { headers } = await exchange(url + path, codings(coding, 'identity;q=0.1'));
        tags.set(coding, headers.etag!);
        expect(headers.etag).toMatch(/^"[^"]+"$/);
      }
      expect(new Set(tags.values()).size).toBe(3);
      for (const coding of CODINGS)
        for (const [other, tag] of tags) {
          const headers = { ...codings(coding, 'identity;q=0.1'), 'If-None-Match': tag };
          const answer = await exchange(url + path, headers);
          expect([coding, other, answer.status]).toEqual([
            coding,
            other,
            coding === other ? 304 : 200,
          ]);
          expect(answer.headers.etag).toBe(tags.get(coding));
        }
    });

    it.each(CODINGS)('to %s gives HEAD the same headers as GET', async (coding) => {
      const [get, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) => exchange(url + path, codings(coding), method)),
      );
      expect(head!.body).toHaveLength(0);
      const without = ({ headers }: typeof head & {}) => ({
        ...headers,
        date: undefined,
        'x-request-id': undefined,
      });
      expect(without(head!)).toEqual(without(get!));
    });
  });

  it('skips short responses, unless the client refuses uncompressed ones', async () => {
    const { id } = await createUser(url, 'Short');
    const path = `${url}/api/users/${id}`;
    const short = await exchange(path, codings('br'));
    expect(short.headers['content-encoding']).toBeUndefined();
    expect(short.headers.vary).toContain('Accept-Encoding');
    const coded = await exchange(path, codings('br', 'identity;q=0'));
    expect(coded.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(coded.body).equals(short.body)).toBe(true);
  });

  it('gets 406 if the client accepts no available coding, not even identity', async () => {
    const refused = await exchange(`${url}/api/users`, codings('zstd', '*;q=0'));
    expect(refused.status).toBe(406);
    expect(refused.body.toString()).toContain('br, gzip, identity');
  });

  it('never touches event streams', async () => {
    for (const path of ['/api/users/event', '/api/events']) {
      const subscriber = await ada.listens(path, codings('br', 'gzip'));
      expect(subscriber.head).not.toMatch(/content-encoding/i);
      expect(subscriber.head).toMatch(/^cache-control: .*no-transform/im);
      await subscriber.close();
    }
  });

  it('applies only to reads, because responses to writes can contain tokens', async () => {
    const room = await ada.makes('Long');
    const text = 'long '.repeat(800);
    const path = `${url}/api/rooms/${room.id}/messages`;
    const headers = { ...ada.bearer, ...codings('br') };
    const answer = await exchange(path, headers, 'POST', {
      clientId: randomUUID(),
      text,
    });
    expect(answer.status).toBe(201);
    expect(answer.body.length).toBeGreaterThan(4000);
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['cache-control']).toContain('no-transform');
    // The same tag, so that the next If-Match is good whatever the coding.
    const read = await exchange(url + answer.headers.location!, headers);
    expect(read.headers['content-encoding']).toBe('br');
    expect(read.headers.etag).toBe(answer.headers.etag!.replace(/"$/, '-br"'));
  });

  it('does not apply to the export of personal data', async () => {
    const headers = { ...ada.bearer, ...codings('br', 'gzip') };
    const { status, headers: got } = await exchange(`${url}/api/me/export`, headers);
    expect([status, got['content-encoding']]).toEqual([200, undefined]);
  });

  it('happens once for the files of Swagger UI, which have no quota', async () => {
    let compressions = 0;
    const hook = createHook({ init: (_, type) => void (type === 'ZLIB' && compressions++) });
    const path = `${url}/api/docs/swagger-ui-standalone-preset.js`;
    hook.enable();
    await exchange(path, codings('br'));
    const first = compressions;
    for (let n = 0; n < 20; n++) await exchange(path, codings('br'));
    hook.disable();
    expect([first, compressions]).toEqual([1, 1]);
  });

  it('continues when clients disconnect before their responses are compressed', async () => {
    const server = application.app.getHttpServer();
    const leave = ({ socket }: IncomingMessage) => setImmediate(() => socket.destroy());
    server.on('request', leave);
    const asked = Array.from({ length: 20 }, () => exchange(`${url}/api/users`, codings('br')));
    const ends = await Promise.allSettled(asked);
    server.off('request', leave);
    expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 'rejected'));
    expect((await exchange(`${url}/api/users`, codings('br'))).status).toBe(200);
  });
});
