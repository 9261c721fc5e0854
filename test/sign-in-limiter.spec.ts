import { waitOf, withFailure, withoutFailure } from '../src/accounts/sign-in-delays.js';
import { SignInLimiter } from '../src/accounts/sign-in-limiter.js';
import { Database } from '../src/database/database.js';
import { UnitOfWork } from '../src/database/unit-of-work.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { until } from './support/hopper.js';
import { PASSWORD, Person, send } from './support/people.js';
import { problemCode, problemOf } from './support/requests.js';

const HOME = '192.0.2.1';
const AWAY = '198.51.100.7';

/** A network of its own for each number. */
const stranger = (n: number): string => `2001:db8:0:${n.toString(16)}::1`;

const signIn = (
  url: string,
  username: string,
  password: string,
  address: string,
  headers: Record<string, string> = {},
): Promise<Response> =>
  send(
    url,
    'POST',
    '/api/session',
    { username, password },
    { 'X-Forwarded-For': address, ...headers },
  );

const deviceCookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith('carillon_device='))!
    .split(';')[0]!;

const inDatabase = ({ app }: RunningApplication) => ({
  /** Ends all delays, as time would. */
  skipDelays: (): Promise<unknown> =>
    app.get(UnitOfWork, { strict: false }).run(({ db }) =>
      db
        .updateTable('sign_in_failures')
        .set({ blocked_until: new Date(0).toISOString() })
        .execute(),
    ),
  failures: () =>
    app.get(Database, { strict: false }).read.selectFrom('sign_in_failures').selectAll().execute(),
  sources: () =>
    app.get(Database, { strict: false }).read.selectFrom('sign_in_sources').selectAll().execute(),
});

describe.each(ENGINES)('sign-ins that fail on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let applications: [RunningApplication, RunningApplication];
  let url: string;

  const startOne = (DATABASE_URL: string) =>
    startApplication({ DATABASE_URL, SIGN_IN_ATTEMPTS: '2', TRUST_PROXY: '1' });

  beforeAll(async () => {
    engine = await start();
    const database = await engine.createDatabase();
    applications = [await startOne(database), await startOne(database)];
    url = applications[0].url;
    for (const username of ['ada', 'bob', 'eve'])
      await send(url, 'POST', '/api/accounts', { username, password: PASSWORD });
  });
  afterAll(async () => {
    for (const application of applications) await application.stop();
    await engine.stop();
  });

  /** Guesses until the delay is long enough not to end during a test, wherever it runs. */
  async function guessUntilDelayed(username: string, addressOf: (n: number) => string) {
    for (let n = 1; ; n++) {
      const answer = await signIn(url, username, 'a wrong guess', addressOf(n));
      if (answer.status === 429 && Number(answer.headers.get('retry-after')) > 15) return answer;
      if (answer.status === 429) await inDatabase(applications[0]).skipDelays();
      if (n > 200) throw new Error('No attempt was refused.');
    }
  }

  it('are delayed from one network, all processes counting together, and no other network is', async () => {
    const refused = await guessUntilDelayed('bob', () => AWAY);
    expect(await problemCode(refused)).toBe('too-many-requests');
    for (const { url: process } of applications) {
      const answer = await signIn(process, 'bob', PASSWORD, AWAY);
      const blocked = await inDatabase(applications[0]).failures();
      const until = Math.max(...blocked.map(({ blocked_until }) => Date.parse(blocked_until)));
      expect(answer.status).toBe(429);
      const wait = (until - Date.now()) / 1000;
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(Math.floor(wait));
      expect((await signIn(process, 'bob', PASSWORD, HOME)).status).toBe(201);
    }
  });

  it('are delayed for an unknown username as for a known one, those at once included', async () => {
    for (const username of ['eve', 'nobody']) {
      const guesses = Array.from({ length: 12 }, () =>
        signIn(url, username, 'a guess', stranger(1)),
      );
      const statuses = (await Promise.all(guesses)).map(({ status }) => status);
      const tried = statuses.filter((status) => status === 401).length;
      // The two that are free, and one for each delay that ended meanwhile.
      expect(tried).toBeGreaterThanOrEqual(2);
      expect(tried).toBeLessThan(8);
      expect(statuses.filter((status) => status === 429)).toHaveLength(12 - tried);
    }
  });

  it('do not lock out the owner, from a network or with a device that they signed in with before', async () => {
    const before = await signIn(url, 'ada', PASSWORD, HOME);
    expect(before.status).toBe(201);
    await guessUntilDelayed('ada', (n) => stranger(1000 + n));
    expect((await signIn(url, 'ada', PASSWORD, HOME)).status).toBe(201);
    expect((await signIn(url, 'ada', PASSWORD, AWAY)).status).toBe(429);
    const Cookie = deviceCookieOf(before);
    expect((await signIn(url, 'ada', PASSWORD, AWAY, { Cookie })).status).toBe(201);
    // The device has made the network known.
    expect((await signIn(url, 'ada', PASSWORD, AWAY)).status).toBe(201);
    // A cookie that was made up opens nothing.
    const forged = { Cookie: 'carillon_device=AAAAAAAAAAAAAAAAAAAAAA' };
    expect((await signIn(url, 'ada', PASSWORD, stranger(9999), forged)).status).toBe(429);
    // Nor does the device of somebody else.
    const other = { Cookie: deviceCookieOf(await signIn(url, 'bob', PASSWORD, HOME)) };
    expect((await signIn(url, 'ada', PASSWORD, stranger(9998), other)).status).toBe(429);
  });

  it('are delayed for a network, whichever accounts it tries', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 22; n++)
      statuses.push((await signIn(url, `guess-${n}`, 'a guess', stranger(2))).status);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401));
    expect(statuses.at(-1)).toBe(429);
  });

  it('leave neither usernames nor addresses in clear', async () => {
    const { failures, sources } = inDatabase(applications[0]);
    const stored = JSON.stringify([await failures(), await sources()]);
    expect(stored).not.toMatch(/bob|nobody|guess|192\.0\.2|198\.51|2001:db8/);
  });

  it('are forgotten in the end, and never more than a bound are kept', async () => {
    const limiter = applications[0].app.get(SignInLimiter, { strict: false });
    const { failures } = inDatabase(applications[0]);
    expect((await failures()).length).toBeGreaterThan(10);
    await limiter.trim(10);
    const kept = await failures();
    expect(kept).toHaveLength(10);
    await applications[0].app.get(UnitOfWork, { strict: false }).run(({ db }) =>
      db
        .updateTable('sign_in_failures')
        .set({ forgotten_at: new Date(0).toISOString() })
        .where('key', '<>', kept[0]!.key)
        .execute(),
    );
    await limiter.trim();
    expect(await failures()).toEqual([kept[0]]);
  });
});

