import { rmSync } from 'node:fs';
import pg from 'pg';
import { MAX_INVITATIONS, MAX_ROOMS } from '../src/rooms/room/limits.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import type { User } from '../src/users/user.js';
import { startApplication } from './support/application.js';
import { Hopper, stopWriters, writeTo } from './support/hopper.js';
import { anEvent } from './support/log.js';
import { openLog } from './support/server-log.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person } from './support/people.js';
import { PostgresServer } from './support/postgres.js';
import { CarillonProcess } from './support/process.js';
import { createUser, patch, post } from './support/requests.js';
import { throughout, until } from './support/wait.js';

afterEach(stopWriters);

const get = (url: string) => fetch(url);

let server: PostgresServer;
beforeAll(async () => void (server = await PostgresServer.start()));
afterAll(() => server.stop());

const startNodes = (DATABASE_URL: string, count: number) => {
  const settings = { LOG_LEVEL: 'info', STREAM_HEARTBEAT: '1s', DATABASE_URL };
  return Promise.all(Array.from({ length: count }, () => CarillonProcess.start(settings)));
};
const killNodes = async (nodes: CarillonProcess[]) => {
  await Promise.all(nodes.map((node) => node.kill()));
  for (const { folder } of nodes) rmSync(folder, { recursive: true, force: true });
};

/** How many users have the first name. */
const countOf = async (url: string, firstname: string) => {
  const client = new pg.Client(url);
  await client.connect();
  const { rowCount } = await client.query('select 1 from users where firstname = $1', [firstname]);
  await client.end();
  return rowCount;
};

/** The sorted statuses of requests that have all begun before any of them can write to a table. */
async function statusesBehindLock(
  url: string,
  table: string,
  requests: readonly (() => Promise<Response>)[],
) {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`begin; lock table ${table} in share row exclusive mode`);
  const answers = requests.map((request) => request());
  await until(async () => {
    const { rows } = await client.query('select distinct pid from pg_locks where not granted');
    return rows.length >= requests.length;
  });
  await client.query('commit');
  await client.end();
  return (await Promise.all(answers)).map(({ status }) => status).toSorted();
}

/** What a node with a database of its own responds while that database hangs. */
async function respondWhileHanging() {
  const url = await server.createDatabase();
  const node = await startApplication({ DATABASE_URL: url });
  await createUser(node.url, 'Before', 'It');
  const client = new pg.Client(url);
  await client.connect();
  // All that the node asks for waits behind this lock.
  await client.query('begin; lock table users, events, event_log in access exclusive mode');
  const began = Date.now();
  const [posted, ready] = await Promise.all([
    post(`${node.url}/api/users`, { firstname: 'In', lastname: 'Vain' }),
    get(`${node.url}/health/ready`),
  ]);
  const milliseconds = Date.now() - began;
  await client.query('rollback');
  await client.end();
  await createUser(node.url, 'Afterwards', 'It');
  const [vain, afterwards] = [await countOf(url, 'In'), await countOf(url, 'Afterwards')];
  await node.stop();
  return { posted: posted.status, ready: ready.status, milliseconds, vain, afterwards };
}

