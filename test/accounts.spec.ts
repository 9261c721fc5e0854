import { Database, UnitOfWork } from '@carillon/nestjs';
import { jest } from '@jest/globals';
import { CommandBus } from '@nestjs/cqrs';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { OwnSession } from '../src/accounts/session.js';
import { StartSession } from '../src/accounts/start-session.js';
import { SessionEnded } from '../src/accounts/accounts.events.js';
import { ExpiredSessions } from '../src/accounts/expired-sessions.js';
import type { User } from '../src/users/user.js';
import { UserCreated } from '../src/users/users.events.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { CHEAP_HASHES } from './support/cheap-hashes.js';
import { withClockAhead } from './support/clock.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { temporaryFolder } from './support/files.js';
import { DISCOVERY, encoded, TestIssuer } from './support/issuer.js';
import { addKey } from './support/keys.js';
import { subscribe } from './support/raw-subscriber.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PASSWORD, Person, send } from './support/people.js';
import { problemCode, problemOf } from './support/requests.js';
import { until } from './support/wait.js';

describe.each(ENGINES)('accounts on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let url: string;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({
      DATABASE_URL: await engine.createDatabase(),
      SIGN_IN_ATTEMPTS: '0',
    });
    url = application.url;
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  const signUp = (body: object) => send(url, 'POST', '/api/accounts', body);
  const signIn = (username: unknown, password: unknown, headers = {}) =>
    send(url, 'POST', '/api/session', { username, password }, headers);
  const rows = (table: 'passwords' | 'sessions') =>
    application.app.get(Database, { strict: false }).read.selectFrom(table).selectAll().execute();

  describe('signing up', () => {
    it('creates a user in the directory, delivers it to every subscriber, and stores the password as argon2id', async () => {
      const directory = await subscribe(application.port, '/api/users/event');
      const response = await signUp({ username: 'Ada', password: PASSWORD, lastname: 'LOVELACE' });
      expect(response.status).toBe(201);
      const user = (await response.json()) as { id: string };
      expect(user).toMatchObject({ username: 'ada', firstname: 'ada', lastname: 'LOVELACE' });
      expect(response.headers.get('location')).toBe(`/api/users/${user.id}`);
      expect(response.headers.get('set-cookie')).toBeNull();
      await directory.receives(1, 'update');
      expect(directory.of('update')[0]!.data).toEqual(user);
      await directory.close();

      const stored = (await rows('passwords')).find(({ user_id }) => user_id === user.id)!;
      const [, salt, tag] = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$([\w+/]{22})\$([\w+/]{43})$/.exec(
        stored.hash,
      )!;
      expect(salt).not.toBe(tag);
      expect(stored.hash).not.toContain(PASSWORD);
    });

    it('gives a username once, in whatever case it is asked for', async () => {
      const asked = Array.from({ length: 5 }, (_, n) =>
        signUp({ username: n % 2 ? 'TAKEN' : 'taken', password: PASSWORD }),
      );
      const answers = await Promise.all(asked);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
      const refused = answers.find(({ status }) => status === 409)!;
      expect((await problemOf(refused)).detail).toContain('taken is taken');
    });

    it.each([
      ['password', { username: 'x1', password: 'short' }, '8 to 128 characters; it has 5'],
      ['password', { username: 'x1', password: '½ bells' }, '8 to 128 characters; it has 7'],
      ['password', { username: 'x1', password: 'x'.repeat(129) }, 'it has 129'],
      ['password', { username: 'x1', password: 'Password1' }, 'is a common password'],
      ['password', { username: 'x1', password: '123456789' }, 'is a common password'],
      ['password', { username: 'x1', password: 'ｐａｓｓｗｏｒｄ１２３' }, 'is a common password'],
      ['password', { username: 'x1', password: 'pass\u200Bword\u00AD123' }, 'is a common password'],
      ['password', { username: 'grace-h', password: 'Grace.H 1906' }, 'of the username'],
      ['password', { username: 'grace-h', password: 'hecarg!!2020' }, 'of the username'],
      ['password', { username: 'grace', password: 'ｇｒａｃｅgrace' }, 'of the username'],
      ['password', { username: 'x1', password: 'Carillon1' }, 'the product name'],
      ['password', { username: 'x1', password: '2026-nollirac' }, 'the product name'],
      ['password', { username: 'x1', password: 'zzzzzzzzzzzz' }, 'must not repeat'],
      ['password', { username: 'x1', password: 'Abc1aBC1abc' }, 'must not repeat'],
      ['password', { username: 'x1', password: '🔔'.repeat(20) }, 'must not repeat'],
      ['password', { username: 'x1', password: 12345678 }, 'must be a string'],
      ['password', { username: 'x1' }, 'is missing'],
      ['username', { username: 'x', password: PASSWORD }, '2 to 32 characters'],
      ['username', { username: 'a b', password: PASSWORD }, '2 to 32 characters'],
      ['username', { username: 'All', password: PASSWORD }, 'must not be `all`'],
      [
        'username',
        { username: '.dot', password: PASSWORD },
        'the first must be a letter or a digit',
      ],
      ['firstname', { username: 'x1', password: PASSWORD, firstname: '' }, 'must not be empty'],
      ['role', { username: 'x1', password: PASSWORD, role: 'admin' }, 'is an unknown property'],
    ])('refuses a %s that is not right: %j', async (field, body, words) => {
      const response = await signUp(body);
      expect(response.status).toBe(422);
      const { errors } = await problemOf(response);
      expect(errors).toMatchObject([{ field, detail: expect.stringContaining(words) as string }]);
    });

    it('takes a password of any characters, as long as it is allowed to be', async () => {
      const password = `${'🔔🎵🎶🕰🔕'.repeat(25)}🔔🎵🎶`;
      expect((await signUp({ username: 'bells', password })).status).toBe(201);
      expect((await signIn('bells', password)).status).toBe(201);
      expect((await signIn('bells', [...password].slice(1).join(''))).status).toBe(401);
    });

    it('stores nothing of a password for an Idempotency-Key', async () => {
      const headers = { 'Idempotency-Key': 'sign-up' };
      const body = { username: 'keyed', password: PASSWORD };
      const asked = () => send(url, 'POST', '/api/accounts', body, headers);
      expect([(await asked()).status, (await asked()).status]).toEqual([201, 409]);
      const { read } = application.app.get(Database, { strict: false });
      expect(await read.selectFrom('idempotency_keys').selectAll().execute()).toEqual([]);
    });
  });

  describe('a user who can sign in', () => {
    it('is changed by themselves alone, and removed by nobody', async () => {
      const [eve, mallory] = [await Person.signUp(url, 'eve'), await Person.signUp(url, 'mallory')];
      const path = `/api/users/${eve.id}`;
      for (const response of [
        await send(url, 'PATCH', path, { firstname: 'Hacked' }),
        await mallory.send('PATCH', path, { firstname: 'Hacked' }),
      ])
        expect([response.status, await problemCode(response)]).toEqual([403, 'forbidden']);
      expect((await send(url, 'DELETE', path)).status).toBe(409);
      expect((await eve.send('DELETE', path)).status).toBe(409);
      expect(await eve.does('PATCH', path, { firstname: 'Eve' })).toMatchObject({
        firstname: 'Eve',
        username: 'eve',
      });
    });

    it('leaves entries of the directory to everyone, as before', async () => {
      const created = await send(url, 'POST', '/api/users', { firstname: 'John', lastname: 'DOE' });
      const { id } = (await created.json()) as { id: string };
      const changed = await send(url, 'PATCH', `/api/users/${id}`, { firstname: 'Jack' });
      expect(changed.status).toBe(200);
      expect(await changed.json()).not.toHaveProperty('username');
      expect((await send(url, 'DELETE', `/api/users/${id}`)).status).toBe(204);
    });
  });

  describe('signing in', () => {
    beforeAll(() => Person.signUp(url, 'grace'));

    it('answers with a token, for a header or in a cookie that scripts do not see', async () => {
      const response = await signIn('GRACE', PASSWORD, { 'User-Agent': 'a test' });
      expect(response.status).toBe(201);
      const cookie = response.headers.getSetCookie()[0]!;
      expect(cookie).toMatch(
        /^carillon_session=carillon_[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
      );
      const { token, session, user } = (await response.json()) as {
        token: string;
        session: OwnSession;
        user: object;
      };
      expect(cookie).toContain(token);
      expect(session.client).toBe('a test');
      expect(Date.parse(session.expiresAt) - Date.parse(session.createdAt)).toBe(30 * 86_400_000);
      for (const headers of [
        { Authorization: `Bearer ${token}` },
        { Cookie: `other=1; carillon_session=${token}` },
      ]) {
        const who = await fetch(`${url}/api/session`, { headers });
        expect(who.headers.get('cache-control')).toMatch(/^no-store\b/);
        expect(await who.json()).toMatchObject({ session: { id: session.id }, user });
      }
    });

    it('keeps the cookie to TLS where the host is not this machine', async () => {
      const { app } = application;
      const { port } = app.getHttpServer().address() as AddressInfo;
      const { request } = await import('node:http');
      const body = JSON.stringify({ username: 'grace', password: PASSWORD });
      const headers = { Host: 'chat.example.com', 'Content-Type': 'application/json' };
      const asked = request({
        port,
        host: '127.0.0.1',
        path: '/api/session',
        method: 'POST',
        headers,
      });
      asked.end(body);
      const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
      response.resume();
      expect(response.headers['set-cookie']![0]).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
    });

    it('stores of a token a digest alone', async () => {
      const { token } = await Person.signIn(url, 'grace');
      for (const { token_hash } of await rows('sessions')) expect(token).not.toContain(token_hash);
      expect(JSON.stringify(await rows('sessions'))).not.toContain(token);
    });

    it('answers alike to an unknown username and to a wrong password, and as slowly', async () => {
      const times: Record<string, number[]> = { grace: [], 'nobody-here': [] };
      const delivered: object[] = [];
      for (let n = 0; n < 5; n++)
        for (const [username, took] of Object.entries(times)) {
          const began = performance.now();
          const response = await signIn(username, 'not the password');
          took.push(performance.now() - began);
          expect(response.status).toBe(401);
          expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
          const { detail, title } = await problemOf(response);
          delivered.push({ detail, title });
        }
      for (const each of delivered) expect(each).toEqual(delivered[0]);
      const [known, unknown] = Object.values(times).map((took) => Math.min(...took));
      // Without a hash to compare with, it would be answered in a tenth of that.
      expect(unknown).toBeGreaterThan(known! / 4);
    });

    it.each([
      ['a token that is none', { Authorization: 'Bearer carillon_nope' }],
      ['another scheme', { Authorization: 'Basic YTpi' }],
      ['a token of an issuer that nobody configured', { Authorization: 'Bearer a.b.c' }],
      ['a cookie that is none', { Cookie: 'carillon_session=carillon_nope' }],
      ['nothing', {}],
    ])('is asked of who comes with %s', async (_, headers) => {
      const response = await fetch(`${url}/api/session`, {
        headers: headers as Record<string, string>,
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
      expect(await problemCode(response)).toBe('unauthenticated');
    });

    it('takes a NUL for what is not there', async () => {
      expect((await signIn('\0', PASSWORD)).status).toBe(401);
      const ada = await Person.signUp(url, 'nul');
      expect((await ada.send('DELETE', '/api/sessions/%00')).status).toBe(404);
    });

    it('takes a dead cookie away, and does not let it stand in the way of a new sign-in', async () => {
      const headers = { Cookie: 'carillon_session=carillon_dead' };
      const refused = await fetch(`${url}/api/users`, { headers });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('set-cookie')).toMatch(
        /^carillon_session=;.* Expires=Thu, 01 Jan 1970/,
      );
      expect((await signIn('grace', PASSWORD, headers)).status).toBe(201);
    });
  });

  describe('sessions', () => {
    it('are listed, reported to the other devices, and revoked one by one', async () => {
      const phone = await Person.signUp(url, 'linus');
      const received = await phone.listens();
      const laptop = await Person.signIn(url, 'linus');
      await received.receives(1, 'session.started');
      const list = () => phone.gets<OwnSession[]>('/api/sessions');
      expect((await list()).map(({ id, current }) => [id, current])).toEqual([
        [laptop.sessionId, false],
        [phone.sessionId, true],
      ]);

      await phone.does('DELETE', `/api/sessions/${laptop.sessionId}`);
      expect((await laptop.send('GET', '/api/session')).status).toBe(401);
      await received.receives(1, 'session.ended');
      expect(received.of('session.ended')[0]!.data).toEqual({ id: laptop.sessionId });
      expect((await list()).map(({ id }) => id)).toEqual([phone.sessionId]);
      await received.close();
    });

    it('end, the own one too, when the password is changed, and the client gets a new one', async () => {
      const phone = await Person.signUp(url, 'rosa');
      const laptop = await Person.signIn(url, 'rosa');
      const streams = [await laptop.listens(), await phone.listens()];
      const change = (current: unknown, password: unknown) =>
        phone.send('PUT', '/api/me/password', { current, password });
      expect((await change('a wrong one', 'another sentence')).status).toBe(403);
      expect((await change(PASSWORD, 'password1')).status).toBe(422);
      const ofUsername = await problemOf(await change(PASSWORD, 'Rosa-2026'));
      expect(ofUsername.errors).toMatchObject([
        { field: 'password', detail: 'must not consist of the username' },
      ]);
      expect((await signIn('rosa', PASSWORD)).status).toBe(201);
      const changed = await change(PASSWORD, 'another sentence');
      expect([changed.status, changed.headers.get('cache-control')]).toEqual([200, 'no-store']);
      const { token, session } = (await changed.json()) as { token: string; session: OwnSession };
      expect(changed.headers.get('set-cookie')).toContain(`carillon_session=${token};`);
      for (const stream of streams) await stream.until(({ ended }) => ended, 1000);
      for (const client of [laptop, phone])
        expect((await client.send('GET', '/api/session')).status).toBe(401);
      const headers = { Authorization: `Bearer ${token}` };
      const listed = await send(url, 'GET', '/api/sessions', undefined, headers);
      expect(await listed.json()).toMatchObject([{ id: session.id, current: true }]);
      expect((await signIn('rosa', PASSWORD)).status).toBe(401);
      expect((await signIn('rosa', 'another sentence')).status).toBe(201);
    });

    it.each(['cookie', 'header'])(
      'end with a new sign-in of the client, which has its token in a %s',
      async (where) => {
        const own = await Person.signUp(url, `again.${where}`);
        const stream = await own.listens();
        const other = await Person.signUp(url, `next.${where}`);
        const headers =
          where === 'cookie' ? { Cookie: `carillon_session=${own.token}` } : own.bearer;
        expect((await signIn(`next.${where}`, PASSWORD, headers)).status).toBe(201);
        await stream.until(({ ended }) => ended, 1000);
        expect((await own.send('GET', '/api/session')).status).toBe(401);
        // It came without, so nothing says that it is the same client.
        expect((await other.send('GET', '/api/session')).status).toBe(200);
      },
    );

    it('end everywhere at once, or everywhere else', async () => {
      const [phone, other] = [await Person.signUp(url, 'wanda'), await Person.signUp(url, 'walt')];
      const [laptop, desk] = [await Person.signIn(url, 'wanda'), await Person.signIn(url, 'wanda')];
      const stream = await laptop.listens();
      const status = async (person: Person) => (await person.send('GET', '/api/session')).status;
      const refused = await phone.send('DELETE', '/api/sessions?except=phone');
      expect([refused.status, await problemCode(refused)]).toEqual([400, 'invalid-parameter']);

      const others = await phone.send('DELETE', '/api/sessions?except=current');
      expect([others.status, others.headers.get('set-cookie')]).toEqual([204, null]);
      await stream.until(({ ended }) => ended, 1000);
      expect(await Promise.all([laptop, desk, phone].map(status))).toEqual([401, 401, 200]);

      const all = await phone.send('DELETE', '/api/sessions');
      expect(all.headers.get('set-cookie')).toMatch(/^carillon_session=;/);
      expect(await Promise.all([phone, other].map(status))).toEqual([401, 200]);
    });

    it('are listed page by page', async () => {
      const person = await Person.signUp(url, 'paula');
      for (let n = 0; n < 2; n++) await Person.signIn(url, 'paula');
      const all = await person.gets<OwnSession[]>('/api/sessions');
      const pages: OwnSession[][] = [];
      for (let next: string | undefined = '/api/sessions?limit=2'; next;) {
        const response = await person.send('GET', next);
        pages.push((await response.json()) as OwnSession[]);
        next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      }
      expect(pages.map(({ length }) => length)).toEqual([2, 1]);
      expect(pages.flat()).toEqual(all);
    });

    it('are no more than 100 for one user: the oldest ends', async () => {
      const first = await Person.signUp(url, 'many');
      const second = await Person.signIn(url, 'many');
      const { hash } = (await rows('passwords')).find(({ user_id }) => user_id === first.id)!;
      const bus = application.app.get(CommandBus, { strict: false });
      const start = () => bus.execute(new StartSession(first.id, hash, ''));
      await Promise.all(Array.from({ length: 99 }, start));
      expect((await first.send('GET', '/api/session')).status).toBe(401);
      expect(await second.gets('/api/sessions?limit=1000')).toHaveLength(100);
    });

    it('do not begin with a password that has been changed since it was shown', async () => {
      const { id } = await Person.signUp(url, 'stale');
      const bus = application.app.get(CommandBus, { strict: false });
      await expect(bus.execute(new StartSession(id, 'another hash', ''))).rejects.toMatchObject({
        code: 'unauthenticated',
      });
    });

    it("are nobody else's to revoke", async () => {
      const [own, other] = [await Person.signUp(url, 'own'), await Person.signUp(url, 'other')];
      const response = await other.send('DELETE', `/api/sessions/${own.sessionId}`);
      expect([response.status, await problemCode(response)]).toEqual([404, 'not-found']);
      expect((await own.send('GET', '/api/session')).status).toBe(200);
    });

    it('end their open streams within a second when they are revoked or signed out, and no other', async () => {
      const phone = await Person.signUp(url, 'tove');
      const laptop = await Person.signIn(url, 'tove');
      const streams = [
        await laptop.listens(),
        await laptop.listens('/api/users/event'),
        await laptop.listens('/api/events?topic=users'),
      ];
      const mine = await phone.listens();
      const began = Date.now();
      await phone.does('DELETE', `/api/sessions/${laptop.sessionId}`);
      for (const stream of streams) await stream.until(({ ended }) => ended, 1000);
      expect(Date.now() - began).toBeLessThan(1000);
      expect(mine.ended).toBe(false);

      const signedOut = await phone.send('DELETE', '/api/session');
      expect(signedOut.headers.get('set-cookie')).toMatch(/^carillon_session=;/);
      await mine.until(({ ended }) => ended, 1000);
      expect(mine.body.trimEnd()).toMatch(/\nretry: \d+$/);
      // What an EventSource that comes back gets, and then stops.
      expect((await phone.send('GET', '/api/events')).status).toBe(401);
    });

    it.each([
      ['a little', 1],
      ['more than is handed on at once', 400_000],
    ])(
      'hear nothing behind their end, where %s was read from the log together',
      async (_, size) => {
        const stays = await Person.signUp(url, `size.${size}`);
        const ends = await Person.signIn(url, `size.${size}`);
        const [ending, staying] = [await ends.listens(), await stays.listens()];
        const now = new Date().toISOString();
        const created = (firstname: string) =>
          new UserCreated({
            id: randomUUID(),
            firstname,
            lastname: 'x'.repeat(size),
            createdAt: now,
            updatedAt: now,
          });
        await application.app.get(UnitOfWork, { strict: false }).run(async (tx) => {
          tx.record(created('Before'));
          tx.record(new SessionEnded(ends.id, { id: ends.sessionId }));
          tx.record(created('Behind'));
        });
        await staying.receives(2, 'user.created');
        await ending.until(({ ended }) => ended, 1000);
        expect(ending.ended).toBe(true);
        const names = ending.of('user.created').map(({ data }) => (data as User).firstname);
        expect(names).not.toContain('Behind');
        // What goes beyond one run is read by each for itself, and this one has ended by then.
        expect(names).toEqual(size === 1 ? ['Before'] : []);
        await staying.close();
      },
    );
  });
});

