import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Message } from '../src/rooms/room/message.js';
import type { Room } from '../src/rooms/room/room.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { Person } from './support/people.js';
import { PostgresServer } from './support/postgres.js';
import { listUsers, post, problemCode } from './support/requests.js';
import { throughout, until } from './support/wait.js';

/** A commit waits for a standby of this name, and there is none. */
const CUT_OFF = `alter system set synchronous_standby_names = 'standby'`;
const NOT_REPLICATED = `alter system reset synchronous_standby_names`;
const WAITING = `from pg_stat_activity where wait_event = 'SyncRep'`;

describe('while the only synchronous standby is cut off', () => {
  let server: PostgresServer;
  let database: string;
  let admin: pg.Client;
  let application: RunningApplication;
  let url: string;
  let ada: Person;
  let bob: Person;
  let room: Room;

  const configure = async (statement: string) => {
    await admin.query(statement);
    await admin.query('select pg_reload_conf()');
  };
  const cutOff = async () => {
    await configure(CUT_OFF);
    // A new connection has the setting only after all others were signalled to read it before their next statement.
    await until(async () => {
      const fresh = new pg.Client(database);
      await fresh.connect();
      const { rows } = await fresh.query<{ names: string }>(
        `select current_setting('synchronous_standby_names') as names`,
      );
      await fresh.end();
      return rows[0]!.names === 'standby';
    });
  };
  const isWaiting = async () => (await admin.query(`select ${WAITING}`)).rowCount! > 0;
  /** Calls a function of the administrator's on all commits that wait, until every request has its answer. */
  const endWaits = async (end: string, requests: Promise<Response>[]) => {
    let isAnswered = false;
    const answers = Promise.all(requests).finally(() => (isAnswered = true));
    while (!isAnswered) {
      await admin.query(`select ${end}(pid) ${WAITING}`);
      await sleep(10);
    }
    return answers;
  };
  const create = (firstname: string, headers = {}) =>
    post(`${url}/api/users`, { firstname, lastname: 'DOE' }, headers);

  beforeAll(async () => {
    server = await PostgresServer.start();
    database = await server.createDatabase();
    admin = new pg.Client(database);
    await admin.connect();
    await admin.query('set synchronous_commit = local');
    application = await startApplication({ DATABASE_URL: database });
    ({ url } = application);
    [ada, bob] = [await Person.signUp(url, 'ada'), await Person.signUp(url, 'bob')];
    room = await ada.makes('Room');
  });
  beforeEach(cutOff);
  // Whatever still waits goes on.
  afterEach(() => configure(NOT_REPLICATED));
  afterAll(async () => {
    await application.stop();
    await admin.end();
    await server.stop();
  });

  it.each(['pg_cancel_backend', 'pg_terminate_backend'])(
    'a commit that an administrator frees with %s is answered 503',
    async (end) => {
      const answers = await endWaits(end, [create(end), create(end)]);
      for (const answer of answers) {
        expect(answer.status).toBe(503);
        expect(await problemCode(answer)).toBe('unavailable');
      }
      // It is committed here, and lost if the standby takes over.
      await until(async () => !(await isWaiting()));
      expect((await listUsers(url)).filter(({ firstname }) => firstname === end)).toHaveLength(2);
    },
  );

  it('is also noticed by a role that asks for no warnings', async () => {
    await admin.query('alter role carillon set client_min_messages = error');
    // A new connection takes the place of each that has failed.
    await endWaits('pg_terminate_backend', [create('first')]);
    const [answer] = await endWaits('pg_cancel_backend', [create('second')]);
    await admin.query('alter role carillon reset client_min_messages');
    expect(answer!.status).toBe(503);
  });

  it('a request that is repeated waits like the first, whatever is stored of it', async () => {
    const clientId = randomUUID();
    const key = { 'Idempotency-Key': randomUUID() };
    const requests = [
      () => create('Keyed', key),
      () => ada.send('POST', `/api/rooms/${room.id}/messages`, { clientId, text: 'Said' }),
      () => bob.send('POST', `/api/rooms/${room.id}/members`),
    ];
    const statuses = (answers: Response[]) => answers.map(({ status }) => status);
    const carriedOut = requests.map((send) => send());
    expect(statuses(await endWaits('pg_cancel_backend', carriedOut))).toEqual([503, 503, 503]);
    for (const send of requests)
      expect(statuses(await endWaits('pg_cancel_backend', [send()]))).toEqual([503]);

    await configure(NOT_REPLICATED);
    const [keyed, posted, joined] = await Promise.all(requests.map((send) => send()));
    expect(keyed!.headers.get('idempotency-replayed')).toBe('true');
    expect(statuses([keyed!, posted!, joined!])).toEqual([201, 201, 200]);
    const users = await listUsers(url);
    expect(users.filter(({ firstname }) => firstname === 'Keyed')).toHaveLength(1);
    const messages = await ada.gets<Message[]>(`/api/rooms/${room.id}/messages`);
    expect(messages.filter((message) => message.clientId === clientId)).toHaveLength(1);
  });

  it('every request is answered 503 within 10 s, also one that queues behind another', async () => {
    const timed = async (answer: Promise<Response>) => {
      const began = performance.now();
      const { status } = await answer;
      return { status, isInTime: performance.now() - began < 10_000 };
    };
    const first = timed(create('Waits'));
    await until(isWaiting);
    const behind = timed(create('Queues'));
    await throughout(4000, isWaiting);
    const late = timed(create('Comes late'));
    const inTime = { status: 503, isInTime: true };
    expect(await Promise.all([first, behind, late])).toEqual([inTime, inTime, inTime]);
  });
});
