import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { CompressingProxy, TAG_POLICIES } from './support/compressing-proxy.js';
import { createUser, patch } from './support/requests.js';

describe.each(TAG_POLICIES)('behind a compressing $name', (policy) => {
  let application: RunningApplication;
  let proxy: CompressingProxy;

  beforeAll(async () => {
    application = await startApplication();
    proxy = await CompressingProxy.start(application.url, policy);
  });
  afterAll(async () => {
    proxy.stop();
    await application.stop();
  });

  /** As a browser asks over TLS. */
  const headers = { 'Accept-Encoding': 'gzip, deflate, br, zstd' };
  const read = (path: string, more = {}) =>
    fetch(proxy.url + path, { headers: { ...headers, ...more } });

  it('a change with the tag that arrived is carried out, and one with an old tag is not', async () => {
    const { id } = await createUser(proxy.url, 'Behind');
    const path = `/api/users/${id}`;
    const response = await read(path);
    const etag = response.headers.get('etag')!;
    expect(response.headers.get('content-encoding')).toBe(policy.coding);
    expect(etag).toBe(policy.tag((await fetch(application.url + path)).headers.get('etag')!));

    const change = (firstname: string, tag: string) =>
      patch(proxy.url + path, { firstname }, { ...headers, 'If-Match': tag });
    const changed = await change('Once', etag);
    expect([changed.status, ((await changed.json()) as User).firstname]).toEqual([200, 'Once']);
    expect((await change('Stale', etag)).status).toBe(412);
    // The tag of the answer is good for the next change.
    expect((await change('Twice', changed.headers.get('etag')!)).status).toBe(200);
    expect(await (await read(path)).json()).toMatchObject({ firstname: 'Twice' });
  });

  it('what the client has already is not sent again', async () => {
    const { id } = await createUser(proxy.url, 'Cached');
    await Promise.all(Array.from({ length: 20 }, (_, n) => createUser(proxy.url, `Many ${n}`)));
    for (const path of [`/api/users/${id}`, '/api/users', '/api/openapi.json', '/']) {
      const response = await read(path);
      const etag = response.headers.get('etag')!;
      await response.text();
      const same = await read(path, { 'If-None-Match': etag });
      expect([path, same.status]).toEqual([path, 304]);
      // A cache may keep the tag of the 304 instead.
      const again = await read(path, { 'If-None-Match': same.headers.get('etag')! });
      expect([path, again.status]).toEqual([path, 304]);
    }
    const { headers: of304 } = await read(`/api/users/${id}`, { 'If-None-Match': '*' });
    const named = { ...headers, 'If-Match': of304.get('etag')! };
    const changed = await patch(`${proxy.url}/api/users/${id}`, { firstname: 'x' }, named);
    expect(changed.status).toBe(200);
  });

  it('responses say that they are not to be compressed', async () => {
    const created = await fetch(`${proxy.url}/api/users`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ firstname: 'No', lastname: 'Transform' }),
    });
    const changed = await patch(proxy.url + created.headers.get('location')!, { firstname: 'x' });
    for (const response of [created, changed, await read('/api/users')])
      expect(response.headers.get('cache-control')).toMatch(/\bno-transform\b/);
  });
});