describe('a session that is over', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication({ SESSION_LIFETIME: '2s' });
  });
  afterAll(() => application.stop());

  it('ends its streams, opens nothing, and is removed', async () => {
    const person = await Person.signUp(application.url, 'brief');
    const stream = await person.listens();
    await stream.until(({ ended }) => ended, 4000);
    expect((await person.send('GET', '/api/session')).status).toBe(401);
    expect((await person.send('GET', '/api/events')).status).toBe(401);
    await application.app.get(ExpiredSessions, { strict: false }).trim();
    const { read } = application.app.get(Database, { strict: false });
    expect(await read.selectFrom('sessions').select('id').execute()).toEqual([]);
  });
});

describe('a session that is not used', () => {
  it('ends after SESSION_IDLE, and an open stream counts as use', async () => {
    const application = await startApplication({ SESSION_IDLE: '6s' });
    const person = await Person.signUp(application.url, 'idle');
    const stream = await person.listens();
    await stream.until(({ ended }) => ended, 6000);
    expect(stream.body.trimEnd()).toMatch(/\nretry: \d+$/);
    const again = await person.listens();
    // That it was used is stored beside the request.
    await application.app.get(UnitOfWork, { strict: false }).idle();
    const used = '2001-01-01T00:00:00.000Z';
    const change = `update sessions set last_used_at = '${used}'`;
    await runAsOtherProgram(`sqlite:${application.database}`, change);
    expect((await person.send('GET', '/api/session')).status).toBe(401);
    const other = await Person.signIn(application.url, 'idle');
    expect(await other.gets('/api/sessions')).toMatchObject([{ id: other.sessionId }]);
    await application.app.get(ExpiredSessions, { strict: false }).trim();
    await again.until(({ ended }) => ended, 1000);
    const { read } = application.app.get(Database, { strict: false });
    expect(await read.selectFrom('sessions').select('id').execute()).toEqual([
      { id: other.sessionId },
    ]);
    await application.stop();
  });

  it('lasts as long as any other where SESSION_IDLE is off', async () => {
    const application = await startApplication({ SESSION_IDLE: 'off' });
    const person = await Person.signUp(application.url, 'idle');
    const change = `update sessions set last_used_at = '2001-01-01T00:00:00.000Z'`;
    await runAsOtherProgram(`sqlite:${application.database}`, change);
    await application.app.get(ExpiredSessions, { strict: false }).trim();
    expect(await person.gets('/api/sessions')).toHaveLength(1);
    await application.stop();
  });
});

