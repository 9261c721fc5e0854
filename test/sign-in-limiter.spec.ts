import { Database, type Schema, UnitOfWork } from '@carillon/nestjs';
import type { Kysely } from 'kysely';
import { SignInLimiter } from '../src/accounts/sign-in-limiter.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { useCheapHashes } from './support/cheap-hashes.js';
import { countsOfEach, greatestStep } from './support/counts.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { PASSWORD, send } from './support/people.js';
import { problemCode, problemOf } from './support/requests.js';
import { until } from './support/wait.js';

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

/** Starts an application that limits sign-ins, and delays refusals only briefly. */
async function startLimited(settings: Record<string, string> = {}): Promise<RunningApplication> {
  const limits = { SIGN_IN_ATTEMPTS: '1', TRUST_PROXY: '1' };
  const application = await startApplication({ ...limits, ...settings });
  application.app.get(SignInLimiter, { strict: false }).refusalDelay = 5;
  return application;
}

const countSources = async (db: Kysely<Schema>): Promise<number> =>
  (await db.selectFrom('sign_in_sources').select('source').execute()).length;

const inDatabase = ({ app }: RunningApplication) => ({
  /** Makes delays that have begun last until the end of a test, wherever it runs. */
  lengthenDelays: (): Promise<unknown> =>
    app.get(UnitOfWork, { strict: false }).run(({ db }) =>
      db
        .updateTable('sign_in_failures')
        .set({ blocked_until: new Date(Date.now() + 60_000).toISOString() })
        .where('blocked_until', '>', new Date().toISOString())
        .execute(),
    ),
  failures: () =>
    app.get(Database, { strict: false }).read.selectFrom('sign_in_failures').selectAll().execute(),
  sources: () =>
    app.get(Database, { strict: false }).read.selectFrom('sign_in_sources').selectAll().execute(),
});

