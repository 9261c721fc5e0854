import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { type RunningApplication, startApplication } from './support/application.js';
import { type Exchange, exchange } from './support/exchange.js';

/** As `npm run build` made it. */
const FOLDER = join(import.meta.dirname, '..', 'dist', 'client');
const DECODE = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (body: Buffer) => body,
} as const;

/** Files with all that they import, directly or not. */
function withImports(names: readonly string[]): ReadonlySet<string> {
  const found = new Set(names);
  for (const name of found)
    for (const [, imported] of readFileSync(join(FOLDER, 'assets', name), 'utf8').matchAll(
      /(?:from|import)\s*"\.\/([^"]+\.js)"/g,
    ))
      found.add(imported!);
  return found;
}

describe('the files of the page', () => {
  let application: RunningApplication;
  let url: string;
  const assets = readdirSync(join(FOLDER, 'assets'));
  const originals = assets.filter((name) => !/\.(br|gz)$/.test(name));
  const named = (end: string) => originals.find((name) => name.endsWith(end))!;
  const script = `/assets/${named('.js')}`;
  const types: Record<string, string> = {
    js: 'text/javascript',
    css: 'text/css',
    svg: 'image/svg+xml',
    png: 'image/png',
    webmanifest: 'application/manifest+json',
  };

  beforeAll(async () => {
    application = await startApplication();
    url = application.url;
  });
  afterAll(() => application.stop());

  it('have digests in their names, but the HTML and the service worker', () => {
    const all = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
    const others = all.filter((name) => !/^assets([/\\].+-[\w-]{8}\.\w+(\.br|\.gz)?)?$/.test(name));
    const names = [
      'index.html',
      'service-worker.js',
      'service-worker.js.br',
      'service-worker.js.gz',
    ];
    expect(others.toSorted()).toEqual(names);
    expect(assets).toEqual(
      expect.arrayContaining(
        ['.js', '.css'].flatMap((end) => [`${named(end)}.br`, `${named(end)}.gz`]),
      ),
    );
  });

  it.each(originals)('%s is kept for ever, with its own type', async (name) => {
    const file = await exchange(`${url}/assets/${name}`);
    expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(file.headers['content-type']).toContain(types[name.split('.').at(-1)!]);
    expect(file.headers.vary).toContain('Accept-Encoding');
    expect(file.body.equals(readFileSync(join(FOLDER, 'assets', name)))).toBe(true);
  });

  it.each(['.js', '.css'])('%s comes as it was compressed by the build', async (end) => {
    const path = `/assets/${named(end)}`;
    const plain = await exchange(url + path);
    const tags = new Set([plain.headers.etag]);
    for (const [coding, ending] of [
      ['br', '.br'],
      ['gzip', '.gz'],
    ] as const) {
      const coded = await exchange(url + path, { 'Accept-Encoding': coding });
      expect(coded.body.equals(readFileSync(join(FOLDER, path) + ending))).toBe(true);
      expect(DECODE[coding](coded.body).equals(plain.body)).toBe(true);
      expect(coded.headers).toMatchObject({
        'content-encoding': coding,
        'content-type': plain.headers['content-type'],
        'content-length': String(coded.body.length),
        'cache-control': plain.headers['cache-control'],
        vary: plain.headers.vary,
      });
      tags.add(coded.headers.etag);
      const head = await exchange(url + path, { 'Accept-Encoding': coding }, 'HEAD');
      expect(head.body).toHaveLength(0);
      for (const name of ['etag', 'content-encoding', 'content-length', 'content-type'])
        expect(head.headers[name]).toBe(coded.headers[name]);
    }
    expect(tags.size).toBe(3);
  });

  it.each(['/', ...originals.map((name) => `/assets/${name}`)])(
    '%s comes in any coding that the client requires',
    async (path) => {
      const plain = await exchange(url + path);
      for (const [header, coding] of [
        ['identity;q=0, gzip', 'gzip'],
        ['gzip;q=0.001, *;q=0', 'gzip'],
        ['br, *;q=0', 'br'],
        ['identity;q=0, *', 'br'],
        ['identity;q=0.001, *;q=0', 'identity'],
        ['zstd', 'identity'],
      ] as const) {
        const coded = await exchange(url + path, { 'Accept-Encoding': header });
        const { 'content-encoding': sent = 'identity' } = coded.headers;
        expect([header, coded.status, sent]).toEqual([header, 200, coding]);
        expect(DECODE[coding](coded.body).equals(plain.body)).toBe(true);
        const asked = { 'Accept-Encoding': header, 'If-None-Match': coded.headers.etag! };
        expect((await exchange(url + path, asked)).status).toBe(304);
      }
      for (const header of [
        '*;q=0',
        'identity;q=0',
        'zstd, identity;q=0',
        'gzip;q=0, br;q=0, *;q=0',
      ])
        expect([
          header,
          (await exchange(url + path, { 'Accept-Encoding': header })).status,
        ]).toEqual([header, 406]);
    },
  );

  it.each(['/', '/index.html', script])('%s is answered with 304 to who has it', async (path) => {
    for (const coding of ['br', 'identity']) {
      const asked = { 'Accept-Encoding': coding, 'Cache-Control': 'no-cache' };
      const whole = await exchange(url + path, asked);
      const etag = whole.headers.etag!;
      expect([whole.status, etag]).toEqual([200, expect.stringMatching(/^"/)]);
      for (const method of ['GET', 'HEAD'])
        for (const tag of [etag, `W/${etag}`, `"x", ${etag}`]) {
          const same = await exchange(url + path, { ...asked, 'If-None-Match': tag }, method);
          expect([same.status, same.body.length]).toEqual([304, 0]);
          for (const name of ['etag', 'cache-control', 'vary'])
            expect(same.headers[name]).toBe(whole.headers[name]);
          expect(same.headers).not.toHaveProperty('content-encoding');
        }
    }
  });

  it('/ asks each time whether there is a new page', async () => {
    for (const path of ['/', '/index.html'])
      expect((await exchange(url + path)).headers['cache-control']).toBe('no-cache');
  });

  it.each(['//', '/%2F', '/index.html'])('%s is the same as /', async (path) => {
    const [{ headers, body }, same] = [await exchange(url), await exchange(url + path)];
    expect([same.headers.etag, same.headers.vary]).toEqual([headers.etag, headers.vary]);
    expect(same.body.equals(body)).toBe(true);
  });

  it('come whole, whatever range or date is asked for', async () => {
    const { headers, body } = await exchange(url + script);
    for (const condition of [
      {},
      { 'If-Range': headers.etag! },
      { 'If-Range': 'Fri, 01 Jan 2100 00:00:00 GMT' },
      { 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      { 'If-Modified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
    ]) {
      const answer = await exchange(url + script, { Range: 'bytes=0-9', ...condition });
      expect([answer.status, answer.body.length]).toEqual([200, body.length]);
      expect(answer.headers).not.toHaveProperty('last-modified');
    }
  });

  it('are checked against If-Match', async () => {
    const { etag } = (await exchange(url + script)).headers;
    expect((await exchange(url + script, { 'If-Match': etag! })).status).toBe(200);
    expect((await exchange(url + script, { 'If-Match': '"x"' })).status).toBe(412);
  });

  it('are not served as what the build compressed', async () => {
    for (const path of [
      `${script}.br`,
      `${script}.gz`,
      `${script}%2Ebr`,
      `/${script}.br`,
      `/assets/..${script}.gz`,
      '/assets/index.js',
      '/favicon.ico',
      '/assets/',
      '/assets',
      '/assets/%00',
      '/..%2f..%2fpackage.json',
      '/index.html.br',
    ]) {
      const answer = await exchange(url + path, { 'Accept-Encoding': 'br' });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.headers).not.toHaveProperty('content-encoding');
    }
  });

  it('are never so many that a browser waits for them', async () => {
    const sizes = await Promise.all(
      ['/', ...originals.map((name) => `/assets/${name}`)].map(
        async (path) => (await exchange(url + path, { 'Accept-Encoding': 'br' })).body.length,
      ),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(260_000);
  });

  describe.each([
    ['visitors', {}, 'Visitor-', 40_000],
    ['signed-in users', { Cookie: 'theme=dark; carillon_session=carillon_1' }, 'Member-', 90_000],
  ])('with the HTML for %s', (_, headers, prefix, budget) => {
    let html: Exchange;
    const scripts = () =>
      [...html.body.toString().matchAll(/"\/assets\/([^"]+\.js)"/g)].map(([, name]) => name!);

    beforeAll(async () => {
      html = await exchange(url, headers);
    });

    it('include every script that the page needs, and no other', () => {
      const entry = scripts().find((name) => name.startsWith('index-'))!;
      const script = originals.find((name) => name.startsWith(prefix))!;
      expect(scripts().toSorted()).toEqual([...withImports([entry, script])].toSorted());
    });

    it(`have less than ${budget / 1000} kB of scripts in gzip`, () => {
      const sizes = scripts().map(
        (name) => gzipSync(readFileSync(join(FOLDER, 'assets', name))).length,
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(budget);
    });

    it('are answered with 304 for its entity tag, but not on the request of another page', async () => {
      const { etag, vary } = html.headers;
      expect(vary!.split(', ')).toEqual(expect.arrayContaining(['Accept-Encoding', 'Cookie']));
      const other = 'Cookie' in headers ? {} : { Cookie: 'carillon_session=carillon_1' };
      const responses = await Promise.all(
        [headers, other].map((sent) => exchange(url, { ...sent, 'If-None-Match': etag! })),
      );
      expect(responses.map(({ status }) => status)).toEqual([304, 200]);
    });
  });
});
