import { setTimeout as sleep } from 'node:timers/promises';
import { MOST_OF_MESSAGE } from '../src/database/database.js';
import { type EphemeralFact, Ephemerals } from '../src/events/ephemerals.js';
import { EventLog } from '../src/events/event-log.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { listen, type RawListener } from './support/listener.js';
import { runAsOtherProgram } from './support/other-program.js';
import { Person } from './support/people.js';
import { PostgresServer } from './support/postgres.js';
import { createUser } from './support/requests.js';

const tell = ({ app }: RunningApplication, fact: EphemeralFact) =>
  app.get(Ephemerals, { strict: false }).tell(fact);
const typing = (who: unknown, ...topics: string[]): EphemeralFact => ({
  topics: topics.length > 0 ? topics : ['users'],
  type: 'typing',
  data: { who },
});
const heard = (listener: RawListener) => listener.of('typing').map(({ data }) => data);

describe('ephemeral facts', () => {
  let application: RunningApplication;
  const listeners: RawListener[] = [];
  const listening = async (at: RunningApplication, path: string, options = {}) => {
    const listener = await listen(at.port, path, options);
    listeners.push(listener);
    return listener;
  };

  beforeEach(async () => {
    application = await startApplication();
  });
  afterEach(async () => {
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    await application.stop();
  });

  it('reach those who listen to one of their topics, once, without an id, and leave the cursor alone', async () => {
    const user = await listening(application, '/api/events?topic=users');
    const { cursor } = user;
    void tell(application, typing('one', 'elsewhere'));
    void tell(application, typing('two', 'users', 'elsewhere'));
    await user.hears(1, 'typing');
    expect(user.cursor).toBe(cursor);
    await createUser(application.url, 'After', 'It');
    await user.hears(1, 'user.created');

    expect(heard(user)).toEqual([{ who: 'two' }]);
    expect(user.body).toContain('\n\nevent: typing\ndata: {"who":"two"}\n\n');
  });

  it('are not logged, and not told to those who come later', async () => {
    const before = await listening(application, '/api/events');
    void tell(application, typing('gone'));
    await before.hears(1, 'typing');
    const after = await listening(application, '/api/events?lastEventId=earliest');
    await createUser(application.url, 'After', 'It');
    await after.hears(1, 'user.created');

    expect(heard(after)).toEqual([]);
    expect((await application.app.get(EventLog, { strict: false }).state()).head).toBe(1);
  });

  it('come behind the facts that were there first, and let no position be skipped', async () => {
    const listener = await listening(application, '/api/events');
    const people = Array.from({ length: 50 }, (_, n) => {
      void tell(application, typing(n));
      return createUser(application.url, 'Between', `${n}`);
    });
    await Promise.all(people);
    await listener.hears(50, 'user.created');
    const positions = listener.of('user.created').map(({ id }) => Number(id!.split('-')[1]));
    expect(positions).toEqual(people.map((_, n) => n + 1));
    expect(heard(listener)).toEqual(people.map((_, n) => ({ who: n })));
  });

  it('refuse what is too long for a message between processes', async () => {
    const long = typing('é'.repeat(MOST_OF_MESSAGE / 2));
    await expect(tell(application, long)).rejects.toThrow(RangeError);
  });
});

describe('ephemeral facts between nodes that share a PostgreSQL', () => {
  let server: PostgresServer;
  let nodes: RunningApplication[] = [];
  let databaseUrl: string;

  beforeAll(async () => {
    server = await PostgresServer.start();
    databaseUrl = await server.createDatabase();
    const settings = { DATABASE_URL: databaseUrl };
    nodes = [await startApplication(settings), await startApplication(settings)];
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    await server?.stop();
  });

  it('reach the listeners of each node once and in order, however many leave together', async () => {
    const listeners = await Promise.all(nodes.map(({ port }) => listen(port, '/api/events')));
    // Once the other node listens to the database: until then a message is lost.
    while (listeners.some((listener) => listener.of('typing').length === 0)) {
      void tell(nodes[0]!, typing('first'));
      await sleep(20);
    }
    const many = Array.from({ length: 300 }, (_, n) => `${n} ${'x'.repeat(n)}`);
    for (const who of many) void tell(nodes[0]!, typing(who));
    for (const listener of listeners) {
      await listener.until((each) => heard(each).some((data) => isFor(data, many.at(-1)!)));
      const others = heard(listener).filter((data) => !isFor(data, 'first'));
      expect(others).toEqual(many.map((who) => ({ who })));
      await listener.close();
    }
  });

  it('and facts that are not what they seem, which anyone who reaches the database may send, disturb nobody', async () => {
    const { url } = nodes[0]!;
    const [ada, anyone] = [
      await Person.signUp(url, 'ada'),
      await listen(nodes[1]!.port, '/api/events'),
    ];
    const room = await ada.makes('Calm');
    const stream = await ada.at(nodes[1]!.url).listens();
    await runAsOtherProgram(
      databaseUrl,
      `select carillon_record('accounts/x', 'room.joined', '{}'::json);
       select carillon_record('accounts/x', 'room.left', '{"roomId": 7}'::json);
       select carillon_record('accounts/x', 'session.ended', '{}'::json);
       notify carillon_messages, 'x';
       notify carillon_messages, '["{}", "x", 7, null]';
       notify carillon_messages, '["{\\"topics\\":[\\"rooms/presence\\"],\\"type\\":\\"rooms/presence\\",\\"data\\":{\\"node\\":1}}"]';
       notify carillon`,
    );
    await ada.says(room, 'Still here');
    await stream.hears(1, 'message.posted');
    await createUser(url, 'For', 'ALL');
    await anyone.until((one) => one.of('user.created').length > 0);
    expect([stream.ended, anyone.ended]).toEqual([false, false]);
    await Promise.all([stream.close(), anyone.close()]);
  });
});

const isFor = (data: unknown, name: string): boolean => (data as { who: string }).who === name;
