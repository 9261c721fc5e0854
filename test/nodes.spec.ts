import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Message } from '../src/rooms/message.js';
import type { User } from '../src/users/user.js';
import { Hopper, until, writeTo } from './support/hopper.js';
import { openLog, fact } from './support/log.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person } from './support/people.js';
import { PostgresServer } from './support/postgres.js';
import { CarillonProcess } from './support/process.js';
import { createUser, listUsers, patch, post } from './support/requests.js';

const get = (url: string) => fetch(url);
const environment = { LOG_LEVEL: 'info', STREAM_HEARTBEAT: '1s' };

describe('several nodes on one PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let nodes: CarillonProcess[];
  let hoppers: Hopper[];

  const start = async (count: number) => {
    const settings = { ...environment, DATABASE_URL: url };
    nodes = await Promise.all(Array.from({ length: count }, () => CarillonProcess.start(settings)));
  };
  const urls = () => nodes.map((node) => node.url);
  const listen = (count: number) =>
    (hoppers = Array.from({ length: count }, (_, index) => new Hopper(urls, index)));
  const log = async () => {
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query<{ position: string; id: string }>(
      `select position, data::json ->> 'id' as id from events order by position`,
    );
    await client.end();
    expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, index) => index + 1));
    return rows.map(({ id }) => id);
  };
  const write = (writers: number) => writeTo(urls, writers);
  const everyoneHeardAll = async () => {
    const logged = await log();
    await until(() => hoppers.every(({ heard }) => heard.length >= logged.length));
    for (const { heard, resets } of hoppers) {
      expect(resets).toEqual([]);
      expect(heard).toEqual(logged);
    }
    return new Set(logged);
  };

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  beforeEach(async () => {
    nodes = [];
    hoppers = [];
    url = await server.createDatabase();
  });
  afterEach(async () => {
    for (const hopper of hoppers) hopper.close();
    await Promise.all(nodes.map((node) => node.kill()));
    for (const { folder } of nodes) rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => server.stop());

  it('start at once on an empty database, and tell every listener of every node what the log tells', async () => {
    await start(3);
    listen(6);
    const { answered, stop } = write(12);
    await until(() => answered.length >= 600);
    await stop();
    const logged = await everyoneHeardAll();
    expect(answered.length).toBeGreaterThanOrEqual(600);
    expect(answered.filter((id) => !logged.has(id))).toEqual([]);
  });

  it('lose nothing when one is killed under load: its listeners go on at another one', async () => {
    await start(3);
    listen(6);
    const { answered, stop } = write(12);
    await until(() => answered.length >= 200);
    await nodes[0]!.kill();
    const before = answered.length;
    await until(() => answered.length >= before + 200);
    await stop();
    const logged = await everyoneHeardAll();
    expect(answered.length).toBeGreaterThanOrEqual(before + 200);
    expect(answered.filter((id) => !logged.has(id))).toEqual([]);
  });

  it('keep a listener that hops from node to node at every event in the picture', async () => {
    await start(3);
    const [hopper] = listen(1);
    const { answered, stop } = write(3);
    for (let hops = 0, heard = -1; hops < 40;) {
      await sleep(5);
      if (hopper!.heard.length === heard) continue;
      heard = hopper!.heard.length;
      hops++;
      hopper!.hop();
    }
    await stop();
    await everyoneHeardAll();
    expect(answered.length).toBeGreaterThan(10);
  });

  it('survive that the database is killed under load: 503 meanwhile, streams stay open, nothing answered is lost', async () => {
    await start(2);
    listen(4);
    const { answered, stop } = write(8);
    await until(() => answered.length >= 200);
    await server.kill();

    const began = Date.now();
    const refused = await post(`${urls()[0]}/api/users`, { firstname: 'No', lastname: 'Where' });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect((await get(`${urls()[0]}/health/ready`)).status).toBe(503);
    expect((await get(`${urls()[0]}/health/live`)).status).toBe(200);
    const beats = hoppers.map(({ heartbeats }) => heartbeats);
    await until(() => hoppers.every(({ heartbeats }, index) => heartbeats > beats[index]!));
    hoppers.forEach(({ heartbeats }, index) => expect(heartbeats).toBeGreaterThan(beats[index]!));

    await server.startAgain();
    const before = answered.length;
    await until(() => answered.length >= before + 100, 40);
    await stop();
    expect(answered.length).toBeGreaterThanOrEqual(before + 100);
    const logged = await everyoneHeardAll();
    expect(answered.filter((id) => !logged.has(id))).toEqual([]);
    expect((await get(`${urls()[0]}/health/ready`)).status).toBe(200);
  });

  it('answer 503 in bounded time when the database hangs', async () => {
    await start(1);
    await createUser(urls()[0]!, 'Before', 'It');
    const client = new pg.Client(url);
    await client.connect();
    // All that the node asks for waits behind this lock.
    await client.query('begin; lock table users, events, event_log in access exclusive mode');
    const began = Date.now();
    const [posted, ready] = await Promise.all([
      post(`${urls()[0]}/api/users`, { firstname: 'In', lastname: 'Vain' }),
      get(`${urls()[0]}/health/ready`),
    ]);
    expect([posted.status, ready.status]).toEqual([503, 503]);
    expect(Date.now() - began).toBeLessThan(15_000);
    await client.query('rollback');
    await client.end();
    await createUser(urls()[0]!, 'After', 'It');
    expect((await listUsers(urls()[0]!)).map(({ firstname }) => firstname)).toEqual([
      'Before',
      'After',
    ]);
  });

  it('log an outage in short lines: one for each request that failed, and for its beginning and its end', async () => {
    await start(1);
    const [node] = nodes;
    await createUser(node!.url, 'Before', 'It');
    await server.kill();
    for (let n = 0; n < 3; n++)
      expect((await post(`${node!.url}/api/users`, { firstname: 'a', lastname: 'b' })).status).toBe(
        503,
      );
    await sleep(3000);
    await server.startAgain();
    await node!.says('The log can be read again');
    const lines = node!.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; msg: string; reason?: string });
    const errors = lines.filter(({ level }) => level >= 50);
    expect(errors.filter(({ msg }) => msg === 'request errored')).toHaveLength(3);
    expect(errors.filter(({ msg }) => msg.startsWith('The log cannot be read'))).toHaveLength(1);
    expect(errors).toHaveLength(4);
    for (const { reason } of errors) expect(reason).toMatch(/\w/);
    expect(node!.output).not.toMatch(/"stack"|    at /);
  });

  it('are not ready, and say why, while the database is read-only, as a standby is', async () => {
    await start(1);
    const ready = () => get(`${urls()[0]}/health/ready`);
    const make = (value: string) =>
      runAsOtherProgram(
        url,
        `set default_transaction_read_only = off;
        alter system set default_transaction_read_only = ${value};
        select pg_reload_conf()`,
      );
    expect((await ready()).status).toBe(200);
    await make('on');
    try {
      await until(async () => (await ready()).status === 503);
      expect(((await (await ready()).json()) as { detail: string }).detail).toBe(
        'database: is read-only.',
      );
      const posted = await post(`${urls()[0]}/api/users`, { firstname: 'No', lastname: 'Where' });
      expect(posted.status).toBe(503);
    } finally {
      await make('off');
    }
    await until(async () => (await ready()).status === 200);
    await createUser(urls()[0]!, 'After', 'It');
  });

  it('hear of each other again when LISTEN was cut, and meanwhile by looking', async () => {
    await start(2);
    const [hopper] = listen(1);
    const client = new pg.Client(url);
    await client.connect();
    for (let n = 0; n < 5; n++) {
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'carillon bell' and datname = current_database()`,
      );
      expect(rowCount).toBeGreaterThan(0);
      const { id } = await createUser(urls()[1]!, 'Still', 'Heard');
      await until(() => hopper!.heard.includes(id), 5);
      expect(hopper!.heard).toContain(id);
      await sleep(500);
    }
    await client.end();
  });

  it("do not get into each other's way when people of both talk in the same rooms", async () => {
    await start(2);
    const people = await Promise.all(
      Array.from({ length: 12 }, (_, n) => Person.signUp(urls()[0]!, `person-${n}`)),
    );
    const rooms = await Promise.all(Array.from({ length: 6 }, (_, n) => people[0]!.makes(`${n}`)));
    for (const person of people.slice(1))
      await Promise.all(rooms.map((room) => person.joins(room)));
    const said = people.map(async (person, n) => {
      const here = person.at(urls()[n % 2]!);
      for (let m = 0; m < 20; m++) await here.says(rooms[(n * 7 + m * 5) % 6]!, `${n} ${m}`);
    });
    await Promise.all(said);

    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    await client.end();
    expect(Number(rows[0]!.deadlocks)).toBe(0);
    const seqs = await Promise.all(
      rooms.map(async ({ id }) =>
        (await people[0]!.gets<Message[]>(`/api/rooms/${id}/messages?limit=200`)).map(
          ({ seq }) => seq,
        ),
      ),
    );
    for (const each of seqs) expect(each).toEqual(each.map((_, index) => index + 1));
    expect(seqs.flat()).toHaveLength(240);
  });

  it('never skip a commit that comes late', async () => {
    await start(1);
    listen(2);
    const late = new pg.Client(url);
    await late.connect();
    await late.query('begin');
    await late.query(`insert into users values ('late', 'Late', 'Comer', '', '')`);
    for (let n = 0; n < 20; n++) await createUser(urls()[0]!, 'Meanwhile', String(n));
    await late.query('update event_log set head = head + 1');
    const waiting = createUser(urls()[0]!, 'Waits', 'For the late one');
    await sleep(300);
    await late.query(
      `insert into events select head, 'users', 'user.created', '{"id":"late"}', null, '2026-01-01T00:00:00.000Z' from event_log`,
    );
    await late.query('commit');
    await late.end();
    await waiting;
    const logged = await everyoneHeardAll();
    expect([...logged].indexOf('late')).toBe(20);
  });

  it('carry out a request once that reaches two of them at the same time with one Idempotency-Key', async () => {
    await start(2);
    for (let n = 0; n < 20; n++) {
      const answers = await Promise.all(
        [0, 1].map((node) =>
          post(
            `${urls()[node]}/api/users`,
            { firstname: 'Only', lastname: `Once ${n}` },
            { 'Idempotency-Key': `key-${n}` },
          ),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      const [one, other] = (await Promise.all(answers.map((answer) => answer.json()))) as User[];
      expect(one).toEqual(other);
    }
    expect(await listUsers(urls()[0]!)).toHaveLength(20);
  });

  it('let one of two editors on two nodes win, and tell the other', async () => {
    await start(2);
    for (let n = 0; n < 10; n++) {
      const { id } = await createUser(urls()[0]!, 'Edited', 'Twice');
      const etag = (await get(`${urls()[0]}/api/users/${id}`)).headers.get('etag')!;
      const answers = await Promise.all(
        [0, 1].map((node) =>
          patch(
            `${urls()[node]}/api/users/${id}`,
            { lastname: `By ${node}` },
            { 'If-Match': etag },
          ),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    }
  });

  it('tell every listener to begin anew when the database was set back, however far it has come since', async () => {
    await start(2);
    listen(2);
    for (let n = 0; n < 10; n++) await createUser(urls()[0]!, 'Before', String(n));
    await until(() => hoppers.every(({ heard }) => heard.length === 10));
    const client = new pg.Client(url);
    await client.connect();
    // As on a replica that had not heard of the last three, and has taken five others since.
    await client.query(`begin;
      delete from events where position > 7; update event_log set head = 12;
      insert into events select n, 'users', 'user.created', '{"id":"other"}', null, '2026-01-01T00:00:00.000Z'
        from generate_series(8, 12) n;
      commit`);
    await until(() => hoppers.every(({ resets }) => resets.length > 0));
    for (const { resets } of hoppers) expect(resets[0]).toContain('"unknown"');
    const { rows } = await client.query<{ epoch: string }>('select epoch from event_log');
    await client.end();
    const snapshot = await get(`${urls()[1]}/api/users`);
    expect(snapshot.headers.get('last-event-id')).toBe(`${rows[0]!.epoch}-12`);
    const { id } = await createUser(urls()[1]!, 'And', 'On');
    await until(() => hoppers.every(({ heard }) => heard.includes(id)));
    for (const { heard } of hoppers) expect(heard.at(-1)).toBe(id);
  });
});

describe('a command on PostgreSQL', () => {
  it('runs again when it was the victim of a deadlock, and is done once', async () => {
    const server = await PostgresServer.start();
    const url = await server.createDatabase();
    const [one, other] = [await openLog(url), await openLog(url)];
    const row = (id: string) => ({
      id,
      firstname: '',
      lastname: '',
      created_at: '',
      updated_at: '',
    });
    await one.work.run(async ({ db }) => {
      await db
        .insertInto('users')
        .values([row('a'), row('b')])
        .execute();
    });
    let attempts = 0;
    const cross = (node: typeof one, first: string, second: string) =>
      node.work.run(async (tx) => {
        attempts++;
        for (const id of [first, second]) {
          await tx.db.selectFrom('users').selectAll().where('id', '=', id).forUpdate().execute();
          await sleep(50);
        }
        tx.record(fact(first));
      });
    await Promise.all([cross(one, 'a', 'b'), cross(other, 'b', 'a')]);
    expect(attempts).toBeGreaterThan(2);
    expect(await one.log.read(0, 100, 100)).toHaveLength(2);
    await one.close();
    await other.close();
    await server.stop();
  });
});
