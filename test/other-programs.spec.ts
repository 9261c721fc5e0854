import { EventLog, TransientEvents, UnitOfWork } from '@carillon/nestjs';
import { Inbox, Topics } from '@carillon/nestjs/internal';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { ENGINES, type EngineUnderTest } from './support/engines.js';
import { subscribe, type RawSubscriber } from './support/raw-subscriber.js';
import { anEvent } from './support/log.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person } from './support/people.js';
import { sharedPostgres } from './support/shared-postgres.js';
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

  it('is delivered to every subscriber and appears in the list, as the document shows', async () => {
    const subscriber = await subscribe(application.port, '/api/users/event');
    const ours = await createUser(application.url, 'Grace', 'HOPPER');
    await runAsOtherProgram(url, documented(name));
    await subscriber.until(({ events }) =>
      events.some(({ data }) => (data as User).firstname === 'Ada'),
    );
    const next = await createUser(application.url, 'Mary', 'JACKSON');
    await subscriber.receives(3, 'update');
    const delivered = subscriber.of('update');
    expect(delivered.map(({ data }) => (data as User).firstname)).toEqual(['Grace', 'Ada', 'Mary']);
    expect(delivered.map(({ id }) => Number(id!.split('-')[1]))).toEqual([1, 2, 3]);
    const users = await listUsers(application.url);
    expect(users.toSorted((a, b) => a.lastname.localeCompare(b.lastname))).toEqual([
      ours,
      next,
      delivered[1]!.data,
    ]);
    subscriber.socket.destroy();
  });

  it('is delivered to nobody when it rolls back', async () => {
    const subscriber = await subscribe(application.port, '/api/users/event');
    const rolledBack = documented(name)
      .replaceAll('000000000001', '000000000002')
      .replace('COMMIT', 'ROLLBACK');
    await runAsOtherProgram(url, rolledBack);
    const user = await createUser(application.url, 'Only', 'ONE');
    await subscriber.receives(1, 'update');
    expect(subscriber.of('update').map(({ data }) => data)).toEqual([user]);
    subscriber.socket.destroy();
  });

  it('records nothing when its SELECT matches no row', async () => {
    const before = await ofLog(application);
    const [insert] = /INSERT INTO (carillon\.)?users .*?;\n/s.exec(documented(name))!;
    const ofNobody = documented(name)
      .replace(insert, '')
      .replaceAll('000000000001', '0000000000ff');
    await runAsOtherProgram(url, ofNobody);
    await application.app.get(Inbox, { strict: false }).moveNow();
    expect(await ofLog(application)).toEqual(before);
  });

  it('changes nothing when it is run a second time, and fails', async () => {
    const subscriber = await subscribe(application.port, '/api/users/event');
    const before = await ofLog(application);
    await expect(runAsOtherProgram(url, documented(name))).rejects.toThrow(/unique/i);
    expect(await ofLog(application)).toEqual(before);
    const user = await createUser(application.url, 'Still', 'WELL');
    await subscriber.receives(1, 'update');
    expect(subscriber.of('update', 'reset').map(({ data }) => data)).toEqual([user]);
    subscriber.socket.destroy();
  });

  describe('on a topic that no feature has registered', () => {
    /** Every kind of subscriber, from the start of the log on. */
    const everyone = async ({ port, url: at }: RunningApplication, person: Person) => {
      const query = 'lastEventId=earliest';
      const { bearer } = person.at(at);
      const named = `/api/events?topic=orders/1&topic=users&${query}`;
      return {
        stranger: await subscribe(port, `/api/events?${query}`),
        person: await subscribe(port, `/api/events?${query}`, { headers: bearer }),
        'stranger who names it': await subscribe(port, named),
        'person who names it': await subscribe(port, named, { headers: bearer }),
        'stranger who names another': await subscribe(
          port,
          `/api/events?topic=orders&topic=users&${query}`,
        ),
      };
    };
    /** Those who have received events of a type, once all have received the last event of the log. */
    const receivers = async (streams: Record<string, RawSubscriber>, type: string) => {
      const { id } = await createUser(application.url, 'Last', 'ONE');
      const names = [];
      for (const [name, stream] of Object.entries(streams)) {
        await stream.until(({ body }) => body.includes(id));
        if (stream.of(type).length > 0) names.push(name);
      }
      return names;
    };
    const close = (streams: Record<string, RawSubscriber>) =>
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
        return subscribe(application.port, `/api/events?${query}`);
      };
      const other = await naming('orders/2 users');
      const stream = await naming('orders/2', 'users');
      await put(`'orders/2'`, `'order.public'`, `'{}'`, 0);
      expect(await receivers({ stream }, 'order.public')).toEqual(['stream']);
      await close({ other, stream });
    });

    it('names the snapshot of another topic in a reset, whichever is named first', async () => {
      const path = '/api/events?topic=orders/3&topic=users&lastEventId=unknown';
      const stream = await subscribe(application.port, path);
      await stream.receives(1, 'reset');
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
        .run(async (tx) => tx.record(anEvent({}, 'orders/1', 'order.placed')));
      await newer.app
        .get(TransientEvents, { strict: false })
        .send({ topics: ['orders/1'], type: 'order.watched', data: {} });
      application.app
        .get(TransientEvents, { strict: false })
        .sendLocally({ topics: ['orders/1'], type: 'order.watched', data: {} });
      expect(await receivers(live, 'order.placed')).toEqual([]);
      expect(await receivers(live, 'order.watched')).toEqual([]);
      await Promise.all([close(live), newer.stop()]);
    });

    it('is never recorded by the application itself', async () => {
      const work = application.app.get(UnitOfWork, { strict: false });
      for (const topic of ['orders', 'orders/1', 'usersX', ''])
        await expect(work.run(async (tx) => tx.record(anEvent({}, topic)))).rejects.toThrow(
          'a topic that no feature has registered',
        );
    });
  });

  const put = async (topic: string, type: string, data: string, isPrivate: 0 | 1 = 1) => {
    await runAsOtherProgram(
      url,
      name === 'SQLite'
        ? `INSERT INTO carillon_inbox (topic, type, data, private) VALUES (${topic}, ${type}, ${data}, ${isPrivate})`
        : `SELECT carillon.record(${topic}, ${type}, ${data}, private => ${isPrivate === 1})`,
    );
    await application.app.get(Inbox, { strict: false }).moveNow();
  };
});

it('keeps answering commands while another program on PostgreSQL leaves its transaction open', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const application = await startApplication({ DATABASE_URL: url });
  const subscriber = await subscribe(application.port, '/api/events?topic=orders/1&topic=users');
  const program = new pg.Client(url);
  await program.connect();
  await program.query(
    `begin; select carillon.record('orders/1', 'order.placed', '{}', private => false)`,
  );
  for (const name of ['One', 'Two']) await createUser(application.url, name, 'X');
  await runAsOtherProgram(
    url,
    `select carillon.record('orders/1', 'order.paid', '{}', private => false)`,
  );
  await subscriber.until((each) => each.of('order.paid').length > 0);
  await subscriber.receives(2, 'user.created');
  expect(subscriber.of('order.placed')).toEqual([]);
  await program.query('commit');
  await subscriber.receives(1, 'order.placed');
  await Promise.all([program.end(), subscriber.close()]);
  await application.stop();
  await server.stop();
});