describe('several nodes on one PostgreSQL', () => {
  let url: string;
  let nodes: CarillonProcess[] = [];
  let hoppers: Hopper[] = [];

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
    await until(() => hoppers.every(({ received: heard }) => heard.length >= logged.length));
    for (const { received: heard, resets } of hoppers) {
      expect(resets).toEqual([]);
      expect(heard).toEqual(logged);
    }
    return new Set(logged);
  };

  beforeAll(async () => {
    url = await server.createDatabase();
    nodes = await startNodes(url, 3);
  });
  afterEach(() => {
    for (const hopper of hoppers) hopper.close();
  });
  afterAll(() => killNodes(nodes));

  it('start at the same time on an empty database, and deliver the log to every subscriber of every node', async () => {
    listen(6);
    const { answered, stop } = write(12);
    await until(() => answered.length >= 300);
    await stop();
    const logged = await everyoneHeardAll();
    expect(answered.length).toBeGreaterThanOrEqual(300);
    expect(answered.filter((id) => !logged.has(id))).toEqual([]);
  });

  it('deliver every event to a subscriber that changes the node after each one', async () => {
    const [hopper] = listen(1);
    const { answered, stop } = write(3);
    for (let hops = 0, heard = -1; hops < 40;) {
      const before = heard;
      await until(() => hopper!.received.length > before);
      heard = hopper!.received.length;
      hops++;
      hopper!.hop();
    }
    await stop();
    await everyoneHeardAll();
    expect(answered.length).toBeGreaterThan(10);
  });

  it('lose nothing when one is killed under load: its subscribers continue at another one', async () => {
    listen(6);
    const { answered, stop } = write(12);
    await until(() => answered.length >= 100);
    const [victim] = nodes;
    await victim!.kill();
    const before = answered.length;
    await until(() => answered.length >= before + 100);
    await stop();
    const logged = await everyoneHeardAll();
    expect(answered.length).toBeGreaterThanOrEqual(before + 100);
    expect(answered.filter((id) => !logged.has(id))).toEqual([]);
    nodes.shift();
    rmSync(victim!.folder, { recursive: true, force: true });
  });

  it('survive when the database is killed under load: 503, streams stay open, no acknowledged write is lost', async () => {
    listen(4);
    const { answered, stop } = write(8);
    await until(() => answered.length >= 100);
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
    await until(() => answered.length >= before + 50, 40);
    await stop();
    expect(answered.length).toBeGreaterThanOrEqual(before + 50);
    const logged = await everyoneHeardAll();
    expect(answered.filter((id) => !logged.has(id))).toEqual([]);
    expect((await get(`${urls()[0]}/health/ready`)).status).toBe(200);
  });

  it('log an outage in short lines: one for each failed request, one for its start and one for its end', async () => {
    const [node] = nodes;
    await createUser(node!.url, 'Before', 'It');
    node!.output = '';
    await server.kill();
    for (let n = 0; n < 3; n++)
      expect((await post(`${node!.url}/api/users`, { firstname: 'a', lastname: 'b' })).status).toBe(
        503,
      );
    const unreadable = () => node!.output.split('The log cannot be read').length - 1;
    await until(() => unreadable() === 1);
    // Each poll fails, one a second, and only the first one is logged.
    await throughout(1500, () => unreadable() === 1);
    await server.startAgain();
    await node!.says('The log can be read again');
    const lines = node!.output
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { level: number; context: string; msg: string; reason?: string },
      );
    const errors = lines.filter(({ level }) => level >= 50);
    expect(errors.filter(({ msg }) => msg === 'request errored')).toHaveLength(3);
    // Whatever else was running during the outage logs its own failure, once.
    const written = errors
      .filter(({ msg }) => msg !== 'request errored')
      .map(({ context, msg }) => `${context}: ${msg}`);
    expect(written).toContain('EventFeed: The log cannot be read; each poll tries again.');
    expect(written).toEqual([...new Set(written)]);
    const isExpected =
      /: (The log cannot be read|Events cannot be moved|The queue of notifications|A background task failed)/;
    expect(written.filter((line) => !isExpected.test(line))).toEqual([]);
    for (const { reason } of errors) expect(reason).toMatch(/\w/);
    expect(node!.output).not.toMatch(/"stack"|    at /);
  });

  it('never skip a late commit', async () => {
    const before = (await log()).length;
    listen(2);
    const late = new pg.Client(url);
    await late.connect();
    await late.query('begin');
    await late.query(
      `insert into users (id, firstname, lastname, created_at, updated_at) values ('late', 'Late', 'Comer', '', '')`,
    );
    for (let n = 0; n < 20; n++) await createUser(urls()[0]!, 'Meanwhile', String(n));
    await late.query('update event_log set head = head + 1');
    const waiting = createUser(urls()[0]!, 'Waits', 'For the late one');
    const waitingForLock = async () =>
      (await late.query(`select 1 from pg_locks where not granted`)).rows.length;
    await until(async () => (await waitingForLock()) > 0);
    await late.query(
      `insert into events (position, topic, type, data, at) select head, 'users', 'user.created', '{"id":"late"}', '2026-01-01T00:00:00.000Z' from event_log`,
    );
    await late.query('commit');
    await late.end();
    await waiting;
    const logged = await everyoneHeardAll();
    expect([...logged].indexOf('late')).toBe(before + 20);
  });

  it('are not ready, and say why, while the database is read-only like a standby', async () => {
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

  describe('while the database of another node hangs', () => {
    let hanging: ReturnType<typeof respondWhileHanging>;

    beforeAll(() => {
      hanging = respondWhileHanging();
      hanging.catch(() => undefined); // The last test awaits it.
    });

    it('poll while the LISTEN connection is lost, and then receive notifications again', async () => {
      const [hopper] = listen(1);
      const client = new pg.Client(url);
      await client.connect();
      const listening = async () =>
        (
          await client.query(
            `select 1 from pg_stat_activity where application_name = 'carillon notifier' and datname = current_database()`,
          )
        ).rows.length;
      for (let n = 0; n < 5; n++) {
        await until(async () => (await listening()) > 0);
        const { rowCount } = await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'carillon notifier' and datname = current_database()`,
        );
        expect(rowCount).toBeGreaterThan(0);
        const { id } = await createUser(urls()[1]!, 'Still', 'Heard');
        await until(() => hopper!.received.includes(id), 5);
        expect(hopper!.received).toContain(id);
      }
      await client.end();
    });

    it('do not conflict when users of both post in the same rooms', async () => {
      const people = await Promise.all(
        Array.from({ length: 12 }, (_, n) => Person.signUp(urls()[0]!, `person-${n}`)),
      );
      const rooms = await Promise.all(
        Array.from({ length: 6 }, (_, n) => people[0]!.makes(`${n}`)),
      );
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

    it('carry out a request with an Idempotency-Key once when two of them receive it at the same time', async () => {
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
      expect(await countOf(url, 'Only')).toBe(20);
    });

    it('let one of two editors on two nodes win, and refuse the other', async () => {
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

    it('let two commands on two nodes use up a limit of a user, but not exceed it', async () => {
      const [owner, guest] = [
        await Person.signUp(urls()[0]!, 'owner'),
        await Person.signUp(urls()[0]!, 'guest'),
      ];
      const own: Room[] = [];
      for (let n = 0; n <= MAX_INVITATIONS.between; n++) own.push(await owner.makes(`Own ${n}`));
      const [first, second, ...others] = own as [Room, Room, ...Room[]];

      const invite = ({ id }: Room, node: number) =>
        owner.at(urls()[node]!).send('POST', `/api/rooms/${id}/invitations`, { userId: guest.id });
      for (const room of others) expect((await invite(room, 0)).status).toBe(201);
      const invited = await statusesBehindLock(url, 'invitations', [
        () => invite(first, 0),
        () => invite(second, 1),
      ]);
      expect(invited).toEqual([201, 409]);

      await runAsOtherProgram(
        url,
        `insert into rooms (id, kind, name, last_seq, created_at, updated_at)
           select 'many ' || n, 'private', 'Many', 0, '2026', '2026' from generate_series(2, ${MAX_ROOMS}) n;
         insert into members (room_id, user_id, role, read_seq, joined_at)
           select 'many ' || n, '${guest.id}', 'member', 0, '2026' from generate_series(2, ${MAX_ROOMS}) n`,
      );
      const join = ({ id }: Room, node: number) =>
        guest.at(urls()[node]!).send('POST', `/api/rooms/${id}/members`);
      const joined = await statusesBehindLock(url, 'members', [
        () => join(first, 0),
        () => join(second, 1),
      ]);
      expect(joined).toEqual([201, 409]);
    });

    it('reset every subscriber after the database was restored, however many events it has now', async () => {
      listen(2);
      for (let n = 0; n < 9; n++) await createUser(urls()[0]!, 'Before', String(n));
      const last = await createUser(urls()[0]!, 'Before', 'the reset');
      const head = (await log()).length;
      await until(() => hoppers.every(({ received: heard }) => heard.at(-1) === last.id));
      const client = new pg.Client(url);
      await client.connect();
      // As on a replica that missed the last three commits and has taken five others since.
      await client.query(`begin;
      delete from events where position > ${head - 3}; update event_log set head = ${head + 2};
      insert into events (position, topic, type, data, at)
        select n, 'users', 'user.created', '{"id":"other"}', '2026-01-01T00:00:00.000Z'
        from generate_series(${head - 2}, ${head + 2}) n;
      commit`);
      await until(() => hoppers.every(({ resets }) => resets.length > 0));
      for (const { resets } of hoppers) expect(resets[0]).toContain('"unknown"');
      const { rows } = await client.query<{ epoch: string }>('select epoch from event_log');
      await client.end();
      const snapshot = await get(`${urls()[1]}/api/users`);
      expect(snapshot.headers.get('last-event-id')).toBe(`${rows[0]!.epoch}-${head + 2}`);
      const { id } = await createUser(urls()[1]!, 'And', 'On');
      await until(() => hoppers.every(({ received: heard }) => heard.includes(id)));
      for (const { received: heard } of hoppers) expect(heard.at(-1)).toBe(id);
    });

    it('run a command again after a deadlock, and carry it out once', async () => {
      const own = await server.createDatabase();
      const [one, other] = [await openLog(own), await openLog(own)];
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
      let holding = 0;
      const cross = (node: typeof one, first: string, second: string) =>
        node.work.run(async (tx) => {
          attempts++;
          const lock = (id: string) =>
            tx.db.selectFrom('users').selectAll().where('id', '=', id).forUpdate().execute();
          await lock(first);
          // The first time, each holds what the other one needs.
          holding++;
          await until(() => holding >= 2);
          await lock(second);
          tx.record(anEvent(first));
        });
      await Promise.all([cross(one, 'a', 'b'), cross(other, 'b', 'a')]);
      expect(attempts).toBeGreaterThan(2);
      expect(await one.log.read(0, 100, 100)).toHaveLength(2);
      await one.close();
      await other.close();
    });

    it('that node responds with 503 in bounded time', async () => {
      const { posted, ready, milliseconds, vain, afterwards } = await hanging;
      expect([posted, ready]).toEqual([503, 503]);
      expect(milliseconds).toBeLessThan(15_000);
      expect([vain, afterwards]).toEqual([0, 1]);
    });
  });
});
