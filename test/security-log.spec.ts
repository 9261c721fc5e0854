import { UnitOfWork } from '@carillon/nestjs';
import { ExpiredSessions } from '../src/accounts/expired-sessions.js';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningApplication, startApplication } from './support/application.js';
import { temporaryFolder } from './support/files.js';
import { PASSWORD, Person, send } from './support/people.js';
import { CarillonProcess } from './support/process.js';

type Entry = Record<string, string | null>;

const parse = (lines: string): Entry[] =>
  lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Entry);

const omit = (entry: Entry, name: string): Entry =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => key !== name));

describe('the security log', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'log', 'security.log');
  let running: RunningApplication;
  let ada: Person;
  let bob: Person;

  /** What was recorded while something was done, without the time. */
  async function recorded(work: () => Promise<unknown>): Promise<Entry[]> {
    const before = existsSync(file) ? statSync(file).size : 0;
    await work();
    const entries = parse(readFileSync(file).subarray(before).toString());
    for (const { time } of entries) expect(Date.parse(time!)).toBeGreaterThan(Date.now() - 60_000);
    return entries.map((entry) => omit(entry, 'time'));
  }

  beforeAll(async () => {
    running = await startApplication({ SECURITY_LOG: file, SIGN_IN_ATTEMPTS: '3' });
    ada = await Person.signUp(running.url, 'ada');
    bob = await Person.signUp(running.url, 'bob');
  });

  afterAll(async () => {
    await running.stop();
    rmSync(folder, { recursive: true });
  });

  it('is a file that only its owner can read', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('records sign-up and sign-in, with the request id and a pseudonym of the address', async () => {
    let id = '';
    const [signUp, signIn, ...rest] = await recorded(async () => {
      ({ id } = await Person.signUp(running.url, 'carol'));
    });
    const common = {
      log: 'security',
      outcome: 'success',
      actor: null,
      target: id,
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      address: expect.stringMatching(/^[\da-f]{16}$/),
    };
    expect(signUp).toEqual({ ...common, action: 'sign-up' });
    expect(signIn).toEqual({ ...common, action: 'sign-in' });
    expect(signIn!['address']).toBe(signUp!['address']);
    expect(rest).toEqual([]);
  });

  it('records a sign-up whose response has no body', async () => {
    const account = { username: 'dora', password: PASSWORD };
    const [entry] = await recorded(() =>
      send(running.url, 'POST', '/api/accounts', account, { Prefer: 'return=minimal' }),
    );
    expect(entry).toMatchObject({
      action: 'sign-up',
      target: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  it('records a failed sign-in with its account, and one that a limit refused', async () => {
    const entries = await recorded(async () => {
      for (let n = 0; n < 40; n++) {
        const guess = { username: 'carol', password: `guess number ${n}` };
        const { status } = await send(running.url, 'POST', '/api/session', guess);
        if (status === 429) break;
      }
      await send(running.url, 'POST', '/api/session', { username: 'nobody', password: 'a guess' });
    });
    expect(entries[0]).toMatchObject({
      action: 'sign-in',
      outcome: 'failure',
      reason: 'unauthenticated',
      target: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    expect(entries).toContainEqual(
      expect.objectContaining({
        outcome: 'limited',
        reason: 'too-many-requests',
        target: entries[0]!['target'],
      }),
    );
  });

  it('records neither names nor passwords', () => {
    const content = readFileSync(file, 'utf8');
    for (const secret of ['carol', 'dora', 'guess number', PASSWORD])
      expect(content).not.toContain(secret);
  });

  it('records the end of a session, ended by itself or from another session', async () => {
    const phone = await Person.signIn(running.url, 'ada');
    const laptop = await Person.signIn(running.url, 'ada');
    const entries = await recorded(async () => {
      await ada.send('DELETE', `/api/sessions/${laptop.sessionId}`);
      await phone.send('DELETE', '/api/session');
    });
    const common = { action: 'session-end', outcome: 'success', actor: ada.id };
    expect(entries).toEqual([
      expect.objectContaining({ ...common, target: laptop.sessionId }),
      expect.objectContaining({ ...common, target: phone.sessionId }),
    ]);
  });

  it('records the end of the sessions that a sign-in replaces, whichever user they belonged to', async () => {
    const shared = await Person.signIn(running.url, 'ada');
    const entries = await recorded(() =>
      send(
        running.url,
        'POST',
        '/api/session',
        { username: 'bob', password: PASSWORD },
        shared.bearer,
      ),
    );
    expect(entries).toEqual([
      expect.objectContaining({
        action: 'session-end',
        outcome: 'success',
        actor: bob.id,
        target: shared.sessionId,
        reason: 'replaced',
      }),
      expect.objectContaining({ action: 'sign-in', target: bob.id }),
    ]);
  });

  it('records a changed password, and an attempt with the wrong current one', async () => {
    const bodies = ['not the password', PASSWORD].map((current) => ({
      current,
      password: PASSWORD,
    }));
    const entries = await recorded(async () => {
      for (const body of bodies) await bob.send('PUT', '/api/me/password', body);
      bob = await Person.signIn(running.url, 'bob');
    });
    const common = { action: 'password-change', actor: bob.id, target: bob.id };
    expect(entries).toContainEqual(
      expect.objectContaining({ ...common, outcome: 'failure', reason: 'forbidden' }),
    );
    expect(entries).toContainEqual(expect.objectContaining({ ...common, outcome: 'success' }));
  });

  it('records changed roles and removals from a room, including refused ones', async () => {
    const room = await ada.makes('Tower');
    await bob.joins(room);
    const member = `/api/rooms/${room.id}/members/${bob.id}`;
    const entries = await recorded(async () => {
      await bob.send('PATCH', member, { role: 'owner' });
      await ada.send('PATCH', member, { role: 'owner' });
      await ada.send('DELETE', member);
      await bob.joins(room);
      await bob.send('DELETE', member); // leaving is no matter of security
    });
    const common = { target: bob.id, room: room.id };
    expect(entries).toEqual([
      expect.objectContaining({
        ...common,
        action: 'role-change',
        outcome: 'failure',
        actor: bob.id,
      }),
      expect.objectContaining({
        ...common,
        action: 'role-change',
        outcome: 'success',
        actor: ada.id,
      }),
      expect.objectContaining({ ...common, action: 'removal', outcome: 'success', actor: ada.id }),
    ]);
  });

  it('records a user who was removed from the directory', async () => {
    const created = await send(running.url, 'POST', '/api/users', {
      firstname: 'J',
      lastname: 'D',
    });
    const { id } = (await created.json()) as { id: string };
    const [entry] = await recorded(() => send(running.url, 'DELETE', `/api/users/${id}`));
    expect(entry).toMatchObject({ action: 'removal', outcome: 'success', actor: null, target: id });
  });

  it('records each expired session once', async () => {
    const { session } = await ada.gets<{ session: { id: string } }>('/api/session');
    await running.app.get(UnitOfWork, { strict: false }).run(({ db }) =>
      db
        .updateTable('sessions')
        .set({ expires_at: new Date(0).toISOString() })
        .where('id', '=', session.id)
        .execute(),
    );
    const expired = running.app.get(ExpiredSessions, { strict: false });
    const entries = await recorded(() => Promise.all([expired.trim(), expired.trim()]));
    expect(entries).toEqual([
      {
        log: 'security',
        action: 'session-end',
        outcome: 'success',
        actor: null,
        target: session.id,
        reason: 'expired',
      },
    ]);
  });

  it('does not record invalid requests', async () => {
    const entries = await recorded(async () => {
      await send(running.url, 'POST', '/api/session', { username: 'ada' });
      await send(running.url, 'POST', '/api/accounts', { username: 'x', password: 'y' });
    });
    expect(entries).toEqual([]);
  });
});

it('goes to standard error, separately from the request log', async () => {
  const carillon = await CarillonProcess.start(
    { SECURITY_LOG_ADDRESS: 'clear' },
    undefined,
    undefined,
  );
  try {
    await Person.signUp(carillon.url, 'ada');
    expect(parse(carillon.errors)).toMatchObject([
      { action: 'sign-up', address: '127.0.0.1' },
      { action: 'sign-in', address: '127.0.0.1' },
    ]);
    expect(carillon.output).not.toContain('security');
  } finally {
    await carillon.stop();
  }
});
