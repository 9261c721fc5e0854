import { On, Subscription, type Transaction } from '@carillon/nestjs';
import { jest } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { type EngineUnderTest, ENGINES } from '../../../test/support/engines.js';
import { until } from '../../../test/support/wait.js';
import { HeldTransactions } from './support/held-transactions.js';
import { createShopDatabase, openShop, OrderShipped, type Shop } from './support/shop.js';

/** Milliseconds. The first owner never takes its subscription back. */
const LEASES = { first: 3_600_000, next: 200, both: 500 };

describe.each(ENGINES)('a takeover of a subscription on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let url: string;
  const shops: Shop[] = [];
  let held: HeldTransactions | undefined;

  beforeAll(async () => void (engine = await start()));
  beforeEach(async () => void (url = await createShopDatabase(engine)));
  afterEach(async () => {
    await held?.release();
    await Promise.all(shops.splice(0).map((shop) => shop.close()));
  });
  afterAll(() => engine.stop());

  const open = async (lease: number, ...providers: Type[]): Promise<Shop> => {
    const shop = await openShop(url, providers, { lease });
    shops.push(shop);
    return shop;
  };
  const statusOf = async (shop: Shop) => (await shop.subscriptions.status())[0]!;
  const isOwned = (shop: Shop) => until(async () => (await statusOf(shop)).owner !== null);
  const caughtUp = (shop: Shop) => until(async () => (await statusOf(shop)).lag === 0);
  /** Opens an application, and stops it before the next transactions. */
  const openAndHold = async (provider: Type): Promise<[Shop, HeldTransactions]> => {
    const shop = await open(LEASES.first, provider);
    await isOwned(shop);
    return [shop, (held = new HeldTransactions(shop))];
  };

  /** Writes each order in the transaction of the cursor. */
  const writer = (gate: Promise<void> = Promise.resolve(), began = () => {}) => {
    @Subscription('orders')
    class Writer {
      @On(OrderShipped)
      async handle({ data }: OrderShipped, { db }: Transaction) {
        await db
          .insertInto('effects')
          .values({ subscription: 'orders', order_id: data.order })
          .execute();
        began();
        await gate;
      }
    }
    return Writer;
  };
  /** Keeps what it was called with, outside of any transaction. */
  const mailer = (seen: number[], gate: Promise<void> = Promise.resolve()) => {
    @Subscription('orders')
    class Mailer {
      @On(OrderShipped)
      async handle({ data }: OrderShipped) {
        seen.push(data.order);
        await gate;
      }
    }
    return Mailer;
  };

  it('leaves nothing to commit for the former owner, which was stopped before its transaction', async () => {
    const [, first] = await openAndHold(writer());
    const next = await open(LEASES.next, writer());
    await next.ship(1);
    await until(() => first.count > 0);
    await caughtUp(next);
    await first.release();
    await next.ship(2);
    await caughtUp(next);
    expect(await next.effects('orders')).toEqual([1, 2]);
  });

  it('keeps the former owner from moving the cursor, even where the new one has not moved it', async () => {
    const seen = { first: [] as number[], next: [] as number[] };
    const [former, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const shop = await open(LEASES.first, mailer(seen.first, former.promise));
    await shop.ship(1, 2);
    await until(() => seen.first.length > 0);
    const first = (held = new HeldTransactions(shop));
    const next = await open(LEASES.next, mailer(seen.next, gate.promise));
    await until(() => seen.next.length > 0);
    former.resolve();
    await until(() => first.count > 0);
    const before = await statusOf(next);
    await first.release();
    const { owner, cursor, lag } = await statusOf(next);
    expect({ owner, cursor, lag }).toEqual({ owner: before.owner, cursor: before.cursor, lag: 2 });
    gate.resolve();
    await caughtUp(next);
    expect(seen).toEqual({ first: [1], next: [1, 2] });
  });

  it('does not happen while the owner has a transaction open', async () => {
    const gate = Promise.withResolvers<void>();
    const began = Promise.withResolvers<number>();
    for (const number of [0, 1])
      await open(
        LEASES.both,
        writer(gate.promise, () => began.resolve(number)),
      );
    await shops[0]!.ship(1);
    const other = shops[1 - (await began.promise)]!;
    const { owner } = await statusOf(other);
    const claims = jest.spyOn(other.work, 'run');
    // SQLite's one writer makes the first claim wait. On PostgreSQL it finds the row locked, and another claim follows.
    await until(() => claims.mock.calls.length >= (url.startsWith('sqlite:') ? 1 : 2));
    gate.resolve();
    await caughtUp(other);
    expect(await other.effects('orders')).toEqual([1]);
    expect((await statusOf(other)).owner).toBe(owner);
  });

  it('is not needed for a replay to undo a batch that is running', async () => {
    const [shop, first] = await openAndHold(writer());
    const operator = await open(LEASES.first);
    await operator.ship(1);
    await until(() => first.count > 0);
    await operator.subscriptions.replay('orders', 'now');
    await first.release();
    await operator.ship(2);
    await caughtUp(shop);
    expect(await shop.effects('orders')).toEqual([2]);
  });
});
