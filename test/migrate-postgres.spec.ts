import Sqlite from 'better-sqlite3';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { User } from '../src/users/user.js';
import { openDatabase } from '../src/database/database.module.js';
import { move } from '../src/database/move.js';
import { openPostgres } from '../src/database/postgres.js';
import { temporaryFolder } from './support/application.js';
import { until } from './support/hopper.js';
import { listen } from './support/listener.js';
import { fact, openLog } from './support/log.js';
import { Person } from './support/people.js';
import { PostgresServer } from './support/postgres.js';
import { CarillonProcess } from './support/process.js';
import { createUser, listUsers, post } from './support/requests.js';

const PROGRAM = join(import.meta.dirname, '..', 'dist', 'migrate-postgres.js');

const begin = (to: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, DATABASE_URL: to } });

const run = async (to: string, ...args: string[]) => {
  const child = begin(to, ...args);
  let [output, errors] = ['', ''];
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output, errors };
};

describe('moving to PostgreSQL', () => {
  let server: PostgresServer;
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
        for (let m = 0; m < 1000; m++) tx.record(fact({ n: n + m }));
      });
    await close();
    const database = new Sqlite(path);
    database.exec('DELETE FROM events WHERE position <= 10; UPDATE event_log SET oldest = 11');
    database.close();
  };

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  beforeEach(async () => {
    folder = temporaryFolder();
    to = await server.createDatabase();
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  afterAll(() => server.stop());

  it('keeps users, keys and cursors: a listener that was cut off hears what it missed, and nothing else', async () => {
    const from = `sqlite:${join(folder, 'old.db')}`;
    const old = await CarillonProcess.start({ DATABASE_URL: from });
    const listener = await listen(old.port, '/api/users/event');
    const users = [
      await createUser(old.url, 'Zoë "🎐"', "O'Neil\\"),
      await createUser(old.url, '李', 'Ångström'),
    ];
    await listener.hears(2, 'update');
    listener.socket.destroy();
    users.push(await createUser(old.url, 'Missed', 'ONE'));
    const once_ = (url: string) =>
      post(`${url}/api/users`, { firstname: 'Key', lastname: 'ED' }, { 'Idempotency-Key': 'k' });
    users.push((await (await once_(old.url)).json()) as User);
    await old.stop();

    const { code, output, errors } = await run(to, '--from', from);
    expect([code, errors]).toEqual([0, '']);
    expect(output).toContain('users: 4 rows, compared');
    expect(output).not.toContain('secret');

    const moved = await CarillonProcess.start({ DATABASE_URL: to });
    const back = await listen(moved.port, '/api/users/event', {
      headers: { 'Last-Event-ID': listener.cursor },
    });
    await back.hears(2, 'update');
    const next = await createUser(moved.url, 'And', 'ON');
    await back.hears(3, 'update');
    expect(back.of('update', 'reset').map(({ data }) => data)).toEqual([users[2], users[3], next]);
    const repeat = await once_(moved.url);
    expect(repeat.headers.get('idempotency-replayed')).toBe('true');
    expect(await repeat.json()).toEqual(users[3]);
    expect(await listUsers(moved.url)).toEqual([...users, next]);
    back.socket.destroy();
    await moved.kill();
    for (const path of [old.folder, moved.folder]) rmSync(path, { recursive: true, force: true });
  });

  it('keeps accounts, sessions, rooms, messages and what is unread, and goes on from there', async () => {
    const from = `sqlite:${join(folder, 'chat.db')}`;
    const old = await CarillonProcess.start({ DATABASE_URL: from });
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

    const moved = await CarillonProcess.start({ DATABASE_URL: to });
    // With the tokens of before.
    const [there, here] = [ada.at(moved.url), bob.at(moved.url)];
    expect(await here.gets('/api/me/rooms')).toEqual(before);
    expect(await here.gets(`/api/rooms/${room.id}/messages`)).toEqual(messages);
    expect(await there.does('POST', '/api/rooms', direct)).toMatchObject({ id: conversation.id });
    expect(await there.says(room, 'fifth @bob')).toMatchObject({ seq: 5, mentions: [bob.id] });
    const found = await here.gets<{ text: string }[]>('/api/messages?q=bob');
    expect(found.map(({ text }) => text)).toEqual(['fifth @bob', 'third @bob', 'first @bob']);
    expect((await Person.signIn(moved.url, 'bob')).id).toBe(bob.id);
    await moved.kill();
    for (const path of [old.folder, moved.folder]) rmSync(path, { recursive: true, force: true });
  });

  it('copies for longer than a request may take', async () => {
    const path = join(folder, 'slow.db');
    await fill(path, 2000);
    await (await openDatabase(to)).close();
    await ask(
      `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return null; end $$`,
    );
    await ask('create trigger slow after insert on events execute function slow()');
    const source = await openDatabase(`sqlite:${path}`);
    const target = await openPostgres(to, 2, { connect: 3000, statement: 100, answer: 200 });
    await move(source, target, () => undefined);
    await source.close();
    await target.close();
    expect(await ask('select count(*)::int as n from events')).toEqual([{ n: 1990 }]);
  });

  it('keeps what is older than the form that events must have, and has it kept from then on', async () => {
    const path = join(folder, 'odd.db');
    await fill(path, 1000);
    const database = new Sqlite(path);
    const { sql } = database
      .prepare<[], { sql: string }>(`SELECT sql FROM sqlite_schema WHERE name = 'events_form'`)
      .get()!;
    database.exec(
      `DROP TRIGGER events_form; UPDATE events SET type = 'reset', data = 'null'; ${sql}`,
    );
    database.close();
    expect(await run(to, '--from', `sqlite:${path}`)).toMatchObject({
      code: 0,
      errors: '',
    });
    expect(await ask(`select count(*)::int as n from events where data = 'null'`)).toEqual([
      { n: 990 },
    ]);
    await expect(ask(`select carillon_record('users', 'reset', '{}')`)).rejects.toThrow(
      'events_form',
    );
  });

  it('leaves the target empty when it is killed in the middle, and can be run again', async () => {
    const path = join(folder, 'long.db');
    await fill(path, 60_000);
    const child = begin(to, '--from', `sqlite:${path}`);
    const isCopying = `select 1 from pg_stat_activity where datname = current_database() and query like '%insert into "events"%' and pid <> pg_backend_pid()`;
    await until(async () => (await ask(isCopying)).length > 0);
    child.kill('SIGKILL');
    await once(child, 'close');
    await sleep(200);
    expect(await ask('select count(*)::int as n from events')).toEqual([{ n: 0 }]);

    const { code } = await run(to, '--from', `sqlite:${path}`);
    expect(code).toBe(0);
    expect(await ask('select count(*)::int as n, min(position)::int as first from events')).toEqual(
      [{ n: 59_990, first: 11 }],
    );
    expect(await ask('select head::int, oldest::int from event_log')).toEqual([
      { head: 60_000, oldest: 11 },
    ]);
  });

  it('refuses a target that is not empty, a source that is not there, and anything it does not understand', async () => {
    const path = join(folder, 'some.db');
    await fill(path, 1000);
    const source = `sqlite:${path}`;
    expect((await run(to, '--from', source)).code).toBe(0);
    const again = await run(to, '--from', source);
    expect([again.code, again.errors]).toEqual([
      1,
      'The target is not empty: a Carillon has been at work on it. Name an empty database.\n',
    ]);

    const missing = await run(to, '--from', `sqlite:${join(folder, 'typo.db')}`);
    expect(missing.code).toBe(1);
    expect(missing.errors).toContain('there is no such file');
    expect(existsSync(join(folder, 'typo.db'))).toBe(false);

    for (const args of [
      [to],
      [source, '--from', source],
      [source, '--from', to],
      [to, '--to', to],
    ]) {
      const { code, errors } = await run(...(args as [string, ...string[]]));
      expect(code).toBe(2);
      expect(errors).toMatch(/^Usage: /);
    }
    const nowhere = await run('postgres://me:hidden@127.0.0.1:1/none', '--from', source);
    expect(nowhere.code).toBe(1);
    expect(nowhere.errors).toMatch(/^DATABASE_URL is "postgres.*cannot be reached/);
    expect(nowhere.errors).not.toContain('hidden');
  });

  it('leaves a restored PostgreSQL with another epoch by npm run restored', async () => {
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

  it('refuses a source that a Carillon has open, idle as it is', async () => {
    const from = `sqlite:${join(folder, 'idle.db')}`;
    const idle = await CarillonProcess.start({ DATABASE_URL: from });
    const { code, errors } = await run(to, '--from', from);
    expect([code, errors]).toEqual([
      1,
      `--from is "${from}": another process has it open; stop Carillon first.\n`,
    ]);
    await createUser(idle.url, 'Not', 'DISTURBED');
    await idle.stop();
    expect((await run(to, '--from', from)).code).toBe(0);
    rmSync(idle.folder, { recursive: true });
  });

  it('lets nobody write to the source meanwhile, and says that it can be run again when it was cut off', async () => {
    const path = join(folder, 'long.db');
    await fill(path, 60_000);
    const moving = run(to, '--from', `sqlite:${path}`);
    const copying = `from pg_stat_activity where datname = current_database() and query like '%insert into "events"%' and pid <> pg_backend_pid()`;
    await until(async () => (await ask(`select 1 ${copying}`)).length > 0);
    const writer = new Sqlite(path, { timeout: 0 });
    expect(() => writer.exec('BEGIN IMMEDIATE')).toThrow('locked');
    writer.close();
    await ask(`select pg_terminate_backend(pid) ${copying}`);
    const { code, errors } = await moving;
    expect(code).toBe(1);
    expect(errors).toMatch(/^It failed: .*\. Nothing was moved; run it again\.\n$/);
    expect(await ask('select count(*)::int as n from events')).toEqual([{ n: 0 }]);
    expect((await run(to, '--from', `sqlite:${path}`)).code).toBe(0);
  });
});