describe('the session cookie', () => {
  let application: RunningApplication;
  let ada: Person;
  let eve: Person;
  const TLS = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '192.0.2.1' };

  beforeAll(async () => {
    application = await startApplication({ TRUST_PROXY: '1', SIGN_IN_ATTEMPTS: '0' });
    ada = await Person.signUp(application.url, 'ada');
    eve = await Person.signUp(application.url, 'eve');
  });
  afterAll(() => application.stop());

  const cookies = (...values: string[]) =>
    values.map((value) => `carillon_session=${value}`).join('; ');
  const who = (Cookie: string, headers: object = {}) =>
    send(application.url, 'GET', '/api/session', undefined, { Cookie, ...headers });
  const signIn = (username: string, headers: object) =>
    send(application.url, 'POST', '/api/session', { username, password: PASSWORD }, { ...headers });

  it('over TLS has a name that no other host can set', async () => {
    const response = await signIn('ada', TLS);
    const cookie = response.headers.getSetCookie()[0]!;
    expect(cookie).toMatch(/^__Host-carillon_session=carillon_[\w-]{43}; Path=\/; /);
    expect(cookie).toContain('; HttpOnly; Secure; SameSite=Lax');
    const { token } = (await response.json()) as { token: string };
    expect((await who(`__Host-carillon_session=${token}`, TLS)).status).toBe(200);
    const ignored = await who(`__Host-carillon_session=${token}; ${cookies(eve.token)}`, TLS);
    expect(await ignored.json()).toMatchObject({ user: { username: 'ada' } });
    expect((await who(cookies(eve.token), TLS)).status).toBe(401);
  });

  it.each([
    ['before', () => cookies('carillon_dead', ada.token)],
    ['after', () => cookies(ada.token, 'carillon_dead')],
    ['after, with no token in it', () => cookies(ada.token, 'other')],
    ['after, the same', () => cookies(ada.token, ada.token)],
  ])('is not hidden by another one of the same name %s it', async (_, cookie) => {
    expect(await (await who(cookie())).json()).toMatchObject({ user: { username: 'ada' } });
  });

  it.each([
    ['before', () => cookies(eve.token, ada.token)],
    ['after', () => cookies(ada.token, eve.token)],
  ])('decides nothing with one of another session %s it', async (_, cookie) => {
    const response = await who(cookie());
    expect([response.status, await problemCode(response)]).toEqual([401, 'unauthenticated']);
    // It would take away that of the person, and leave the other.
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('of whomever is not more than some that are looked at', async () => {
    const many = Array.from({ length: 50 }, (_, n) => `carillon_${n}`);
    expect((await who(cookies(...many, ada.token))).status).toBe(401);
  });

  it('works again after a sign-in, which ends all sessions that the request came with', async () => {
    const response = await signIn('ada', { Cookie: cookies(eve.token, ada.token) });
    const { token } = (await response.json()) as { token: string };
    const answer = await who(cookies(eve.token, token));
    expect(await answer.json()).toMatchObject({ user: { username: 'ada' } });
    expect((await eve.send('GET', '/api/session')).status).toBe(401);
  });
});

describe('what is private', () => {
  it('is in no cache, and has its version all the same', async () => {
    const application = await startApplication();
    const ada = await Person.signUp(application.url, 'ada');
    for (const path of ['/api/session', '/api/sessions', '/api/users', '/api/rooms', '/api/nope']) {
      const { headers } = await ada.send('GET', path);
      expect([path, headers.get('cache-control')]).toEqual([
        path,
        expect.stringMatching(/^no-store\b/),
      ]);
      const asked = { 'If-None-Match': headers.get('etag') ?? '', 'Cache-Control': 'max-age=0' };
      if (path === '/api/users')
        expect((await ada.send('GET', path, undefined, asked)).status).toBe(304);
    }
    const account = { username: 'bob', password: PASSWORD };
    const created = await send(application.url, 'POST', '/api/accounts', account);
    expect(created.headers.get('cache-control')).toMatch(/^no-store\b/);
    const open = await fetch(`${application.url}/api/users`);
    expect(open.headers.get('vary')).toMatch(/Authorization, Cookie/);
    await application.stop();
  });
});

describe('a password that was forgotten', () => {
  const program = join(import.meta.dirname, '..', 'dist', 'set-password.js');
  const setPassword = async (
    database: string,
    username: string,
    line: string,
    settings: Readonly<Record<string, string>> = {},
  ) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const child = spawn(process.execPath, [program, username], {
      env: {
        PATH,
        NODE_COMPILE_CACHE,
        DATABASE_URL: `sqlite:${database}`,
        ...CHEAP_HASHES,
        ...settings,
      },
    });
    let delivered = '';
    child.stderr.on('data', (chunk: Buffer) => (delivered += chunk.toString()));
    child.stdin.end(`${line}\n`);
    const [code] = (await once(child, 'close')) as [number];
    return { code, delivered };
  };

  it('is replaced by an operator while Carillon runs, and signs out who was in with it', async () => {
    const application = await startApplication();
    const { url, database } = application;
    const stream = await (await Person.signUp(url, 'ada')).listens();
    const [known, nobody] = await Promise.all([
      setPassword(database, 'ada', 'ada-ada-2026'),
      setPassword(database, 'nobody', 'a new sentence'),
    ]);
    expect([known.code, nobody.code]).toEqual([1, 1]);
    expect(known.delivered).toContain('of the username');
    const { code, delivered } = await setPassword(database, 'ada', 'a new sentence');
    expect([
      code,
      delivered
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ]).toMatchObject([
      0,
      [{ log: 'security', action: 'password-change', actor: null, by: 'operator' }],
    ]);
    await stream.until(({ ended }) => ended, 3000);
    const body = { username: 'ada', password: 'a new sentence' };
    expect((await send(url, 'POST', '/api/session', body)).status).toBe(201);
    await application.stop();
  });

  it('is not replaced where nobody signs in with a password, and the command says so', async () => {
    const folder = temporaryFolder();
    const database = join(folder, 'none.db');
    const settings = {
      PASSWORDS: 'off',
      AUTH_ISSUER: 'https://issuer.example',
      AUTH_AUDIENCE: 'carillon',
    };
    const { code, delivered } = await setPassword(database, 'ada', 'a new sentence', settings);
    expect([code, delivered, existsSync(database)]).toEqual([
      1,
      'PASSWORDS is off: users cannot sign in with passwords.\n',
      false,
    ]);
    rmSync(folder, { recursive: true });
  });
});

