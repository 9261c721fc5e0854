import { sql } from 'kysely';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EngineUnderTest, ENGINES } from '../../../test/support/engines.js';
import { temporaryFolder } from '../../../test/support/files.js';
import { until } from '../../../test/support/wait.js';
import { seeded } from '../../../test/support/seeded.js';
import { createShopDatabase, openShop, type Shop } from './support/shop.js';
import { ShopProcess } from './support/shop-process.js';

/** The order at which handlers wait for the gate. */
const GATED = 13;
const NODES = 3;
const FAULTS = 5;

describe.each(ENGINES)('several processes that share subscriptions on $name', ({ name, start }) => {
  const folder = temporaryFolder();
  let engine: EngineUnderTest;
  let url: string;
  let gates = 0;
  /** Records events and looks at the effects; it runs no subscription. */
  let shop: Shop;
  const nodes = new Set<ShopProcess>();

  beforeAll(async () => void (engine = await start()));
  beforeEach(async () => {
    url = await createShopDatabase(engine);
    shop = await openShop(url, []);
  });
  afterEach(async () => {
    await Promise.all([...nodes].map(kill));
    await shop.close();
  });
  afterAll(async () => {
    await engine.stop();
    rmSync(folder, { recursive: true });
  });

  const startNode = async (environment: Record<string, string> = {}) => {
    const node = await ShopProcess.start(url, environment);
    nodes.add(node);
    return node;
  };
  const kill = async (node: ShopProcess) => {
    nodes.delete(node);
    await node.kill();
  };
  const newGate = () => join(folder, `${gates++}`);
  const ownerOf = async (subscription: string) =>
    (await shop.subscriptions.status()).find((status) => status.name === subscription)?.owner;
  const isOwned = (subscription: string) => until(async () => Boolean(await ownerOf(subscription)));
  /** What the server does by itself after 10 s. */
  const endIdleTransactions = () =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'`.execute(
      shop.database.read,
    );
  const caughtUp = async () => {
    await until(async () => (await shop.subscriptions.status()).every(({ lag }) => lag === 0), 40);
    expect(await shop.subscriptions.status()).toMatchObject([{ lag: 0 }, { lag: 0 }]);
  };

  it('have one owner at a time, as workers of a cluster, and another one when it dies', async () => {
    const cluster = await ShopProcess.startCluster(url);
    nodes.add(cluster);
    await isOwned('writer');
    await isOwned('mailer');
    await shop.ship(1, 2, 3);
    await caughtUp();
    const owner = (await ownerOf('writer'))!;
    process.kill(Number(owner.split('/')[1]), 'SIGKILL');
    await until(async () => ![owner, null].includes((await ownerOf('writer'))!));
    await shop.ship(4, 5);
    await caughtUp();
    expect(await shop.effects('writer')).toEqual([1, 2, 3, 4, 5]);
    expect(await shop.effects('mailer')).toEqual([1, 2, 3, 4, 5]);
    await cluster.stop();
    nodes.delete(cluster);
    expect(await ownerOf('writer')).toBeNull();
  });

  it('take over from one that was killed within a handler, whose effects are undone, and at once from one that is shut down', async () => {
    const first = await startNode({ GATE: newGate() });
    await isOwned('writer');
    await isOwned('mailer');
    await shop.ship(12);
    await caughtUp();
    const second = await startNode();
    await shop.ship(GATED, 14);
    await first.says('writer waits');
    await kill(first);
    await caughtUp();
    expect(await shop.effects('writer')).toEqual([12, GATED, 14]);
    expect(await shop.effects('mailer')).toEqual([12, GATED, 14]);

    const owner = await ownerOf('writer');
    await startNode();
    await second.stop();
    nodes.delete(second);
    await until(async () => ![owner, null].includes(await ownerOf('writer')));
    await shop.ship(15);
    await caughtUp();
    expect(await shop.effects('writer')).toEqual([12, GATED, 14, 15]);
  });

  // SQLite has one writer: while a process is paused in a transaction, nobody else writes.
  const onPostgres = name === 'PostgreSQL' ? it : it.skip;
  onPostgres(
    'take over from one that is paused within a transaction, which then commits nothing',
    async () => {
      const gate = newGate();
      const paused = await startNode({ GATE: gate, SUBSCRIPTIONS: 'writer' });
      await isOwned('writer');
      await shop.ship(GATED);
      await paused.says('writer waits');
      paused.signal('SIGSTOP');
      await startNode();
      await isOwned('mailer');
      await shop.ship(14);
      await endIdleTransactions();
      await caughtUp();
      writeFileSync(gate, '');
      paused.signal('SIGCONT');
      await paused.says('Another process has taken over.');
      expect(await shop.effects('writer')).toEqual([GATED, 14]);
    },
  );

  it('apply each event exactly once, whatever is killed or paused, and however handlers fail', async () => {
    const { chance, pick } = seeded();
    const environment = { FAILURE_RATE: '0.2' };
    await Promise.all(Array.from({ length: NODES }, () => startNode(environment)));
    let isRunning = true;
    const shipping = (async () => {
      for (let order = 100; isRunning; order++) {
        await shop.ship(order).catch(() => undefined);
        await sleep(5);
      }
    })();
    for (let fault = 0; fault < FAULTS; fault++) {
      const node = pick([...nodes]);
      await sleep(pick([20, 50, 150]));
      if (chance(0.5)) {
        await kill(node);
        await startNode(environment);
      } else {
        node.signal('SIGSTOP');
        await sleep(pick([50, 400, 600]));
        node.signal('SIGCONT');
      }
    }
    isRunning = false;
    await shipping;
    await caughtUp();
    const events = await shop.database.read
      .selectFrom('events')
      .select('data')
      .orderBy('position')
      .execute();
    const orders = events.map(({ data }) => (JSON.parse(data) as { order: number }).order);
    expect(await shop.effects('writer')).toEqual(orders);
    expect(new Set(await shop.effects('mailer'))).toEqual(new Set(orders));
    const letters = await shop.subscriptions.deadLetters('writer');
    expect(letters).toEqual([]);
  });
});
