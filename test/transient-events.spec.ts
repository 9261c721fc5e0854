import { EventLog, type TransientEvent, TransientEvents } from '@carillon/nestjs';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningApplication, startApplication } from './support/application.js';
import { CONNECTIONS } from './support/connections.js';
import { subscribe, type RawSubscriber } from './support/raw-subscriber.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person } from './support/people.js';
import type { EngineUnderTest } from './support/engines.js';
import { sharedPostgres } from './support/shared-postgres.js';
import { createUser } from './support/requests.js';
import { MAX_MESSAGE_BYTES } from '../packages/nestjs/src/engine/database.js';

const send = ({ app }: RunningApplication, event: TransientEvent) =>
  app.get(TransientEvents, { strict: false }).send(event);
const typing = (who: unknown, ...topics: string[]): TransientEvent => ({
  topics: topics.length > 0 ? topics : ['users'],
  type: 'typing',
  data: { who },
});
const received = (subscriber: RawSubscriber) => subscriber.of('typing').map(({ data }) => data);

describe.each(CONNECTIONS)('transient events written to $connection', ({ settings }) => {
  let application: RunningApplication;
  const subscribers: RawSubscriber[] = [];
  const listening = async (at: RunningApplication, path: string, options = {}) => {
    const subscriber = await subscribe(at.port, path, options);
    subscribers.push(subscriber);
    return subscriber;
  };

  beforeEach(async () => {
    application = await startApplication(settings);
  });
  afterEach(async () => {
    await Promise.all(subscribers.splice(0).map((subscriber) => subscriber.close()));
    await application.stop();
  });

  it('reach the subscribers to one of their topics, once, without an id, and move no cursor', async () => {
    const user = await listening(application, '/api/events?topic=users');
    const { cursor } = user;
    void send(application, typing('one', 'elsewhere'));
    void send(application, typing('two', 'users', 'elsewhere'));
    await user.receives(1, 'typing');
    expect(user.cursor).toBe(cursor);
    await createUser(application.url, 'After', 'It');
    await user.receives(1, 'user.created');

    expect(received(user)).toEqual([{ who: 'two' }]);
    expect(user.body).toContain('\n\nevent: typing\ndata: {"who":"two"}\n\n');
  });

  it('are not stored, and not delivered to later subscribers', async () => {
    const before = await listening(application, '/api/events');
    void send(application, typing('gone'));
    await before.receives(1, 'typing');
    const after = await listening(application, '/api/events?lastEventId=earliest');
    await createUser(application.url, 'After', 'It');
    await after.receives(1, 'user.created');

    expect(received(after)).toEqual([]);
    expect((await application.app.get(EventLog, { strict: false }).state()).head).toBe(1);
  });

  it('follow the events that were committed before them, and skip no position', async () => {
    const subscriber = await listening(application, '/api/events');
    const people = Array.from({ length: 50 }, (_, n) => {
      void send(application, typing(n));
      return createUser(application.url, 'Between', `${n}`);
    });
    await Promise.all(people);
    await subscriber.receives(50, 'user.created');
    const positions = subscriber.of('user.created').map(({ id }) => Number(id!.split('-')[1]));
    expect(positions).toEqual(people.map((_, n) => n + 1));
    expect(received(subscriber)).toEqual(people.map((_, n) => ({ who: n })));
  });

  it('are refused when they are too long for a message between nodes', async () => {
    const long = typing('é'.repeat(MAX_MESSAGE_BYTES / 2));
    await expect(send(application, long)).rejects.toThrow(RangeError);
  });
});

describe('transient events between nodes that share a PostgreSQL database', () => {
  let server: EngineUnderTest;
  let nodes: RunningApplication[] = [];
  let databaseUrl: string;

  beforeAll(async () => {
    server = await sharedPostgres();
    databaseUrl = await server.createDatabase();
    const settings = { DATABASE_URL: databaseUrl };
    nodes = [await startApplication(settings), await startApplication(settings)];
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    await server?.stop();
  });

  it('reach the subscribers of each node once and in order, however many are sent together', async () => {
    const subscribers = await Promise.all(nodes.map(({ port }) => subscribe(port, '/api/events')));
    // Once the other node listens to the database: until then a message is lost.
    while (subscribers.some((subscriber) => subscriber.of('typing').length === 0)) {
      void send(nodes[0]!, typing('first'));
      await sleep(20);
    }
    const many = Array.from({ length: 300 }, (_, n) => `${n} ${'x'.repeat(n)}`);
    for (const who of many) void send(nodes[0]!, typing(who));
    for (const subscriber of subscribers) {
      await subscriber.until((each) => received(each).some((data) => isFor(data, many.at(-1)!)));
      const others = received(subscriber).filter((data) => !isFor(data, 'first'));
      expect(others).toEqual(many.map((who) => ({ who })));
      await subscriber.close();
    }
  });

  it('affect nobody when a client of the database sends malformed ones, or records malformed events', async () => {
    const { url } = nodes[0]!;
    const [ada, anyone] = [
      await Person.signUp(url, 'ada'),
      await subscribe(nodes[1]!.port, '/api/events'),
    ];
    const room = await ada.makes('Calm');
    const stream = await ada.at(nodes[1]!.url).listens();
    const wrong = [
      '{"kind":"presence","message":{"node":1}}',
      '{"kind":"transient event","message":null}',
    ];
    await runAsOtherProgram(
      databaseUrl,
      `select carillon.record('accounts/x', 'room.joined', '{}');
       select carillon.record('accounts/x', 'room.left', '{"roomId": 7}');
       select carillon.record('accounts/x', 'session.ended', '{}');
       notify carillon_messages, 'x';
       notify carillon_messages, '${randomBytes(8).toString('hex')}${JSON.stringify(wrong)}';
       notify carillon`,
    );
    await ada.says(room, 'Still here');
    await stream.receives(1, 'message.posted');
    await createUser(url, 'For', 'ALL');
    await anyone.until((one) => one.of('user.created').length > 0);
    expect([stream.ended, anyone.ended]).toEqual([false, false]);
    await Promise.all([stream.close(), anyone.close()]);
  });
});

const isFor = (data: unknown, name: string): boolean => (data as { who: string }).who === name;
