import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { rawExchange } from './support/raw-exchange.js';
import { listUsers, post, problemCode } from './support/requests.js';

const USER = { firstname: 'John', lastname: 'DOE' };

describe.each(ENGINES)('a POST with an Idempotency-Key on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let url: string;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
    url = application.url;
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const once = (key: string, body: object = USER, path = '/api/users') =>
    post(url + path, body, { 'Idempotency-Key': key });
  const named = async (firstname: string) =>
    (await listUsers(url, '?limit=1000')).filter((user) => user.firstname === firstname);

  it('is carried out once, and a repeat gets the first answer', async () => {
    const body = { firstname: 'Once', lastname: 'Only' };
    const first = await once('key-1', body);
    const repeat = await once('key-1', body);

    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(repeat.status).toBe(201);
    expect(repeat.headers.get('idempotency-replayed')).toBe('true');
    expect(await repeat.text()).toBe(await first.text());
    for (const header of ['location', 'etag'])
      expect(repeat.headers.get(header)).toBe(first.headers.get(header));
    expect(await named('Once')).toHaveLength(1);
  });

  it('means the same with the quotes of the draft and without', async () => {
    await once('"quoted"', { firstname: 'Quoted', lastname: 'x' });
    await once('quoted', { firstname: 'Quoted', lastname: 'x' });
    expect(await named('Quoted')).toHaveLength(1);
  });

  it('repeats an answer without a body, too', async () => {
    const headers = { 'Idempotency-Key': 'minimal', Prefer: 'return=minimal' };
    const answers = [
      await post(`${url}/api/users`, USER, headers),
      await post(`${url}/api/users`, USER, headers),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(await answers[1]!.text()).toBe('');
    expect(answers[1]!.headers.get('location')).toBe(answers[0]!.headers.get('location'));
  });

  it('means the same however the address is written', async () => {
    const body = { firstname: 'Address', lastname: 'x' };
    for (const path of ['/api/users', '/api/users/', '/API/users'])
      await once('address', body, path);
    expect(await named('Address')).toHaveLength(1);
  });

  it('answers 422 when the key comes back with another body', async () => {
    await once('key-2', { firstname: 'First', lastname: 'x' });
    const other = await once('key-2', { firstname: 'Second', lastname: 'x' });
    expect(other.status).toBe(422);
    expect(await problemCode(other)).toBe('idempotency-key-reused');
    expect(await named('Second')).toHaveLength(0);
  });

  it('makes one user of twenty requests at once: each is answered with it, or with 409', async () => {
    const body = { firstname: 'Twenty', lastname: 'x' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => once('key-3', body)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].every((status) => status === 201 || status === 409)).toBe(true);
    expect(statuses).toContain(201);
    expect(await named('Twenty')).toHaveLength(1);
  });

  it('may be used again after an answer that was an error', async () => {
    expect((await once('key-4', { firstname: 'x' })).status).toBe(422);
    expect((await once('key-4', { firstname: 'Retried', lastname: 'x' })).status).toBe(201);
  });

  it.each(['', 'a b', 'ü'.repeat(3), 'x'.repeat(256)])('refuses the key "%s"', async (key) => {
    const answer = await rawExchange(
      application.port,
      `POST /api/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: ${key}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 35\r\n\r\n{"firstname":"Key","lastname":"Key"}'.slice(
          0,
          -1,
        ) +
        '}',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});