describe('a closed directory', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication({ DIRECTORY: 'members' });
  });
  afterAll(() => application.stop());

  it.each([
    ['GET', '/api/users'],
    ['POST', '/api/users'],
    ['GET', '/api/users/event'],
    ['GET', '/api/events'],
    ['GET', '/api/events?topic=users'],
    ['GET', '/api/events?topic=metrics/1&topic=users'],
  ])('asks who it is: %s %s', async (method, path) => {
    const response = await send(application.url, method, path, method === 'POST' ? {} : undefined);
    expect([response.status, await problemCode(response)]).toEqual([401, 'unauthenticated']);
  });

  it('is open to who has signed in', async () => {
    const ada = await Person.signUp(application.url, 'ada');
    expect((await ada.send('GET', '/api/users')).status).toBe(200);
    const stream = await ada.listens('/api/events?topic=users');
    await ada.does('POST', '/api/users', { firstname: 'John', lastname: 'DOE' });
    await stream.receives(1, 'user.created');
    await stream.close();
  });
});

describe.each([{ DIRECTORY: 'members' }, { DIRECTORY: 'off', FEATURES: 'none' }])(
  'public events of other programs, with %j',
  (settings: Record<string, string>) => {
    let application: RunningApplication;

    beforeAll(async () => {
      application = await startApplication(settings);
    });
    afterAll(() => application.stop());

    it.each(['topic=metrics/1', 'match_urlpattern=metrics/*'])(
      'reach anonymous subscribers to %s',
      async (query) => {
        const { bearer } = await addKey(application, { publish: ['metrics/*'] });
        const stream = await subscribe(application.port, `/api/events?${query}`);
        const events = [true, false].map((isPrivate) => ({
          topic: 'metrics/1',
          type: isPrivate ? 'metric.hidden' : 'metric.changed',
          data: {},
          private: isPrivate,
        }));
        await send(application.url, 'POST', '/api/events', events, bearer);
        await stream.receives(1, 'metric.changed');
        expect(stream.events.map(({ type }) => type)).toEqual(['metric.changed']);
        await stream.close();
      },
    );

    it('need no sign-in, unlike a stream that names none', async () => {
      const response = await send(application.url, 'GET', '/api/events');
      expect(response.status).toBe(401);
      expect((await problemOf(response)).detail).toContain('name topics of other programs');
      const publication = await send(application.url, 'POST', '/api/events', {});
      expect([publication.status, (await problemOf(publication)).detail]).toEqual([
        401,
        expect.stringContaining('use a key'),
      ]);
    });
  },
);

