import type { ReceivedNotification } from '../src/notifications/notification.js';
import { CrashingShop, type Logged, nameIn, SHOP_TYPES } from './support/crashing-shop.js';
import { ENGINES, type EngineUnderTest } from './support/engines.js';
import { Follower, type FollowerOptions } from './support/follower.js';
import { STRICT, subscriberToken } from './support/hub.js';
import { keyCommand } from './support/key-command.js';
import { Person } from './support/people.js';
import { childrenOf } from './support/pids.js';
import { PostgresServer } from './support/postgres.js';
import { CarillonProcess } from './support/process.js';
import { until } from './support/wait.js';

const LAST = 'the last';
/** Milliseconds for the kills. Each starts a process, and they take 4 s together on an idle machine. */
const SLOW = 120_000;

const isOrder = ({ topics }: Logged) => topics.includes('orders/1');
const isUser = ({ type }: Logged) => type === 'user.created';
const isNotification = ({ type }: Logged) => type === 'notification.created';

interface Subscriber {
  readonly follower: Follower;
  readonly mayReceive: (event: Logged) => boolean;
}

/** What a subscriber received of the events of the shop. */
const deliveries = ({ events }: Follower) =>
  events
    .filter(({ type }) => SHOP_TYPES.includes(type))
    .map(({ id, data }) => ({ id, name: nameIn(data) }));

/** The events of each program of the shop. Their names end with their numbers. */
const numbersByProgram = (log: readonly Logged[]): number[][] => {
  const numbered = log.filter(({ name }) => /\d$/.test(name));
  const groups = Map.groupBy(numbered, ({ name }) => name.replace(/\d+$/, ''));
  return Array.from(groups.values(), (events) =>
    events.map(({ name }) => Number(name.split(' ').at(-1))),
  );
};

describe.each(ENGINES)('kill -9 under publishers and subscribers on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let environment: Record<string, string>;
  let nodes: CarillonProcess[];
  let key: { Authorization: string };
  let shop: CrashingShop;
  let ada: Person;
  let subscribers: Subscriber[] = [];
  let log: Logged[];

  beforeAll(async () => {
    engine = await start();
    const database = await engine.createDatabase();
    const [length, WEB_CONCURRENCY] = engine instanceof PostgresServer ? [2, '1'] : [1, '2'];
    environment = { ...STRICT, DATABASE_URL: database, PUBLISH_PER_MINUTE: '0', WEB_CONCURRENCY };
    nodes = await Promise.all(Array.from({ length }, () => CarillonProcess.start(environment)));
    const rights = ['--publish=*', '--subscribe=orders/*', '--notify'];
    const { stdout } = await keyCommand(nodes[0]!.folder, environment, 'create', 'shop', ...rights);
    key = { Authorization: `Bearer ${stdout.trim()}` };
    shop = new CrashingShop(nodes, key, database);
    await shop.createTable();
    ada = await Person.signUp(nodes[0]!.url, 'ada');
    subscribers = await subscribe();
  });
  beforeAll(async () => {
    await killUnderLoad();
    log = await shop.log();
  }, SLOW);
  afterAll(async () => {
    await Promise.all(subscribers.map(({ follower }) => follower.close()));
    await shop.close();
    await Promise.all(nodes.map((node) => node.kill()));
    await engine.stop();
  });

  const subscribe = async (): Promise<Subscriber[]> => {
    const Authorization = `Bearer ${await subscriberToken('orders/1')}`;
    const options: [FollowerOptions, Subscriber['mayReceive']][] = [
      [{ path: '/api/events', headers: key }, (event) => isOrder(event) || isUser(event)],
      [
        { path: '/api/events?limit=5&wait=1', headers: key, pages: true },
        (event) => isOrder(event) || isUser(event),
      ],
      [
        {
          path: '/.well-known/mercure?match=orders/1&match=secrets/1',
          headers: { Authorization },
        },
        isOrder,
      ],
      [
        { path: '/api/events?topic=orders/1&topic=secrets/1' },
        (event) => isOrder(event) && !event.isPrivate,
      ],
      [
        { path: '/api/events', headers: ada.bearer },
        (event) => isUser(event) || isNotification(event),
      ],
    ];
    return options.map(([given, mayReceive], index) => ({
      follower: new Follower(nodes, given, index),
      mayReceive,
    }));
  };

  const killNode = async (index: number) => {
    const { port, folder } = nodes[index]!;
    await nodes[index]!.kill();
    nodes[index] = await CarillonProcess.start(environment, port, folder);
  };
  /** Kills both processes of a node, one after the other. One of them was moving the rows of the inbox. */
  const killProcesses = async () => {
    for (const victim of childrenOf(nodes[0]!)) {
      process.kill(victim, 'SIGKILL');
      await until(() => childrenOf(nodes[0]!).filter((pid) => pid !== victim).length === 2);
    }
  };
  const kills = (): (() => Promise<void>)[] => {
    if (!(engine instanceof PostgresServer)) return [killProcesses, () => killNode(0)];
    const server = engine;
    const killDatabase = () => server.kill().then(() => server.startAgain());
    return [() => killNode(0), killDatabase, () => killNode(1), killDatabase];
  };
  const receivedLast = ({ follower }: Subscriber) =>
    deliveries(follower).some(({ name }) => name.startsWith(LAST));

  const killUnderLoad = async () => {
    for (const [round, kill] of kills().entries()) {
      const enough = shop.acknowledged.size + 5 + Math.random() * 50;
      const run = shop.run(round, ada);
      await until(() => shop.acknowledged.size >= enough);
      await Promise.all([kill(), run]);
    }
    await shop.moved();
    await shop.notify(`${LAST} notification`);
    await shop.publish(`${LAST} order`, { topic: 'orders/1', private: false });
    await until(() => subscribers.every(receivedLast));
  };

  it('leaves every event in the log once, if it was acknowledged or its transaction is committed', async () => {
    const names = log.map(({ name }) => name).toSorted();
    const shipments = await shop.shipments();
    const committed = shop.unanswered.filter((name) => shipments.includes(name));
    expect(names).toEqual(['ada', ...shop.acknowledged.keys(), ...committed].toSorted());
    expect(names.filter((name) => name.includes('program'))).toEqual(shipments.toSorted());
  });

  it('leaves them where the responses said, and in the order of each program', () => {
    const cursors = new Map(log.map(({ name, cursor }) => [name, cursor]));
    const acknowledged = [...shop.acknowledged].filter(([, cursor]) => cursor !== undefined);
    expect(acknowledged.map(([name]) => [name, cursors.get(name)])).toEqual(acknowledged);
    for (const numbers of numbersByProgram(log))
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  });

  it('delivers each event once, in the order of the log, to those who may receive it', () => {
    for (const { follower, mayReceive } of subscribers) {
      const permitted = log.filter(mayReceive).map(({ id, name }) => ({ id, name }));
      expect(deliveries(follower)).toEqual(permitted);
      expect([follower.resets, follower.refusals]).toEqual([[], []]);
      // Each was connected to a node that was killed.
      expect(follower.responses).toBeGreaterThan(1);
    }
  });

  it('leaves the list of notifications as the stream delivered it', async () => {
    const list = await ada.gets<ReceivedNotification[]>('/api/me/notifications?limit=1000');
    const sent = log.filter(isNotification).map(({ name }) => name);
    expect(list.map(({ title }) => title).toReversed()).toEqual(sent);
  });
});