describe('the delays of sign-ins', () => {
  const policy = { free: 3, first: 1000, longest: 8000, forgetsEvery: 60_000 };
  const after = (failures: number, now = 0) =>
    Array.from({ length: failures }).reduce<ReturnType<typeof withFailure> | undefined>(
      (counted) => withFailure(counted, policy, now),
      undefined,
    );

  it('double from the last free failure on, up to the longest', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => waitOf(after(failures), policy, 0));
    expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('end exactly when they say', () => {
    expect(waitOf(after(4), policy, 1999)).toBe(1);
    expect(waitOf(after(4), policy, 2000)).toBe(0);
  });

  it('forget failures one after the other, also those that were the most', () => {
    expect(waitOf(withFailure(after(4), policy, 60_000), policy, 60_000)).toBe(2000);
    expect(waitOf(withFailure(after(4), policy, 180_000), policy, 180_000)).toBe(0);
    expect(waitOf(withFailure(after(500), policy, 360_000), policy, 360_000)).toBe(0);
  });

  it('take a failure back that was none', () => {
    const counted = withoutFailure(after(3)!, policy);
    expect(waitOf(counted, policy, 0)).toBe(0);
    expect(waitOf(withFailure(counted, policy, 0), policy, 0)).toBe(1000);
  });

  it('are not longer than the longest when the clock was set back', () => {
    expect(waitOf(after(6, 86_400_000), policy, 0)).toBe(0);
    expect(waitOf(withFailure(after(6, 86_400_000), policy, 0), policy, 0)).toBe(8000);
  });
});