describe('a closed sign-up', () => {
  it('lets only who has an account make more', async () => {
    const folder = temporaryFolder();
    const DATABASE_URL = `sqlite:${join(folder, 'carillon.db')}`;
    const open = await startApplication({ DATABASE_URL });
    const ada = await Person.signUp(open.url, 'ada');
    await open.stop();
    const closed = await startApplication({ DATABASE_URL, SIGN_UP_OPEN: 'false' });
    const { url } = closed;
    const account = { username: 'bob', password: PASSWORD };
    expect((await send(url, 'POST', '/api/accounts', account)).status).toBe(401);
    expect((await ada.at(url).send('POST', '/api/accounts', account)).status).toBe(201);
    await closed.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('pages of other sites', () => {
  let application: RunningApplication;
  let ada: Person;

  beforeAll(async () => {
    application = await startApplication({ CORS_ORIGINS: 'https://app.example.com' });
    ada = await Person.signUp(application.url, 'ada');
  });
  afterAll(() => application.stop());

  const write = (headers: object) =>
    send(
      application.url,
      'POST',
      '/api/rooms',
      { kind: 'public', name: 'x' },
      {
        Cookie: `carillon_session=${ada.token}`,
        ...headers,
      },
    );
  const streamStatus = async (headers: Record<string, string>) => {
    const abort = new AbortController();
    const response = await fetch(`${application.url}/api/events`, {
      headers: { Accept: 'text/event-stream', Cookie: `carillon_session=${ada.token}`, ...headers },
      signal: abort.signal,
    });
    abort.abort();
    return response.status;
  };

  it.each([
    ['of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['of another host of the same site', { 'Sec-Fetch-Site': 'same-site' }],
    [
      'of another origin, from a browser without fetch metadata',
      { Origin: 'https://evil.example' },
    ],
    ['that hide their origin', { Origin: 'null' }],
  ])('cannot write or listen as their visitor: those %s', async (_, headers) => {
    const response = await write(headers);
    expect([response.status, await problemCode(response)]).toEqual([403, 'cross-site-request']);
    expect(await streamStatus(headers as Record<string, string>)).toBe(403);
  });

  it.each([
    ['the own page', { 'Sec-Fetch-Site': 'same-origin' }],
    ['an address that was typed in', { 'Sec-Fetch-Site': 'none' }],
    [
      'a page that is allowed to',
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://app.example.com' },
    ],
    ['what is no browser', {}],
  ])('are not: %s', async (_, headers) => {
    expect((await write(headers)).status).toBe(201);
    expect(await streamStatus(headers as Record<string, string>)).toBe(200);
  });
});

describe('tokens of another issuer', () => {
  const AUDIENCE = 'carillon';
  const folder = temporaryFolder();
  const securityLog = join(folder, 'security.log');
  let issuer: TestIssuer;
  let application: RunningApplication;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    application = await startApplication({
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: AUDIENCE,
      SECURITY_LOG: securityLog,
      SIGN_IN_ATTEMPTS: '0',
    });
  });
  afterAll(async () => {
    await application.stop();
    await issuer.stop();
    rmSync(folder, { recursive: true });
  });

  const who = (token: string) =>
    fetch(`${application.url}/api/session`, { headers: { Authorization: `Bearer ${token}` } });
  const claims = { sub: 'subject-1', aud: AUDIENCE };

  it('make a user of their subject at first sight, and know them again', async () => {
    const named = { ...claims, given_name: 'Ada', family_name: 'Lovelace' };
    const asked = [1, 2, 3].map(async () => (await who(await issuer.token(named))).json());
    const answers = (await Promise.all(asked)) as { session: null; user: { id: string } }[];
    expect(answers[0]).toMatchObject({
      session: null,
      user: { firstname: 'Ada', lastname: 'Lovelace' },
    });
    expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
    const [entry, ...rest] = readFileSync(securityLog, 'utf8').trimEnd().split('\n');
    expect(rest).toEqual([]);
    expect(JSON.parse(entry!)).toMatchObject({
      action: 'sign-up',
      by: 'issuer',
      target: answers[0]!.user.id,
    });
  });

  it('give them a username that is free, by which they are mentioned and found', async () => {
    const usernameOf = async (named: object): Promise<string> => {
      const token = await issuer.token({ ...claims, sub: randomUUID(), ...named });
      const { user } = (await (await who(token)).json()) as { user: { username: string } };
      return user.username;
    };
    const grace = { preferred_username: 'Grace@example.org' };
    expect(await usernameOf(grace)).toBe('grace');
    expect(await usernameOf(grace)).toBe('grace-2');
    expect(await usernameOf(grace)).toBe('grace-3');
    expect(await usernameOf(grace)).toMatch(/^grace-\d+$/);
    expect(await usernameOf({ given_name: 'José', family_name: 'Núñez' })).toBe('jose.nunez');
    expect(await usernameOf({ given_name: 'Лев', family_name: 'Толстой' })).toBe('someone');
    const long = await usernameOf({ preferred_username: `--${'x'.repeat(40)}` });
    expect(long).toBe('x'.repeat(24));
  });

  it.each([
    ['of another audience', { aud: 'other' }, {}],
    ['of another issuer', { iss: 'https://evil.example' }, {}],
    ['that is over', { exp: Math.floor(Date.now() / 1000) - 120 }, {}],
    ['that is not good yet', { nbf: Math.floor(Date.now() / 1000) + 120 }, {}],
    ['without a subject', { sub: undefined }, {}],
    ['without an end', { exp: undefined }, {}],
    ['that nobody signed', {}, { alg: 'none' }],
    ['that was signed with the public key as a secret', {}, { alg: 'HS256' }],
    ['of a key that the issuer does not have', {}, { foreign: true }],
  ])('are refused: one %s', async (_, different, how) => {
    const response = await who(await issuer.token({ ...claims, ...different }, how));
    expect([response.status, await problemCode(response)]).toEqual([401, 'unauthenticated']);
  });

  it.each([
    ['of another type', {}, { typ: 'logout+jwt' }],
    ['of another type, written in full', {}, { typ: 'application/dpop+jwt' }],
    ['with a number for a subject', { sub: 5 }, {}],
    ['with an empty subject', { sub: '' }, {}],
    ['with an object for a subject', { sub: {} }, {}],
    ['with a NUL in its subject', { sub: 'a\0b' }, {}],
    ['with a subject that is too long', { sub: 'x'.repeat(256) }, {}],
    ['with a number for a client', { azp: 5 }, {}],
    ['with an object for a client', { client_id: {} }, {}],
    ['that never ends', { exp: 1e300 }, {}],
    ['that was good for too long', { iat: 1, exp: Math.floor(Date.now() / 1000) + 60 }, {}],
    ['that is good for too long', { exp: Math.floor(Date.now() / 1000) + 90_000 }, {}],
    ['with words for an end', { exp: 'tomorrow' }, {}],
  ])('are refused, too: one %s', async (_, different, how) => {
    const response = await who(await issuer.token({ ...claims, ...different }, how));
    const { detail, type } = await problemOf(response);
    expect([response.status, type]).toEqual([401, 'urn:carillon:problem:unauthenticated']);
    expect(detail).not.toContain('127.0.0.1');
  });

  it.each([
    ['nothing', ''],
    ['a token that cannot be read', 'a.b.c'],
    ['no signature', `${encoded({ alg: 'RS256', kid: '1' })}.${encoded({})}.`],
    ['no JSON', `${encoded({ alg: 'RS256' })}.AAAA.AAAA`],
    ['an unknown algorithm', `${encoded({ alg: 'XS256' })}.${encoded({})}.AAAA`],
    ['a critical extension', `${encoded({ alg: 'RS256', crit: ['x'], x: 1 })}.${encoded({})}.AA`],
  ])('are refused that have %s, while the issuer can be asked', async (_, token) => {
    expect((await who(token)).status).toBe(401);
  });

  it.each(['JWT', 'at+jwt', 'application/at+jwt', 'AT+JWT'])('may be of type %s', async (typ) => {
    expect((await who(await issuer.token(claims, { typ }))).status).toBe(200);
  });

  it('may be off by half a minute, but open no stream that would end at once', async () => {
    const exp = Math.floor(Date.now() / 1000) - 10;
    const token = await issuer.token({ ...claims, exp });
    expect((await who(token)).status).toBe(200);
    for (const path of ['/api/events', '/api/users/event']) {
      const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
      const response = await fetch(application.url + path, { headers });
      expect([response.status, await problemCode(response)]).toEqual([401, 'unauthenticated']);
    }
  });

  it('are only taken from the clients that are allowed to have them', async () => {
    const other = await startApplication({
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_CLIENTS: 'web, phone',
      AUTH_TOKEN_LIFETIME: '7d',
    });
    const status = async (different: object) => {
      const token = await issuer.token({ ...claims, ...different });
      const headers = { Authorization: `Bearer ${token}` };
      return (await fetch(`${other.url}/api/session`, { headers })).status;
    };
    const exp = Math.floor(Date.now() / 1000) + 6 * 86_400;
    expect(await status({ azp: 'web' })).toBe(200);
    expect(await status({ client_id: 'phone', exp })).toBe(200);
    expect(await status({ azp: 'other' })).toBe(401);
    expect(await status({ azp: 'other', client_id: 'web' })).toBe(401);
    expect(await status({})).toBe(401);
    await other.stop();
  });

  it('make no accounts with a password where sign-up is closed', async () => {
    const other = await startApplication({
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: AUDIENCE,
      SIGN_UP_OPEN: 'false',
    });
    const headers = { Authorization: `Bearer ${await issuer.token(claims)}` };
    const account = { username: 'intruder', password: PASSWORD };
    const response = await send(other.url, 'POST', '/api/accounts', account, headers);
    expect([response.status, await problemCode(response)]).toEqual([403, 'forbidden']);
    await other.stop();
  });

  it('delete the account of their user, who has no password, by the username; its streams end', async () => {
    const named = { sub: 'deleted', preferred_username: 'wren' };
    const headers = { Authorization: `Bearer ${await issuer.token({ ...claims, ...named })}` };
    const { url, port } = application;
    const me = async () =>
      (
        (await (await send(url, 'GET', '/api/session', undefined, headers)).json()) as {
          user: User;
        }
      ).user;
    const before = await me();
    const stream = await subscribe(port, '/api/events', { headers });
    const deletion = (body: object) => send(url, 'DELETE', '/api/me', body, headers);
    expect((await deletion({})).status).toBe(422);
    expect((await deletion({ confirm: 'robin' })).status).toBe(422);
    expect((await deletion({ password: 'none' })).status).toBe(409);
    // Usernames and ids are read in either case.
    expect((await deletion({ confirm: before.id.toUpperCase() })).status).toBe(204);
    await stream.until(({ ended }) => ended);
    // The token is still good: who comes back is somebody new.
    expect((await me()).id).not.toBe(before.id);
    await stream.close();
  });

  describe('of an issuer that fails', () => {
    let failing: TestIssuer;
    let other: RunningApplication;
    let headers: { Authorization: string };

    beforeEach(async () => {
      failing = await TestIssuer.start();
      other = await startApplication({ AUTH_ISSUER: failing.url, AUTH_AUDIENCE: AUDIENCE });
      headers = { Authorization: `Bearer ${await failing.token(claims)}` };
    });
    afterEach(async () => {
      await other.stop();
      await failing.stop();
    });

    const ask = () => fetch(`${other.url}/api/session`, { headers });

    it('are asked for later: it is not the token that is wrong', async () => {
      failing.answers('/keys', (response) => response.writeHead(500).end('oops'));
      const refused = await ask();
      expect(refused.status).toBe(503);
      const text = await refused.text();
      for (const delivered of [text, JSON.stringify([...refused.headers])])
        expect(delivered).not.toContain(new URL(failing.url).host);
      const stream = await subscribe(other.port, '/api/events', { headers });
      await stream.until(({ ended }) => ended, 2000);
      expect([stream.status, stream.events]).toEqual([200, []]);
      failing.answers('/keys');
      await until(async () => (await ask()).status === 200, 10);
      expect((await ask()).status).toBe(200);
    });

    it('are asked for later, too, where it does not end its response', async () => {
      // The deadline is 5 s.
      const after = AbortSignal.timeout.bind(AbortSignal);
      const deadline = jest.spyOn(AbortSignal, 'timeout');
      deadline.mockImplementation((milliseconds) => after(milliseconds / 20));
      failing.answers('/keys', (response) => response.write('{"keys":['));
      expect((await ask()).status).toBe(503);
      expect(deadline).toHaveBeenCalledWith(5000);
      deadline.mockRestore();
    });

    it.each<[string, string, (response: ServerResponse) => unknown]>([
      ['no metadata', DISCOVERY, (response) => response.writeHead(404).end()],
      ['metadata that are no JSON', DISCOVERY, (response) => response.end('<html>')],
      ['metadata that are null', DISCOVERY, (response) => response.end('null')],
      [
        'metadata of another issuer',
        DISCOVERY,
        (response) => response.end('{"issuer":"https://evil.example"}'),
      ],
      ['keys that are none', '/keys', (response) => response.end('{"keys":5}')],
      ['keys elsewhere', '/keys', (response) => response.writeHead(302, { Location: '/' }).end()],
      ['endless keys', '/keys', endless],
    ])('are refused where it has %s', async (_, path, handler) => {
      failing.answers(path, handler);
      const response = await ask();
      expect([response.status, await problemCode(response)]).toEqual([401, 'unauthenticated']);
    });

    it('are refused where its keys are fetched over plain HTTP from another machine', async () => {
      const metadata = { issuer: failing.url, jwks_uri: 'http://192.0.2.1/keys' };
      failing.answers(DISCOVERY, (response) => response.end(JSON.stringify(metadata)));
      expect((await ask()).status).toBe(401);
    });

    it.each([
      ['one after the other', 1],
      ['all at once', 40],
    ])('make it no target: 40 tokens, %s, are few fetches', async (_, together) => {
      failing.answers(DISCOVERY, (response) => response.writeHead(503).end());
      const statuses = new Set<number>();
      for (let n = 0; n < 40; n += together)
        for (const { status } of await Promise.all(Array.from({ length: together }, ask)))
          statuses.add(status);
      expect([...statuses]).toEqual([503]);
      // More than one only where they take longer than the pause.
      expect(failing.asked(DISCOVERY)).toBeLessThanOrEqual(3);
    });

    it('are verified with keys at another address, when they have moved there', async () => {
      expect((await ask()).status).toBe(200);
      failing.moveKeys('/new-keys');
      await failing.rotate();
      headers = { Authorization: `Bearer ${await failing.token(claims)}` };
      // The key set is asked for again at most every 5 s. An unknown key is refused until then.
      expect((await ask()).status).toBe(401);
      await withClockAhead(5000, async () => expect((await ask()).status).toBe(200));
      expect((await ask()).status).toBe(200);
    });
  });

  it('end their stream when they end', async () => {
    const exp = Math.floor(Date.now() / 1000) + 2;
    const token = await issuer.token({ ...claims, exp });
    const stream = await subscribe(application.port, '/api/events', {
      headers: { Authorization: `Bearer ${token}` },
    });
    await stream.until(({ ended }) => ended, 4000);
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
  });
});

/** Writes keys until the connection is closed. */
function endless(response: ServerResponse): void {
  response.write('{"keys":[');
  const more = Buffer.from(`${JSON.stringify({ kty: 'none' })},`.repeat(10_000));
  const write = (): void => {
    if (response.destroyed) return;
    if (response.write(more)) setImmediate(write);
  };
  response.on('drain', write);
  write();
}
