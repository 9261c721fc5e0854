import { copyToPostgres, openDatabase } from '@carillon/nestjs/operations';
import Sqlite from 'better-sqlite3';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { features } from '../src/app.module.js';
import type { User } from '../src/users/user.js';
import { startApplication } from './support/application.js';
import { temporaryFolder } from './support/files.js';
import { subscribe } from './support/raw-subscriber.js';
import { anEvent } from './support/log.js';
import { openLog } from './support/server-log.js';
import { Person } from './support/people.js';
import type { EngineUnderTest } from './support/engines.js';
import { sharedPostgres } from './support/shared-postgres.js';
import { createUser, listUsers, post } from './support/requests.js';
import { openPostgres } from '../packages/nestjs/src/postgres/open-postgres.js';
import { until } from './support/wait.js';

const PROGRAM = join(import.meta.dirname, '..', 'dist', 'copy-to-postgres.js');

type Settings = Readonly<Record<string, string>>;

const begin = (settings: Settings, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, ...settings } });

const run = (to: string, ...args: string[]) => runWith({}, to, ...args);

const runWith = async (settings: Settings, to: string, ...args: string[]) => {
  const child = begin({ ...settings, DATABASE_URL: to }, args);
  let [output, errors] = ['', ''];
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output, errors };
};

