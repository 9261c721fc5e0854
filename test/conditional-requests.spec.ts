import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { exchange } from './support/exchange.js';
import { Person } from './support/people.js';
import { createUser, patch, problemCode } from './support/requests.js';

describe.each(ENGINES)('a conditional request on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let url: string;
  let ada: Person;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
    url = application.url;
    ada = await Person.signUp(url, 'ada');
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const tagOf = async (path: string, headers = {}) =>
    (await exchange(url + path, headers)).headers.etag!;

  describe('to read', () => {
    it('gets 304 with fetch, which adds Cache-Control: no-cache', async () => {
      const { id } = await createUser(url, 'Fetched');
      const etag = (await fetch(`${url}/api/users/${id}`)).headers.get('etag')!;
      const again = await fetch(`${url}/api/users/${id}`, { headers: { 'If-None-Match': etag } });
      expect(again.status).toBe(304);
    });

    it.each([
      '/api/users',
      '/api/users?limit=1',
      '/api/me/rooms',
      '/api/session',
      '/api/rooms',
      '/api/openapi.json',
      '/api/openapi-3.1.json',
      '/api/docs',
    ])('%s gets 304 with the headers of the 200', async (path) => {
      const asked = { ...ada.bearer, 'Cache-Control': 'no-cache', 'Accept-Encoding': 'br' };
      for (const method of ['GET', 'HEAD']) {
        const whole = await exchange(url + path, asked, method);
        const tag = whole.headers.etag!;
        for (const named of [tag, `W/${tag}`, `"x", ,${tag}`, '*']) {
          const same = await exchange(url + path, { ...asked, 'If-None-Match': named }, method);
          expect([same.status, same.body.length]).toEqual([304, 0]);
          for (const name of ['etag', 'cache-control', 'vary', 'last-event-id', 'link'])
            expect([name, same.headers[name]]).toEqual([name, whole.headers[name]]);
          expect(same.headers).not.toHaveProperty('content-encoding');
        }
        const other = await exchange(url + path, { ...asked, 'If-None-Match': '"x"' }, method);
        expect(other.status).toBe(200);
      }
    });

    it('an unchanged list gets its current cursor with the 304', async () => {
      const { id } = await createUser(url, 'First');
      const list = `${url}/api/users?limit=1`;
      const { etag } = (await exchange(list)).headers;
      const later = await createUser(url, 'Later');
      const same = await exchange(list, { 'If-None-Match': etag! });
      expect(same.status).toBe(304);
      const next = await createUser(url, 'Next');
      const subscriber = await ada.listens('/api/users/event', {
        'Last-Event-ID': same.headers['last-event-id'] as string,
      });
      await subscriber.receives(1, 'update');
      expect(subscriber.of('update').map(({ data }) => (data as { id: string }).id)).toEqual([
        next.id,
      ]);
      expect([id, later.id]).not.toContain(next.id);
      await subscriber.close();
    });

    it('treats several If-None-Match headers as one list', async () => {
      const tag = await tagOf('/api/users');
      const named = await exchange(`${url}/api/users`, { 'If-None-Match': ['"x"', tag] });
      expect(named.status).toBe(304);
    });

    it('ignores an If-None-Match that is not a list of entity tags', async () => {
      const malformed = await exchange(`${url}/api/users`, { 'If-None-Match': 'x' });
      expect(malformed.status).toBe(200);
    });

    it('gets 412 unless If-Match contains the current tag', async () => {
      const { id } = await createUser(url, 'Matched');
      const path = `/api/users/${id}`;
      const tag = await tagOf(path);
      for (const named of ['*', tag, `"x",${tag}`])
        expect((await exchange(url + path, { 'If-Match': named })).status).toBe(200);
      const other = await exchange(url + path, { 'If-Match': '"x"' });
      expect([other.status, other.headers.etag]).toEqual([412, tag]);
      expect((await exchange(url + path, { 'If-Match': 'x' })).status).toBe(400);
    });

    it('ignores dates and If-Range, because there is no Last-Modified', async () => {
      const { id } = await createUser(url, 'Dated');
      for (const date of ['Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 01 Jan 2100 00:00:00 GMT', 'x'])
        for (const name of ['If-Modified-Since', 'If-Unmodified-Since', 'If-Range']) {
          const headers = { [name]: date, Range: 'bytes=0-1' };
          const { status, headers: got } = await exchange(`${url}/api/users/${id}`, headers);
          expect([name, date, status]).toEqual([name, date, 200]);
          expect(got).not.toHaveProperty('last-modified');
        }
    });
  });

  describe('to write', () => {
    const suffixed = ['gzip', 'br', 'zstd', 'deflate'].map((coding) => ({
      what: `a tag with -${coding}, as of Apache`,
      named: (tag: string) => tag.replace(/"$/, `-${coding}"`),
    }));
    it.each([
      { what: 'a list with empty elements', named: (tag: string) => `, ,"x",, ${tag} ,` },
      { what: 'a tag that nginx or HAProxy has made weak', named: (tag: string) => `W/${tag}` },
      ...suffixed,
      { what: 'any state', named: () => '*' },
    ])('is carried out if If-Match is $what', async ({ named }) => {
      const { id } = await createUser(url, 'Named');
      const path = `/api/users/${id}`;
      const change = await patch(
        url + path,
        { firstname: 'Changed' },
        { 'If-Match': named(await tagOf(path)) },
      );
      expect(change.status).toBe(200);
      const stale = named(await tagOf(path));
      await patch(url + path, { firstname: 'Changed again' });
      if (stale === '*') return;
      const refused = await patch(url + path, { firstname: 'x' }, { 'If-Match': stale });
      expect(await problemCode(refused)).toBe('precondition-failed');
    });

    it('gets 412 and changes nothing if If-None-Match contains the current tag', async () => {
      const { id } = await createUser(url, 'Excluded');
      const path = `/api/users/${id}`;
      const tag = await tagOf(path);
      for (const named of ['*', tag, `W/${tag}`])
        for (const method of ['PATCH', 'DELETE']) {
          const body = method === 'PATCH' ? { firstname: 'x' } : undefined;
          const refused = await exchange(url + path, { 'If-None-Match': named }, method, body);
          expect([refused.status, refused.headers.etag]).toEqual([412, tag]);
        }
      expect(await tagOf(path)).toBe(tag);
      const other = { 'If-None-Match': '"x"' };
      expect((await patch(url + path, { firstname: 'y' }, other)).status).toBe(200);
    });

    it('gets 400 if the list is malformed', async () => {
      const { id } = await createUser(url, 'Malformed');
      for (const name of ['If-Match', 'If-None-Match'])
        for (const value of ['x', '"x" "y"', '*, "x"', ',']) {
          const refused = await patch(`${url}/api/users/${id}`, {}, { [name]: value });
          expect([name, value, refused.status]).toEqual([name, value, 400]);
        }
    });

    it('gets 404 if the resource does not exist, whatever the header contains', async () => {
      const { id } = await createUser(url, 'Gone');
      await fetch(`${url}/api/users/${id}`, { method: 'DELETE' });
      for (const header of [{ 'If-Match': '*' }, { 'If-Match': '"x"' }, { 'If-None-Match': '*' }])
        expect((await patch(`${url}/api/users/${id}`, { firstname: 'x' }, header)).status).toBe(
          404,
        );
    });

    it('is refused and not carried out if the route does not check the precondition', async () => {
      const [before] = (await (await fetch(`${url}/api/users?order=desc&limit=1`)).json()) as [
        object,
      ];
      for (const header of [{ 'If-Match': '"x"' }, { 'If-None-Match': '*' }]) {
        const refused = await exchange(`${url}/api/users`, header, 'POST', {
          firstname: 'Not',
          lastname: 'made',
        });
        expect(refused.status).toBe(400);
        expect(refused.body.toString()).toContain(`does not support ${Object.keys(header)[0]}`);
      }
      expect(await (await fetch(`${url}/api/users?order=desc&limit=1`)).json()).toEqual([before]);
    });
  });
});

describe('the description of the API', () => {
  it('lists If-Match exactly for the writes that check it', async () => {
    const application = await startApplication();
    const document = (await (await fetch(`${application.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
    };
    const writes = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([method]) => method !== 'get')
        .map(([method, { parameters = [] }]) => ({ path, method, parameters })),
    );
    expect(writes.length).toBeGreaterThan(20);
    for (const { path, method, parameters } of writes) {
      const at = application.url + path.replaceAll(/\{\w+\}/g, 'none');
      const headers = { 'If-Match': '"x"' };
      const answer = await exchange(at, headers, method.toUpperCase());
      const isRefused = answer.body.toString().includes('does not support If-Match');
      const isDocumented = parameters.some(({ name }) => name === 'If-Match');
      expect([method, path, isRefused]).toEqual([method, path, !isDocumented]);
    }
    await application.stop();
  });
});
