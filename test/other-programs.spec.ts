import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnitOfWork } from '../src/database/unit-of-work.js';
import { Ephemerals } from '../src/events/ephemerals.js';
import { EventLog } from '../src/events/event-log.js';
import { Topics } from '../src/events/topics.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { ENGINES, type EngineUnderTest } from './support/engines.js';
import { listen, type RawListener } from './support/listener.js';
import { fact, openLog } from './support/log.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person } from './support/people.js';
import { PostgresServer } from './support/postgres.js';
import { createUser, listUsers } from './support/requests.js';

const DOCUMENT = join(import.meta.dirname, '..', 'docs', 'other-programs.md');

/** The SQL that the document shows for an engine. */
const documented = (engine: string): string => {
  const [, section] = readFileSync(DOCUMENT, 'utf8').split(`\n## ${engine}\n`);
  return /```sql\n(.*?)```/s.exec(section!)![1]!;
};

const ofLog = (application: RunningApplication) => {
  const log = application.app.get(EventLog, { strict: false });
  return Promise.all([log.state(), log.read(0, Number.MAX_SAFE_INTEGER, 1000)]);
};

describe.each(ENGINES)('another program that writes to $name', ({ name, start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;
  let url: string;

  beforeAll(async () => {
    engine = await start();
    url = await engine.createDatabase();
    application = await startApplication({ DATABASE_URL: url });
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
  });

  it('is heard by every listener, and seen in the list, as the document shows', async () => {
    const listener = await listen(application.port, '/api/users/event');
    const ours = await createUser(application.url, 'Grace', 'HOPPER');
    await runAsOtherProgram(url, documented(name));
    await listener.until(({ events }) =>
      events.some(({ data }) => (data as User).firstname === 'Ada'),
    );
    const next = await createUser(application.url, 'Mary', 'JACKSON');
    await listener.hears(3, 'update');
    const told = listener.of('update');
    expect(told.map(({ data }) => (data as User).firstname)).toEqual(['Grace', 'Ada', 'Mary']);
    expect(told.map(({ id }) => Number(id!.split('-')[1]))).toEqual([1, 2, 3]);
    const users = await listUsers(application.url);
    expect(users.toSorted((a, b) => a.lastname.localeCompare(b.lastname))).toEqual([
      ours,
      next,
      told[1]!.data,
    ]);
    listener.socket.destroy();
  });

  it('is heard by nobody when it rolls back', async () => {
    const listener = await listen(application.port, '/api/users/event');
    const rolledBack = documented(name)
      .replaceAll('000000000001', '000000000002')
      .replace('COMMIT', 'ROLLBACK');
    await runAsOtherProgram(url, rolledBack);
    const user = await createUser(application.url, 'Only', 'ONE');
    await listener.hears(1, 'update');
    expect(listener.of('update').map(({ data }) => data)).toEqual([user]);
    listener.socket.destroy();
  });

  it('leaves no hole when its SELECT matches no row', async () => {
    const listener = await listen(application.port, '/api/users/event');
    const before = await ofLog(application);
    const [insert] = /INSERT INTO users .*?;\n/s.exec(documented(name))!;
    const ofNobody = documented(name)
      .replace(insert, '')
      .replaceAll('000000000001', '0000000000ff');
    await runAsOtherProgram(url, ofNobody);
    expect(await ofLog(application)).toEqual(before);
    const user = await createUser(application.url, 'Next', 'ONE');
    await listener.hears(1, 'update');
    expect(listener.of('update', 'reset').map(({ data }) => data)).toEqual([user]);
    listener.socket.destroy();
  });

  it('changes nothing when it is run a second time, and fails', async () => {
    const listener = await listen(application.port, '/api/users/event');
    const before = await ofLog(application);
    await expect(runAsOtherProgram(url, documented(name))).rejects.toThrow(/unique/i);
    expect(await ofLog(application)).toEqual(before);
    const user = await createUser(application.url, 'Still', 'WELL');
    await listener.hears(1, 'update');
    expect(listener.of('update', 'reset').map(({ data }) => data)).toEqual([user]);
    listener.socket.destroy();
  });

  describe('on a topic that no feature has registered', () => {
    /** Every kind of subscriber, from the start of the log on. */
    const everyone = async ({ port, url: at }: RunningApplication, person: Person) => {
      const query = 'lastEventId=earliest';
      const { bearer } = person.at(at);
      const named = `/api/events?topic=orders/1&topic=users&${query}`;
      return {
        stranger: await listen(port, `/api/events?${query}`),
        person: await listen(port, `/api/events?${query}`, { headers: bearer }),
        'stranger who names it': await listen(port, named),
        'person who names it': await listen(port, named, { headers: bearer }),
        'stranger who names another': await listen(
          port,
          `/api/events?topic=orders&topic=users&${query}`,
        ),
      };
    };
    /** Those who have received events of a type, once all have received the last event of the log. */
    const receivers = async (streams: Record<string, RawListener>, type: string) => {
      const { id } = await createUser(application.url, 'Last', 'ONE');
      const names = [];
      for (const [name, stream] of Object.entries(streams)) {
        await stream.until(({ body }) => body.includes(id));
        if (stream.of(type).length > 0) names.push(name);
      }
      return names;
    };
    const close = (streams: Record<string, RawListener>) =>
      Promise.all(Object.values(streams).map((stream) => stream.close()));
    let person: Person;

    beforeAll(async () => {
      person = await Person.signUp(application.url, 'programmer');
    });

    it('reaches nobody, live or in a replay', async () => {
      const live = await everyone(application, person);
      await put(`'orders/1'`, `'order.private'`, `'{}'`);
      expect(await receivers(live, 'order.private')).toEqual([]);
      const replayed = await everyone(application, person);
      expect(await receivers(replayed, 'order.private')).toEqual([]);
      await Promise.all([close(live), close(replayed)]);
    });

    it('reaches those who name the topic, while another stream names one that reads like theirs in a list', async () => {
      const naming = (...topics: string[]) => {
        const query = new URLSearchParams(topics.map((topic) => ['topic', topic])).toString();
        return listen(application.port, `/api/events?${query}`);
      };
      const other = await naming('orders/2 users');
      const stream = await naming('orders/2', 'users');
      await put(`'orders/2'`, `'order.public'`, `'{}'`, 0);
      expect(await receivers({ stream }, 'order.public')).toEqual(['stream']);
      await close({ other, stream });
    });

    it('names the snapshot of another topic in a reset, whichever is named first', async () => {
      const path = '/api/events?topic=orders/3&topic=users&lastEventId=unknown';
      const stream = await listen(application.port, path);
      await stream.hears(1, 'reset');
      expect(stream.of('reset')[0]!.data).toEqual({ reason: 'unknown', snapshot: '/api/users' });
      await stream.close();
    });

    it('reaches those who name the topic, live and in a replay, where it is public', async () => {
      const live = await everyone(application, person);
      await put(`'orders/1'`, `'order.public'`, `'{}'`, 0);
      const named = ['stranger who names it', 'person who names it'];
      expect(await receivers(live, 'order.public')).toEqual(named);
      const replayed = await everyone(application, person);
      expect(await receivers(replayed, 'order.public')).toEqual(named);
      await Promise.all([close(live), close(replayed)]);
    });

    it('reaches nobody at a process that does not know the feature of another one yet', async () => {
      const newer = await startApplication({ DATABASE_URL: url });
      newer.app.get(Topics, { strict: false }).register('orders', {
        audience: 'granted',
        snapshot: '/api/orders',
        events: [],
      });
      const live = await everyone(application, person);
      await newer.app
        .get(UnitOfWork, { strict: false })
        .run(async (tx) => tx.record(fact({}, 'orders/1', 'order.placed')));
      await newer.app
        .get(Ephemerals, { strict: false })
        .tell({ topics: ['orders/1'], type: 'order.watched', data: {} });
      application.app
        .get(Ephemerals, { strict: false })
        .tellHere({ topics: ['orders/1'], type: 'order.watched', data: {} });
      expect(await receivers(live, 'order.placed')).toEqual([]);
      expect(await receivers(live, 'order.watched')).toEqual([]);
      await Promise.all([close(live), newer.stop()]);
    });

    it('is never recorded by the application itself', async () => {
      const work = application.app.get(UnitOfWork, { strict: false });
      for (const topic of ['orders', 'orders/1', 'usersX', ''])
        await expect(work.run(async (tx) => tx.record(fact({}, topic)))).rejects.toThrow(
          'a topic that no feature has registered',
        );
    });
  });

  const put = (topic: string, type: string, data: string, isPrivate?: 0 | 1) =>
    runAsOtherProgram(
      url,
      `BEGIN;
      INSERT INTO events (position, topic, type, data, at${isPrivate === undefined ? '' : ', private'})
        SELECT head + 1, ${topic}, ${type}, ${data}, '2030-01-01T00:00:00.000Z'
          ${isPrivate === undefined ? '' : `, ${isPrivate}`} FROM event_log;
      UPDATE event_log SET head = head + 1;
      COMMIT;`,
    );
  const long = (letters: number) => `'${'é'.repeat(letters)}'`;
  const character = (code: number) => (name === 'SQLite' ? `char(${code})` : `chr(${code})`);

  it.each([
    [`''`, `'a.b'`, `'{}'`],
    [`'users'`, `''`, `'{}'`],
    [long(201), `'a.b'`, `'{}'`],
    [`'users'`, long(201), `'{}'`],
    [`'a' || ${character(10)}`, `'a.b'`, `'{}'`],
    [`'users'`, `${character(13)} || 'b'`, `'{}'`],
    [`'users'`, `'a' || ${character(127)} || 'b'`, `'{}'`],
    ...['heartbeat', 'reset', 'presence', 'typing', 'open', 'error'].map((type) => [
      `'users'`,
      `'${type}'`,
      `'{}'`,
    ]),
    ...['', '{', '42', 'null', '[]', '"a"'].map((data) => [`'users'`, `'a.b'`, `'${data}'`]),
  ] as [string, string, string][])('may not put %s, %s, %s into the log', async (...fact) => {
    const before = await ofLog(application);
    await expect(put(...fact)).rejects.toThrow(/events_form|json/);
    expect(await ofLog(application)).toEqual(before);
  });

  it('may use all other characters, as many as there may be', async () => {
    const before = (await ofLog(application))[0].head;
    await put(long(200), `'- ''"]*? 李'`, `'{"a":\n1}'`);
    expect((await ofLog(application))[0].head).toBe(before + 1);
  });
});

it('carillon_record takes json, jsonb, text and literals', async () => {
  const server = await PostgresServer.start();
  const url = await server.createDatabase();
  const { log, close } = await openLog(url);
  const data = [`'{"n":1}'`, `'{"n":1}'::json`, `'{"n":1}'::jsonb`, `'{"n":1}'::text`];
  for (const each of data)
    await runAsOtherProgram(url, `SELECT carillon_record('users', 'user.x', ${each}, 'me')`);
  await runAsOtherProgram(url, `SELECT carillon_record('users', 'user.x', '{"n":1}')`);
  const facts = await log.read(0, 10, 10);
  for (const fact of facts) expect(JSON.parse(fact.data)).toEqual({ n: 1 });
  expect(facts.map(({ actor }) => actor)).toEqual(['me', 'me', 'me', 'me', null]);
  for (const each of data)
    await runAsOtherProgram(url, `SELECT carillon_record('x', 'x', ${each}, private => false)`);
  const opened = await log.read(5, 10, 10);
  expect(facts.map(({ private: isPrivate }) => isPrivate)).toEqual([1, 1, 1, 1, 1]);
  expect(opened.map(({ private: isPrivate }) => isPrivate)).toEqual([0, 0, 0, 0]);
  await close();
  await server.stop();
});