describe.each(ENGINES)('failed sign-ins on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let applications: [RunningApplication, RunningApplication];
  let url: string;

  beforeAll(async () => {
    engine = await start();
    const DATABASE_URL = await engine.createDatabase();
    applications = [await startLimited({ DATABASE_URL }), await startLimited({ DATABASE_URL })];
    url = applications[0].url;
    for (const username of ['ada', 'bob', 'eve'])
      await send(url, 'POST', '/api/accounts', { username, password: PASSWORD });
  });
  afterAll(async () => {
    for (const application of applications) await application.stop();
    await engine.stop();
  });

  /** Guesses until an attempt is delayed. */
  async function guessUntilDelayed(username: string, addressOf: (n: number) => string) {
    for (let n = 1; ; n++) {
      const answer = await signIn(url, username, 'a wrong guess', addressOf(n));
      if (answer.status === 429 && Number(answer.headers.get('retry-after')) > 15) return answer;
      if (answer.status === 429) await inDatabase(applications[0]).lengthenDelays();
      if (n > 200) throw new Error('No attempt was refused.');
    }
  }

  it('are delayed for one network, counted by all processes together, and for no other network', async () => {
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

  it('are delayed for unknown usernames as for known ones, including concurrent attempts', async () => {
    for (const [n, username] of ['eve', 'nobody'].entries()) {
      const guesses = Array.from({ length: 12 }, () =>
        signIn(url, username, 'a guess', stranger(100 + n)),
      );
      const statuses = (await Promise.all(guesses)).map(({ status }) => status);
      const tried = statuses.filter((status) => status === 401).length;
      // The one that is free, and one for each delay that ended meanwhile.
      expect(tried).toBeGreaterThanOrEqual(1);
      expect(tried).toBeLessThan(8);
      expect(statuses.filter((status) => status === 429)).toHaveLength(12 - tried);
    }
  });

  it('do not lock out the owner on a known network or device', async () => {
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
    for (let n = 0; n < 12; n++)
      statuses.push((await signIn(url, `guess-${n}`, 'a guess', stranger(2))).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(statuses.at(-1)).toBe(429);
  });

  it('store neither usernames nor addresses in clear text', async () => {
    const { failures, sources } = inDatabase(applications[0]);
    const stored = JSON.stringify([await failures(), await sources()]);
    expect(stored).not.toMatch(/bob|nobody|guess|192\.0\.2|198\.51|2001:db8/);
  });

  it('are deleted eventually, and their number is limited', async () => {
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

  it('forget the sources that nobody has used for 90 days, 500 in a transaction', async () => {
    const { app } = applications[0];
    const [work, limiter] = [
      app.get(UnitOfWork, { strict: false }),
      app.get(SignInLimiter, { strict: false }),
    ];
    const { sources } = inDatabase(applications[0]);
    const known = await sources();
    const { read } = app.get(Database, { strict: false });
    const [ada] = await read
      .selectFrom('users')
      .select('id')
      .where('username', '=', 'ada')
      .execute();
    const rows = Array.from({ length: 501 }, (_, n) => ({
      user_id: ada!.id,
      source: `old ${n}`,
      last_used_at: new Date(n).toISOString(),
    }));
    await work.run(({ db }) => db.insertInto('sign_in_sources').values(rows).execute());
    const counts = await countsOfEach(work, countSources, () => limiter.trim());
    expect(greatestStep(counts)).toBe(500);
    expect(await sources()).toEqual(known);
  });
});

describe('in one application', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startLimited();
  });
  afterAll(() => application.stop());

  const signUp = (username: string, address: string): Promise<Response> => {
    const account = { username, password: PASSWORD };
    return send(application.url, 'POST', '/api/accounts', account, { 'X-Forwarded-For': address });
  };

  it('sign-ups are limited per network, and the refusal states the limit', async () => {
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

  it('sign-ups wait at most a minute for the sign-ins of their network, and the refusal says so', async () => {
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

  it('successful sign-ins count against the hash limit of their network, but not against other users in it', async () => {
    const network = stranger(3);
    const attempt = (username: string) => signIn(application.url, username, PASSWORD, network);
    for (const username of ['ada', 'bob']) {
      expect((await signUp(username, network)).status).toBe(201);
      expect((await attempt(username)).status).toBe(201);
    }
    const statuses: number[] = [];
    for (let n = 0; n < 13; n++) statuses.push((await attempt('ada')).status);
    expect(statuses).toEqual([...Array.from({ length: 12 }, () => 201), 429]);
    expect((await attempt('bob')).status).toBe(201);
  });
});

describe('a crowd that signs in at the same time', () => {
  let application: RunningApplication;
  const others = Array.from({ length: 10 }, (_, n) => `other-${n}`);

  beforeAll(async () => {
    useCheapHashes(40);
    application = await startApplication({ SIGN_IN_ATTEMPTS: '1000', TRUST_PROXY: '1' });
    const accounts = ['ada', ...others].map((username) =>
      send(application.url, 'POST', '/api/accounts', { username, password: PASSWORD }),
    );
    await Promise.all(accounts);
  });
  afterAll(() => application.stop());

  it('is served up to the limit, gets Retry-After above it, and delays no other request', async () => {
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

  it('of unknown clients, each on a network of its own, takes no place in the queue from a user on a known network', async () => {
    const { url } = application;
    expect((await signIn(url, 'ada', PASSWORD, HOME)).status).toBe(201);
    // So slow that those who were refused come back sooner than places in the queue become free: it stays full.
    useCheapHashes(100);
    let isOver = false;
    let refused = 0;
    const floods = Array.from({ length: 90 }, async (_, n) => {
      while (!isOver)
        if ((await signIn(url, `nobody-${n}`, 'a guess', stranger(n))).status === 503) refused++;
    });
    await until(async () => refused > 0);
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) statuses.push((await signIn(url, 'ada', PASSWORD, HOME)).status);
    isOver = true;
    useCheapHashes();
    await Promise.all(floods);
    expect(statuses).toEqual(Array.from({ length: 4 }, () => 201));
  });
});