describe('sign-ins that succeed', () => {
  it('cost their network a hash, too, and no other person in it', async () => {
    const application = await startApplication({ SIGN_IN_ATTEMPTS: '1' });
    const { url } = application;
    await Person.signUp(url, 'ada');
    await Person.signUp(url, 'bob');
    const attempt = (username: string) => signIn(url, username, PASSWORD, HOME);
    const statuses: number[] = [];
    for (let n = 0; n < 13; n++) statuses.push((await attempt('ada')).status);
    expect(statuses).toEqual([...Array.from({ length: 12 }, () => 201), 429]);
    expect((await attempt('bob')).status).toBe(201);
    await application.stop();
  });
});

describe('sign-ups', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication({ SIGN_IN_ATTEMPTS: '1', TRUST_PROXY: '1' });
  });
  afterAll(() => application.stop());

  const signUp = (username: string, address: string): Promise<Response> => {
    const account = { username, password: PASSWORD };
    return send(application.url, 'POST', '/api/accounts', account, { 'X-Forwarded-For': address });
  };

  it('are limited for each network, and the refusal says to how many', async () => {
    for (let n = 0; n < 10; n++) expect((await signUp(`guest-${n}`, AWAY)).status).toBe(201);
    const refused = await signUp('guest-10', AWAY);
    const { status, detail } = await problemOf(refused);
    expect([status, detail]).toEqual([
      429,
      expect.stringMatching(/sign up 10 times in 15 minutes/),
    ]);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(60);
    expect((await signUp('guest-10', stranger(1))).status).toBe(201);
  });

  it('wait a minute at most for the sign-ins of their network, and the refusal says so', async () => {
    const guesses = Array.from({ length: 12 }, (_, n) =>
      signIn(application.url, `nobody-${n}`, 'a guess', HOME),
    );
    await Promise.all(guesses);
    const refused = await signUp('newcomer', HOME);
    const { status, detail } = await problemOf(refused);
    expect([status, detail]).toEqual([
      429,
      expect.stringMatching(/sign in and sign up 12 times a minute, failed attempts included/),
    ]);
    expect(Number(refused.headers.get('Retry-After'))).toBeLessThanOrEqual(60);
    expect((await signUp('newcomer', stranger(2))).status).toBe(201);
  });
});

describe('a crowd that signs in at once', () => {
  let application: RunningApplication;
  const others = Array.from({ length: 10 }, (_, n) => `other-${n}`);

  beforeAll(async () => {
    application = await startApplication({ SIGN_IN_ATTEMPTS: '0', TRUST_PROXY: '1' });
    const accounts = ['ada', ...others].map((username) =>
      send(application.url, 'POST', '/api/accounts', { username, password: PASSWORD }),
    );
    await Promise.all(accounts);
  });
  afterAll(() => application.stop());

  it('is served as far as it goes, told to come back beyond that, and holds up nobody else', async () => {
    const { url } = application;
    const crowd = Array.from({ length: 85 }, () => signIn(url, 'ada', PASSWORD, AWAY));
    const honest = others.map((username, n) => signIn(url, username, PASSWORD, stranger(n)));
    await send(url, 'POST', '/api/users', { firstname: 'By', lastname: 'THE WAY' });
    const statuses = (await Promise.all(honest)).map(({ status }) => status);
    expect(statuses).toEqual(others.map(() => 201));
    const answers = await Promise.all(crowd);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(85 - refused.length);
    expect(refused[0]!.headers.get('retry-after')).toBe('2');
  });
});

describe('a crowd of strangers, each from a network of its own', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication({ TRUST_PROXY: '1' });
    const account = { username: 'ada', password: PASSWORD };
    await send(application.url, 'POST', '/api/accounts', account);
    expect((await signIn(application.url, 'ada', PASSWORD, HOME)).status).toBe(201);
  });
  afterAll(() => application.stop());

  it('takes no place in the queue from a user at a network that is known', async () => {
    const { url } = application;
    let isOver = false;
    let refused = 0;
    const floods = Array.from({ length: 90 }, async (_, n) => {
      while (!isOver)
        if ((await signIn(url, `nobody-${n}`, 'a guess', stranger(n))).status === 503) refused++;
    });
    await until(async () => refused > 0);
    const statuses: number[] = [];
    for (let n = 0; n < 8; n++) statuses.push((await signIn(url, 'ada', PASSWORD, HOME)).status);
    isOver = true;
    await Promise.all(floods);
    expect(statuses).toEqual(Array.from({ length: 8 }, () => 201));
  });
});