describe('copying to PostgreSQL', () => {
  let server: EngineUnderTest;
  let folder: string;
  let to: string;

  const ask = async (query: string) => {
    const client = new pg.Client(to);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(query)).rows;
    } finally {
      await client.end();
    }
  };
  /** A log of so many events, the first of them trimmed. */
  const fill = async (path: string, events: number) => {
    const { work, close } = await openLog(`sqlite:${path}`);
    for (let n = 0; n < events; n += 1000)
      await work.run(async (tx) => {
        for (let m = 0; m < 1000; m++) tx.record(anEvent({ n: n + m }));
      });
    await close();
    const database = new Sqlite(path);
    database.exec('DELETE FROM events WHERE position <= 10; UPDATE event_log SET oldest = 11');
    database.close();
  };

  /** A connection that stops a copy to an empty database after its first thousand events, until it is closed. */
  const holdCopy = async () => {
    await (await openDatabase(to, features)).close();
    await ask(`create sequence public.batches;
      create function hold() returns trigger language plpgsql as $$ begin
        if nextval('public.batches') = 2 then perform pg_advisory_xact_lock(1); end if; return null; end $$;
      create trigger hold after insert on events execute function hold()`);
    const client = new pg.Client(to);
    await client.connect();
    await client.query('select pg_advisory_lock(1)');
    return client;
  };
  const held = `from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
  const isHeld = async () => (await ask(`select 1 ${held}`)).length > 0;

  beforeAll(async () => {
    server = await sharedPostgres();
  });
  beforeEach(async () => {
    folder = temporaryFolder();
    to = await server.createDatabase();
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  afterAll(() => server.stop());

  it('preserves users, keys and cursors: a disconnected subscriber receives exactly what it missed', async () => {
    const from = `sqlite:${join(folder, 'old.db')}`;
    const old = await startApplication({ DATABASE_URL: from });
    const subscriber = await subscribe(old.port, '/api/users/event');
    const users = [
      await createUser(old.url, 'Zoë "🎐"', "O'Neil\\"),
      await createUser(old.url, '李', 'Ångström'),
    ];
    await subscriber.receives(2, 'update');
    subscriber.socket.destroy();
    users.push(await createUser(old.url, 'Missed', 'ONE'));
    const once_ = (url: string) =>
      post(`${url}/api/users`, { firstname: 'Key', lastname: 'ED' }, { 'Idempotency-Key': 'k' });
    users.push((await (await once_(old.url)).json()) as User);
    await old.stop();

    const { code, output, errors } = await run(to, '--from', from);
    expect([code, errors]).toEqual([0, '']);
    expect(output).toContain('users: 4 rows, compared');
    expect(output).not.toContain('secret');

    const moved = await startApplication({ DATABASE_URL: to });
    const back = await subscribe(moved.port, '/api/users/event', {
      headers: { 'Last-Event-ID': subscriber.cursor },
    });
    await back.receives(2, 'update');
    const next = await createUser(moved.url, 'And', 'ON');
    await back.receives(3, 'update');
    expect(back.of('update', 'reset').map(({ data }) => data)).toEqual([users[2], users[3], next]);
    const repeat = await once_(moved.url);
    expect(repeat.headers.get('idempotency-replayed')).toBe('true');
    expect(await repeat.json()).toEqual(users[3]);
    expect(await listUsers(moved.url)).toEqual([...users, next]);
    back.socket.destroy();
    await moved.stop();
  });

  it('preserves accounts, sessions, rooms, messages and unread counts, which continue to change', async () => {
    const from = `sqlite:${join(folder, 'chat.db')}`;
    const old = await startApplication({ DATABASE_URL: from });
    const [ada, bob] = [await Person.signUp(old.url, 'ada'), await Person.signUp(old.url, 'bob')];
    const room = await ada.makes('Moving', 'private');
    await ada.brings(bob, room);
    const direct = { kind: 'direct', userId: bob.id };
    const conversation = await ada.does<{ id: string }>('POST', '/api/rooms', direct);
    for (const text of ['first @bob', 'second', 'third @bob']) await ada.says(room, text);
    const { id } = await ada.says(room, 'gone');
    await ada.does('DELETE', `/api/rooms/${room.id}/messages/${id}`);
    const before = await bob.gets('/api/me/rooms');
    const messages = await bob.gets(`/api/rooms/${room.id}/messages`);
    await old.stop();
    expect(await run(to, '--from', from)).toMatchObject({ code: 0, errors: '' });

    const moved = await startApplication({ DATABASE_URL: to });
    // With the tokens of before.
    const [there, here] = [ada.at(moved.url), bob.at(moved.url)];
    expect(await here.gets('/api/me/rooms')).toEqual(before);
    expect(await here.gets(`/api/rooms/${room.id}/messages`)).toEqual(messages);
    expect(await there.does('POST', '/api/rooms', direct)).toMatchObject({ id: conversation.id });
    expect(await there.says(room, 'fifth @bob')).toMatchObject({ seq: 5, mentions: [bob.id] });
    const found = await here.gets<{ text: string }[]>('/api/messages?q=bob');
    expect(found.map(({ text }) => text)).toEqual(['fifth @bob', 'third @bob', 'first @bob']);
    expect((await Person.signIn(moved.url, 'bob')).id).toBe(bob.id);
    await moved.stop();
  });

  it('records no events about copied rows of watched tables, which are watched afterwards', async () => {
    const path = join(folder, 'watched.db');
    const source = await openDatabase(`sqlite:${path}`, features);
    const at = '2026-01-01T00:00:00.000Z';
    const user = { firstname: 'Ada', lastname: 'LOVELACE', created_at: at, updated_at: at };
    await source.write
      .insertInto('users')
      .values({ id: 'ada', ...user })
      .execute();
    const waiting = { topic: 'orders/1', type: 'order.placed', data: '{}' };
    await source.write.insertInto('carillon_inbox').values(waiting).execute();
    await source.close();
    await (await openDatabase(to, features)).close();
    await ask(`select carillon.watch('carillon.users', topic => 'people/{id}')`);
    const inbox = 'select topic, type from carillon.carillon_inbox order by id';
    expect(await run(to, '--from', `sqlite:${path}`)).toMatchObject({ code: 0, errors: '' });
    expect(await ask(inbox)).toEqual([{ topic: 'orders/1', type: 'order.placed' }]);
    await ask(`update carillon.users set firstname = 'Augusta'`);
    expect((await ask(inbox)).slice(1)).toEqual([{ topic: 'people/ada', type: 'users.update' }]);
  });

  it('copies what features have stored that are turned off', async () => {
    const from = `sqlite:${join(folder, 'all.db')}`;
    const old = await startApplication({ DATABASE_URL: from });
    const ada = await Person.signUp(old.url, 'ada');
    const room = await ada.makes('Kept', 'private');
    await ada.says(room, 'still here');
    await old.stop();
    const issuer = { AUTH_ISSUER: 'https://issuer.example', AUTH_AUDIENCE: 'carillon' };
    const off = { FEATURES: 'users', PASSWORDS: 'off', ...issuer };
    expect(await runWith(off, to, '--from', from)).toMatchObject({ code: 0, errors: '' });
    const moved = await startApplication({ DATABASE_URL: to });
    const messages = await ada.at(moved.url).gets(`/api/rooms/${room.id}/messages`);
    expect(messages).toMatchObject([{ text: 'still here' }]);
    await moved.stop();
  });

  it('can take longer than the timeout of requests', async () => {
    const path = join(folder, 'slow.db');
    await fill(path, 2000);
    await (await openDatabase(to, features)).close();
    await ask(
      `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return null; end $$`,
    );
    await ask('create trigger slow after insert on events execute function slow()');
    const source = await openDatabase(`sqlite:${path}`, features);
    const target = await openPostgres(to, {
      connections: 2,
      timeouts: { connect: 3000, statement: 100, answer: 200 },
    });
    await copyToPostgres(source, target, features, () => undefined);
    await source.close();
    await target.close();
    expect(await ask('select count(*)::int as n from events')).toEqual([{ n: 1990 }]);
  });

  it('leaves the target empty when it is killed, and can be run again', async () => {
    const path = join(folder, 'long.db');
    await fill(path, 3000);
    const holder = await holdCopy();
    const child = begin({ DATABASE_URL: to }, ['--from', `sqlite:${path}`]);
    await until(isHeld);
    child.kill('SIGKILL');
    await once(child, 'close');
    await holder.end();
    const isCopying = `select 1 from pg_stat_activity where datname = current_database() and query like '%insert into "events"%' and pid <> pg_backend_pid()`;
    await until(async () => (await ask(isCopying)).length === 0);
    expect(await ask('select count(*)::int as n from events')).toEqual([{ n: 0 }]);

    const { code } = await run(to, '--from', `sqlite:${path}`);
    expect(code).toBe(0);
    expect(await ask('select count(*)::int as n, min(position)::int as first from events')).toEqual(
      [{ n: 2990, first: 11 }],
    );
    expect(await ask('select head::int, oldest::int from event_log')).toEqual([
      { head: 3000, oldest: 11 },
    ]);
  });

  it('refuses a target that is not empty, a missing source, and invalid arguments', async () => {
    const path = join(folder, 'some.db');
    await fill(path, 1000);
    const source = `sqlite:${path}`;
    expect((await run(to, '--from', source)).code).toBe(0);
    const again = await run(to, '--from', source);
    expect([again.code, again.errors]).toEqual([
      1,
      'The target is not empty: Carillon has already used it. Use an empty database.\n',
    ]);

    const missing = await run(to, '--from', `sqlite:${join(folder, 'typo.db')}`);
    expect(missing.code).toBe(1);
    expect(missing.errors).toContain('this file does not exist');
    expect(existsSync(join(folder, 'typo.db'))).toBe(false);

    const invalid: [string, ...string[]][] = [
      [to],
      [source, '--from', source],
      [source, '--from', to],
      [to, '--to', to],
    ];
    for (const { code, errors } of await Promise.all(invalid.map((args) => run(...args)))) {
      expect(code).toBe(2);
      expect(errors).toMatch(/^Usage: /);
    }
    const nowhere = await run('postgres://me:hidden@127.0.0.1:1/none', '--from', source);
    expect(nowhere.code).toBe(1);
    expect(nowhere.errors).toMatch(/^DATABASE_URL is "postgres.*cannot be reached/);
    expect(nowhere.errors).not.toContain('hidden');
  });

  it('gives a restored PostgreSQL database a new epoch with npm run restored', async () => {
    const restored = join(PROGRAM, '..', 'restored.js');
    const epochs = new Set<unknown>();
    for (let n = 0; n < 2; n++) {
      const child = spawn(process.execPath, [restored], {
        env: { ...process.env, DATABASE_URL: to },
      });
      expect(await once(child, 'close')).toEqual([0, null]);
      epochs.add((await ask('select epoch from event_log'))[0]!['epoch']);
    }
    expect(epochs.size).toBe(2);
  });

  it('refuses a source that another process has open, even if it is idle', async () => {
    const from = `sqlite:${join(folder, 'idle.db')}`;
    const idle = await startApplication({ DATABASE_URL: from });
    const { code, errors } = await run(to, '--from', from);
    expect([code, errors]).toEqual([
      1,
      `--from is "${from}": another process has this file open. Stop Carillon first.\n`,
    ]);
    await createUser(idle.url, 'Not', 'DISTURBED');
    await idle.stop();
    expect((await run(to, '--from', from)).code).toBe(0);
  });

  it('prevents writes to the source, and says that it can be run again after a lost connection', async () => {
    const path = join(folder, 'long.db');
    await fill(path, 3000);
    const holder = await holdCopy();
    const moving = run(to, '--from', `sqlite:${path}`);
    await until(isHeld);
    const writer = new Sqlite(path, { timeout: 0 });
    expect(() => writer.exec('BEGIN IMMEDIATE')).toThrow('locked');
    writer.close();
    await ask(`select pg_terminate_backend(pid) ${held}`);
    const { code, errors } = await moving;
    await holder.end();
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^The copy failed: .*\. Nothing was copied\. Run the command again\.\n$/,
    );
    expect(await ask('select count(*)::int as n from events')).toEqual([{ n: 0 }]);
  });
});
