import {
  type ConditionalSubscription,
  type Delivery,
  type DomainEvent,
  On,
  StartupError,
  Subscription,
  type SubscriptionOptions,
  type SubscriptionStatus,
  type Transaction,
  UnitOfWork,
} from '@carillon/nestjs';
import { jest } from '@jest/globals';
import pg from 'pg';
import { Injectable, Logger, type OnModuleDestroy, Scope, type Type } from '@nestjs/common';
import { type EngineUnderTest, ENGINES } from '../../../test/support/engines.js';
import { countsOfEach, greatestStep } from '../../../test/support/counts.js';
import { until } from '../../../test/support/wait.js';
import { EventLog } from '../src/log/event-log.js';
import { Retention } from '../src/log/retention.js';
import type { EventHandler } from '../src/subscription/declared-subscriptions.js';
import { EventReader } from '../src/subscription/event-reader.js';
import { lettersWith, makeAllDead } from './support/dead-letter-rows.js';
import {
  createShopDatabase,
  OrderErased,
  OrderPaid,
  openShop,
  OrderShipped,
  type Shop,
} from './support/shop.js';

const QUICK: SubscriptionOptions = { attempts: 3, delay: 1, maxDelay: 2 };

describe.each(ENGINES)('durable subscriptions on $name', ({ name: engineName, start }) => {
  let engine: EngineUnderTest;
  let url: string;
  const shops: Shop[] = [];

  beforeAll(async () => void (engine = await start()));
  beforeEach(async () => void (url = await createShopDatabase(engine)));
  afterEach(() => Promise.all(shops.splice(0).map((shop) => shop.close())));
  afterAll(() => engine.stop());

  const open = async (providers: Type[], options = {}): Promise<Shop> => {
    const shop = await openShop(url, providers, options);
    shops.push(shop);
    return shop;
  };
  const close = async (shop: Shop) => {
    shops.splice(shops.indexOf(shop), 1);
    await shop.close();
  };
  const statusOf = async (shop: Shop, name: string): Promise<SubscriptionStatus> =>
    (await shop.subscriptions.status()).find((status) => status.name === name)!;
  const comesTo = async (shop: Shop, name: string, expected: Partial<SubscriptionStatus>) => {
    // The comparison says more of what it is instead.
    let status: SubscriptionStatus | undefined;
    await until(async () => {
      status = await statusOf(shop, name);
      return Object.entries(expected).every(([key, value]) => status![key as 'lag'] === value);
    }).catch(() => undefined);
    expect(status).toMatchObject(expected);
  };
  const write = ({ db }: Transaction, subscription: string, order: number) =>
    db.insertInto('effects').values({ subscription, order_id: order }).execute();

  /** Writes each order that was shipped to the table of effects. */
  const writerOf = (name: string, options: SubscriptionOptions = {}) => {
    @Subscription(name, options)
    class Writer {
      @On(OrderShipped)
      async handle(event: OrderShipped, tx: Transaction) {
        await write(tx, name, event.data.order);
      }
    }
    return Writer;
  };
  /** Keeps what it was called with, and fails on what it is made to fail on. */
  const collectorOf = (name: string, options: SubscriptionOptions = {}) => {
    const seen: number[] = [];
    const failing = new Set<number>();
    @Subscription(name, options)
    class Collector {
      @On(OrderShipped)
      handle({ data }: OrderShipped) {
        seen.push(data.order);
        if (failing.has(data.order)) throw new Error(`No mail for order ${data.order}.`);
      }
    }
    return { seen, failing, Collector };
  };

  it('handles each event once, in order, in the transaction that moves the cursor', async () => {
    const shop = await open([writerOf('writer')]);
    await shop.ship(1, 2, 3);
    await shop.ship(4);
    await comesTo(shop, 'writer', { lag: 0, state: 'running' });
    expect(await shop.effects('writer')).toEqual([1, 2, 3, 4]);
  });

  it('undoes the effects of a handler that fails, and tries again until it succeeds, in order', async () => {
    let failures = 2;
    @Subscription('flaky', { ...QUICK, attempts: 8 })
    class Flaky {
      @On(OrderShipped)
      async handle({ data }: OrderShipped, tx: Transaction) {
        await write(tx, 'flaky', data.order);
        if (data.order === 2 && failures-- > 0) throw new Error('Not yet.');
      }
    }
    const shop = await open([Flaky]);
    await shop.ship(1, 2, 3);
    await comesTo(shop, 'flaky', { lag: 0, attempts: 0, deadLetters: 0 });
    expect(await shop.effects('flaky')).toEqual([1, 2, 3]);
  });

  it('gives handlers instances of their classes, plain events by type, and where they stand in the log', async () => {
    const received: unknown[] = [];
    @Subscription('types')
    class Types {
      @On(OrderShipped, { transaction: false })
      shipped(event: OrderShipped, delivery: Delivery) {
        received.push([event, delivery]);
      }

      @On('order.paid')
      @On(OrderErased)
      other(event: DomainEvent | OrderErased, tx: Transaction, delivery: Delivery) {
        received.push([event, delivery.position, typeof tx.db]);
      }
    }
    const shop = await open([Types]);
    await shop.work.run(async (tx) => {
      tx.record(new OrderShipped({ order: 1 }), 'ada');
      tx.record(new OrderPaid({ order: 1 }));
      await tx.redact('order/1', (data) => data);
      tx.record(new OrderErased({ order: 1 }));
    });
    await comesTo(shop, 'types', { lag: 0 });
    const [[shipped, delivery], ...rest] = received as [unknown[], ...unknown[]];
    expect(shipped).toBeInstanceOf(OrderShipped);
    const { cursor } = await statusOf(shop, 'types');
    expect(delivery).toEqual({
      id: cursor.replace(/3$/, '1'),
      position: 1,
      topic: 'orders',
      type: 'order.shipped',
      actor: 'ada',
      at: expect.any(String) as string,
    });
    const plain = { topic: 'orders', type: 'order.paid', data: { order: 1 } };
    expect(rest).toEqual([
      [plain, 2, 'object'],
      [new OrderErased({ order: 1 }), 3, 'object'],
    ]);
  });

  it('starts at the head when it is new, or at the oldest event, and after that where it was', async () => {
    const first = await open([]);
    await first.ship(1, 2);
    const second = await open([writerOf('now'), writerOf('earliest', { from: 'earliest' })]);
    await second.ship(3);
    await comesTo(second, 'now', { lag: 0 });
    await comesTo(second, 'earliest', { lag: 0 });
    await close(second);
    await first.ship(4);
    const third = await open([writerOf('now'), writerOf('earliest', { from: 'earliest' })]);
    await comesTo(third, 'now', { lag: 0 });
    await comesTo(third, 'earliest', { lag: 0 });
    expect(await third.effects('now')).toEqual([3, 4]);
    expect(await third.effects('earliest')).toEqual([1, 2, 3, 4]);
  });

  it('handles several events in a transaction, and one in each after a failure until it is past', async () => {
    /** Since the failure. A slow machine may have committed some of the events before it. */
    let handled: { order: number; tx: Transaction }[] = [];
    let fails = true;
    @Subscription('batches', { ...QUICK, from: 'earliest' })
    class Batches {
      @On(OrderShipped)
      async handle({ data }: OrderShipped, tx: Transaction) {
        await write(tx, 'batches', data.order);
        handled.push({ order: data.order, tx });
        if (data.order !== 3 || !fails) return;
        fails = false;
        handled = [];
        throw new Error('Once.');
      }
    }
    const first = await open([]);
    await first.ship(...Array.from({ length: 60 }, (_, n) => n));
    const shop = await open([Batches]);
    await comesTo(shop, 'batches', { lag: 0 });
    expect(await shop.effects('batches')).toEqual(Array.from({ length: 60 }, (_, n) => n));
    // Each up to 3 had one of its own; more than one of the others shared theirs.
    const isUpTo3 = ({ order }: { order: number }) => order <= 3;
    const transactionsOf = (those: typeof handled) => new Set(those.map(({ tx }) => tx)).size;
    const [alone, others] = [handled.filter(isUpTo3), handled.filter((one) => !isUpTo3(one))];
    expect(alone.at(-1)!.order).toBe(3);
    expect(transactionsOf(alone)).toBe(alone.length);
    expect(transactionsOf(others)).toBeLessThan(others.length);
  });

  it('keeps other subscriptions going while one waits', async () => {
    const gate = Promise.withResolvers<void>();
    @Subscription('slow')
    class Slow {
      @On(OrderShipped)
      async handle() {
        await gate.promise;
      }
    }
    const shop = await open([Slow, writerOf('writer')]);
    await shop.ship(1, 2);
    await comesTo(shop, 'writer', { lag: 0 });
    expect((await statusOf(shop, 'slow')).lag).toBe(2);
    gate.resolve();
    await comesTo(shop, 'slow', { lag: 0 });
  });

  it('runs a handler without a transaction outside of one, so that it holds up nobody', async () => {
    const gate = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    @Subscription('mailer')
    class Mailer {
      constructor(private readonly work: UnitOfWork) {}

      @On(OrderShipped)
      async handle({ data }: OrderShipped) {
        began.resolve();
        await gate.promise;
        await this.work.run((tx) => write(tx, 'mailer', data.order));
      }
    }
    const shop = await open([Mailer]);
    await shop.ship(1);
    await began.promise;
    await shop.ship(2); // another command commits meanwhile
    gate.resolve();
    await comesTo(shop, 'mailer', { lag: 0 });
    expect(await shop.effects('mailer')).toEqual([1, 2]);
  });

  it('handles what its handlers record, once for each event', async () => {
    @Subscription('payments')
    class Payments {
      @On(OrderShipped)
      shipped({ data }: OrderShipped, tx: Transaction) {
        tx.record(new OrderPaid(data));
      }
    }
    const paid: number[] = [];
    @Subscription('receipts')
    class Receipts {
      @On(OrderPaid)
      paid({ data }: OrderPaid) {
        paid.push(data.order);
      }
    }
    const shop = await open([Payments, Receipts]);
    await shop.ship(1, 2);
    await until(() => paid.length === 2);
    await comesTo(shop, 'payments', { lag: 0 });
    await comesTo(shop, 'receipts', { lag: 0 });
    expect(paid).toEqual([1, 2]);
  });

  it('refuses a handler that would start itself without end, unless it may', async () => {
    const againOf = (name: string, options: SubscriptionOptions) => {
      @Subscription(name, options)
      class Again {
        @On(OrderShipped)
        handle({ data }: OrderShipped, tx: Transaction) {
          if (data.order < 3) tx.record(new OrderShipped({ order: data.order + 1 }));
        }
      }
      return Again;
    };
    const shop = await open([
      againOf('refused', { ...QUICK, attempts: 1 }),
      againOf('allowed', { mayTriggerItself: true }),
    ]);
    await shop.ship(1);
    await comesTo(shop, 'refused', { deadLetters: 2, lag: 0 });
    await comesTo(shop, 'allowed', { lag: 0 });
    const [letter] = await shop.subscriptions.deadLetters('refused');
    expect(letter!.error).toContain('it could trigger itself endlessly');
    // 1 itself, and what "allowed" has recorded of it.
    expect((await shop.subscriptions.status())[0]!.cursor).toMatch(/-3$/);
  });

  describe('after too many failures', () => {
    it('makes the event a dead letter, goes on, and says why', async () => {
      const { seen, failing, Collector } = collectorOf('mailer', QUICK);
      failing.add(2);
      const shop = await open([Collector]);
      await shop.ship(1, 2, 3);
      await comesTo(shop, 'mailer', { lag: 0, deadLetters: 1, state: 'running' });
      expect(seen).toEqual([1, 2, 2, 2, 3]);
      expect(await shop.subscriptions.deadLetters('mailer')).toEqual([
        {
          subscription: 'mailer',
          position: 2,
          topic: 'orders',
          type: 'order.shipped',
          data: { order: 2 },
          actor: null,
          at: expect.any(String) as string,
          error: 'Error: No mail for order 2.',
          attempts: 3,
          firstFailedAt: expect.any(String) as string,
          lastFailedAt: expect.any(String) as string,
          isRequested: false,
        },
      ]);
    });

    it('reports the event at which it waits, and counts on after a restart', async () => {
      const { failing, Collector } = collectorOf('mailer', {
        attempts: 3,
        delay: 3_600_000,
        maxDelay: 3_600_000,
      });
      failing.add(1);
      const first = await open([Collector]);
      await first.ship(1);
      await comesTo(first, 'mailer', { state: 'retrying', attempts: 1, lag: 1, deadLetters: 0 });
      expect((await statusOf(first, 'mailer')).lastError).toBe('Error: No mail for order 1.');
      await close(first);
      const second = await open([Collector]);
      await comesTo(second, 'mailer', { state: 'retrying', attempts: 2 });
      await close(second);
      const third = await open([Collector]);
      await comesTo(third, 'mailer', { lag: 0, deadLetters: 1 });
    });

    it('makes one more attempt for each dead letter that is retried, and keeps those that fail again', async () => {
      const { seen, failing, Collector } = collectorOf('mailer', { ...QUICK, attempts: 1 });
      [1, 2, 3].forEach((order) => failing.add(order));
      const shop = await open([Collector]);
      await shop.ship(1, 2, 3);
      await comesTo(shop, 'mailer', { lag: 0, deadLetters: 3 });
      failing.delete(2);
      seen.length = 0;
      expect(await shop.subscriptions.retryDeadLetters('mailer', [1, 2])).toBe(2);
      await until(async () => seen.length === 2);
      await comesTo(shop, 'mailer', { deadLetters: 2 });
      await until(async () => (await shop.subscriptions.deadLetters('mailer'))[0]!.attempts === 2);
      expect(seen).toEqual([1, 2]);
      const letters = await shop.subscriptions.deadLetters('mailer');
      expect(letters.map(({ position, attempts }) => [position, attempts])).toEqual([
        [1, 2],
        [3, 1],
      ]);
      expect(await shop.subscriptions.discardDeadLetters('mailer')).toBe(2);
      expect(await shop.subscriptions.deadLetters('mailer')).toEqual([]);
    });

    it('commits the effects of a retried dead letter with its removal', async () => {
      let fails = true;
      @Subscription('writer', { ...QUICK, attempts: 1 })
      class Writer {
        @On(OrderShipped)
        async handle({ data }: OrderShipped, tx: Transaction) {
          await write(tx, 'writer', data.order);
          if (fails) throw new Error('No.');
        }
      }
      const shop = await open([Writer]);
      await shop.ship(1);
      await comesTo(shop, 'writer', { lag: 0, deadLetters: 1 });
      expect(await shop.effects('writer')).toEqual([]);
      fails = false;
      await shop.subscriptions.retryDeadLetters('writer');
      await comesTo(shop, 'writer', { deadLetters: 0 });
      expect(await shop.effects('writer')).toEqual([1]);
    });

    it('holds no data while the log has them, and a copy once retention has removed the event', async () => {
      const { seen, failing, Collector } = collectorOf('mailer', { ...QUICK, attempts: 1 });
      failing.add(1);
      const shop = await open([Collector], { kept: 1 });
      const dataOf = async () =>
        (await shop.database.read.selectFrom('dead_letters').select('data').execute())[0]!.data;
      await shop.ship(1, 2);
      await comesTo(shop, 'mailer', { lag: 0, deadLetters: 1 });
      expect(await dataOf()).toBeNull();
      await shop.app.get(Retention, { strict: false }).trim();
      expect(
        (await shop.database.read.selectFrom('events').select('position').execute()).length,
      ).toBe(1);
      expect(await dataOf()).toBe('{"order":1}');
      failing.clear();
      seen.length = 0;
      await shop.subscriptions.retryDeadLetters('mailer');
      await comesTo(shop, 'mailer', { deadLetters: 0 });
      expect(seen).toEqual([1]);
    });

    it('keeps the format of a text that looks like JSON', async () => {
      const received: unknown[] = [];
      @Subscription('texts', { ...QUICK, attempts: 1 })
      class Texts {
        @On('note.taken')
        handle({ data }: { data: unknown }) {
          received.push(data);
          if (received.length === 1) throw new Error('No.');
        }
      }
      const shop = await open([Texts], { kept: 1 });
      const note = { type: 'note.taken', format: 'text', private: false } as const;
      await shop.work.run(async (tx) => {
        tx.publish({ ...note, topics: ['notes/1', 'notes/2'], data: '{"not":"parsed"}' });
      });
      await shop.ship(1);
      await comesTo(shop, 'texts', { lag: 0, deadLetters: 1 });
      await shop.app.get(Retention, { strict: false }).trim();
      const [letter] = await shop.subscriptions.deadLetters('texts');
      expect(letter!.data).toBe('{"not":"parsed"}');
      await shop.subscriptions.retryDeadLetters('texts');
      await comesTo(shop, 'texts', { deadLetters: 0 });
      expect(received).toEqual(['{"not":"parsed"}', '{"not":"parsed"}']);
    });

    it.each([true, false])(
      'redacts what a dead letter holds with the event (after retention: %s)',
      async (isTrimmed) => {
        @Subscription('mailer', { ...QUICK, attempts: 1 })
        class Mailer {
          @On(OrderShipped)
          handle({ data }: OrderShipped) {
            throw new Error(`No way to ${data.address}.`);
          }
        }
        const shop = await open([Mailer], { kept: 1 });
        await shop.work.run(async (tx) =>
          tx.record(new OrderShipped({ order: 1, address: 'Zyzzyva Road' })),
        );
        await comesTo(shop, 'mailer', { lag: 0, deadLetters: 1 });
        await shop.work.run(async (tx) => tx.record(new OrderPaid({ order: 2 })));
        if (isTrimmed) await shop.app.get(Retention, { strict: false }).trim();
        const [before] = await shop.subscriptions.deadLetters('mailer');
        expect(JSON.stringify(before)).toContain('Zyzzyva');
        await shop.work.run(async (tx) => {
          await tx.redact('order/1', ({ order }: OrderShipped['data']) => ({
            order,
            address: null,
          }));
          tx.record(new OrderErased({ order: 1 }));
        });
        const [after] = await shop.subscriptions.deadLetters('mailer');
        expect(after).toMatchObject({
          data: { order: 1, address: null },
          error: 'The event was redacted.',
        });
        const rows = await shop.database.read.selectFrom('dead_letters').selectAll().execute();
        expect(JSON.stringify(rows)).not.toContain('Zyzzyva');
      },
    );
  });

  describe('dead letters of a subscription that failed on everything', () => {
    const ORDERS = 600;
    let shop: Shop;

    beforeEach(async () => {
      shop = await open([], { kept: 1 });
      await shop.ship(...Array.from({ length: ORDERS }, (_, order) => order));
    });
    const trim = () => shop.app.get(Retention, { strict: false }).trim();

    it('are retried, discarded and removed in transactions of 500 rows', async () => {
      const { work, subscriptions } = shop;
      await makeAllDead(shop, 'broken', 'gone', 'other');
      const retried = await countsOfEach(work, lettersWith('state', 'requested'), async () =>
        expect(await subscriptions.retryDeadLetters('broken')).toBe(ORDERS),
      );
      expect(greatestStep(retried)).toBe(500);
      const discarded = await countsOfEach(work, lettersWith('state', 'requested'), async () =>
        expect(await subscriptions.discardDeadLetters('broken')).toBe(ORDERS),
      );
      expect(greatestStep(discarded)).toBe(500);
      const removed = await countsOfEach(work, lettersWith('state', 'dead'), async () =>
        expect(await subscriptions.remove('gone')).toBe(true),
      );
      expect([greatestStep(removed), removed.at(-1)]).toEqual([500, ORDERS]);
      expect((await subscriptions.status()).map(({ name }) => name)).toEqual(['broken', 'other']);
    });

    it('are retried by their positions, however many there are', async () => {
      await makeAllDead(shop, 'broken');
      const positions = Array.from({ length: 40_000 }, (_, index) => 40_000 - index);
      expect(await shop.subscriptions.retryDeadLetters('broken', positions)).toBe(ORDERS);
    });

    it('get the data of trimmed events in transactions of 500 rows', async () => {
      await makeAllDead(shop, 'one', 'two', 'three');
      const counts = await countsOfEach(shop.work, lettersWith('data', null), trim);
      expect([counts[0], greatestStep(counts), counts.at(-1)]).toEqual([3 * ORDERS, 500, 3]);
      const letters = await shop.subscriptions.deadLetters('two', 0, ORDERS);
      expect(letters.map(({ data }) => data)).toEqual(
        Array.from({ length: ORDERS }, (_, order) => ({ order })),
      );
    });

    // On SQLite, the other transaction would have to end first.
    (engineName === 'SQLite' ? it.skip : it)(
      'get the data of an event that is trimmed while another process stores its dead letter',
      async () => {
        // Within a transaction, pg_stat_activity keeps its first result, so a second connection polls it.
        const [other, watching] = [new pg.Client(url), new pg.Client(url)];
        await Promise.all([other.connect(), watching.connect()]);
        await other.query(`begin; select position from events where position = 1 for update;
          insert into dead_letters select 'other', position, 'dead', topic, topics, type, null, format, private, actor, at,
            subject, 'No.', 1, at, at from events where position = 1`);
        const trimming = trim();
        await until(async () => {
          const waiting =
            "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
          return (await watching.query(waiting)).rowCount === 1;
        });
        await other.query('commit');
        await Promise.all([other.end(), watching.end()]);
        await trimming;
        const [letter] = await shop.subscriptions.deadLetters('other');
        expect(letter!.data).toEqual({ order: 0 });
      },
    );

    it('are redacted within the limit of the transaction', async () => {
      await shop.work.run(({ db }) =>
        db.updateTable('events').set({ subject: 'user/1' }).execute(),
      );
      await makeAllDead(shop, 'one', 'two');
      const results: number[] = [];
      const counts = await countsOfEach(shop.work, lettersWith('subject', 'user/1'), async () => {
        do
          results.push(await shop.work.run((tx) => tx.redact('user/1', () => ({ order: 0 }), 500)));
        while (results.at(-1) === 500);
      });
      expect(results).toEqual([500, 500, 200]);
      expect(counts).toEqual([1200, 700, 200, 0]);
    });
  });

  describe('replay', () => {
    it('starts again at the oldest event, at a cursor, or skips to the head', async () => {
      const { seen, Collector } = collectorOf('mailer');
      const shop = await open([Collector]);
      await shop.ship(1, 2, 3);
      await comesTo(shop, 'mailer', { lag: 0 });
      const { cursor } = await statusOf(shop, 'mailer');
      await shop.subscriptions.replay('mailer', 'earliest');
      await until(() => seen.length === 6);
      await comesTo(shop, 'mailer', { lag: 0 });
      await shop.subscriptions.replay('mailer', cursor.replace(/3$/, '2'));
      await until(() => seen.length === 7);
      await comesTo(shop, 'mailer', { lag: 0 });
      await shop.subscriptions.replay('mailer', 'now');
      await comesTo(shop, 'mailer', { lag: 0 });
      expect(seen).toEqual([1, 2, 3, 1, 2, 3, 3]);
    });

    it('leaves a failing event at once, also while it waits for the next attempt', async () => {
      const { seen, failing, Collector } = collectorOf('mailer', {
        delay: 3_600_000,
        maxDelay: 3_600_000,
      });
      failing.add(1);
      const shop = await open([Collector]);
      await shop.ship(1);
      await comesTo(shop, 'mailer', { state: 'retrying' });
      await shop.subscriptions.replay('mailer', 'now');
      await comesTo(shop, 'mailer', { state: 'running', lag: 0, attempts: 0 });
      await shop.ship(2);
      await comesTo(shop, 'mailer', { lag: 0 });
      expect(seen).toEqual([1, 2]);
    });

    it('refuses a subscription or a cursor that there is not', async () => {
      const shop = await open([writerOf('writer')]);
      await shop.ship(1);
      const { replay } = { replay: (from: string) => shop.subscriptions.replay('writer', from) };
      await expect(shop.subscriptions.replay('other', 'now')).rejects.toThrow(
        'There is no subscription "other".',
      );
      await expect(replay('yesterday')).rejects.toThrow(
        '"yesterday" is invalid. Use earliest, now or a cursor.',
      );
      await expect(replay('00000000-1')).rejects.toThrow('does not belong to this log');
    });
  });

  describe('when retention has removed events that it had not seen', () => {
    const fallBehind = async (shop: Shop) => {
      await shop.ship(2, 3, 4);
      await shop.app.get(Retention, { strict: false }).trim();
    };

    it('stops, reports it, and continues where an operator says', async () => {
      const before = await open([writerOf('writer')], { kept: 1 });
      await before.ship(1);
      await comesTo(before, 'writer', { lag: 0 });
      await close(before);
      const without = await open([], { kept: 1 });
      await fallBehind(without);
      const logged = jest.spyOn(Logger.prototype, 'error');
      const shop = await open([writerOf('writer')], { kept: 1 });
      await until(() => String(logged.mock.calls).includes('Retention removed 2 events'));
      logged.mockRestore();
      await shop.ship(5);
      await comesTo(shop, 'writer', { state: 'stopped', missed: 2, lag: 4 });
      expect(await shop.effects('writer')).toEqual([1]);
      await shop.subscriptions.replay('writer', 'earliest');
      await comesTo(shop, 'writer', { state: 'running', missed: 0, lag: 0 });
      expect(await shop.effects('writer')).toEqual([1, 4, 5]);
    });

    it('continues with the oldest event if it is configured to', async () => {
      const options: SubscriptionOptions = { onMissedEvents: 'continue' };
      const before = await open([writerOf('writer', options)], { kept: 1 });
      await before.ship(1);
      await comesTo(before, 'writer', { lag: 0 });
      await close(before);
      await fallBehind(await open([], { kept: 1 }));
      const shop = await open([writerOf('writer', options)], { kept: 1 });
      await comesTo(shop, 'writer', { state: 'running', lag: 0 });
      expect(await shop.effects('writer')).toEqual([1, 4]);
    });

    it('does not come to that where retention waits for subscriptions', async () => {
      await close(await open([writerOf('writer')]));
      const without = await open([], { kept: 1, waitForSubscriptions: true });
      await fallBehind(without);
      const shop = await open([writerOf('writer')]);
      await comesTo(shop, 'writer', { lag: 0, missed: 0 });
      expect(await shop.effects('writer')).toEqual([2, 3, 4]);
      await without.app.get(Retention, { strict: false }).trim();
      const { oldest } = await shop.database.read
        .selectFrom('event_log')
        .select('oldest')
        .executeTakeFirstOrThrow();
      expect(oldest).toBe(3);
    });
  });

  it('moves and stores its cursor past events that it has no handler for, and reads nothing', async () => {
    @Subscription('payments')
    class Payments {
      @On(OrderPaid)
      handle({ data }: OrderPaid, tx: Transaction) {
        return write(tx, 'payments', data.order);
      }
    }
    const shop = await open([Payments]);
    const pay = (order: number) => shop.work.run(async (tx) => tx.record(new OrderPaid({ order })));
    await pay(1);
    await comesTo(shop, 'payments', { lag: 0 });
    const reads = jest.spyOn(shop.app.get(EventReader, { strict: false }), 'read');
    await shop.ship(1);
    await shop.ship(2, 3);
    await comesTo(shop, 'payments', { lag: 0 });
    expect(reads).not.toHaveBeenCalled();
    reads.mockRestore();
    await shop.ship(4);
    await pay(2);
    await comesTo(shop, 'payments', { lag: 0 });
    expect(await shop.effects('payments')).toEqual([1, 2]);
  });

  it('skips what is committed while it is not needed, also an event that has failed', async () => {
    let isNeeded = false;
    @Subscription('sometimes', { delay: 1, maxDelay: 1, attempts: 1_000_000 })
    class Sometimes implements ConditionalSubscription {
      isNeeded() {
        return isNeeded;
      }

      @On(OrderShipped)
      async handle({ data }: OrderShipped, tx: Transaction) {
        await write(tx, 'sometimes', data.order);
        if (data.order === 4) throw new Error('Never.');
      }
    }
    const shop = await open([Sometimes]);
    await shop.ship(1, 2);
    await comesTo(shop, 'sometimes', { lag: 0 });
    isNeeded = true;
    await shop.ship(3, 4);
    await comesTo(shop, 'sometimes', { state: 'retrying', lag: 1 });
    isNeeded = false;
    await comesTo(shop, 'sometimes', { state: 'running', lag: 0, deadLetters: 0 });
    isNeeded = true;
    await shop.ship(5);
    await comesTo(shop, 'sometimes', { lag: 0 });
    expect(await shop.effects('sometimes')).toEqual([3, 5]);
  });

  it('reads the database only for events in memory that have a handler', async () => {
    const shop = await open([]);
    await shop.ship(1, 2);
    const reader = shop.app.get(EventReader, { strict: false });
    const log = shop.app.get(EventLog, { strict: false });
    const { head } = await log.state();
    await until(() => reader.isBehind(head - 1));
    const reads = jest.spyOn(log, 'state');
    const handlerOf = (type: string) => new Map([[type, { takesAnyTopic: true } as EventHandler]]);
    const others = await reader.read(head - 2, handlerOf('order.paid'));
    expect(others).toMatchObject({ events: [], upTo: head, missed: 0 });
    expect(reads).not.toHaveBeenCalled();
    const shipped = await reader.read(head - 2, handlerOf('order.shipped'));
    expect(shipped.events.map(({ position }) => position)).toEqual([head - 1, head]);
    reads.mockRestore();
  });

  describe('a shutdown', () => {
    it('waits for the handler that runs, and begins no other event', async () => {
      const gate = Promise.withResolvers<void>();
      const began = Promise.withResolvers<void>();
      const closing = Promise.withResolvers<void>();
      const seen: number[] = [];
      @Subscription('slow')
      class Slow implements OnModuleDestroy {
        @On(OrderShipped)
        async handle({ data }: OrderShipped) {
          seen.push(data.order);
          began.resolve();
          await gate.promise;
        }

        onModuleDestroy() {
          closing.resolve();
        }
      }
      const other = await open([]);
      const shop = await open([Slow]);
      await shop.ship(1, 2);
      await began.promise;
      const closed = close(shop);
      await closing.promise;
      await new Promise(setImmediate);
      gate.resolve();
      await closed;
      expect(seen).toEqual([1]);
      await comesTo(other, 'slow', { lag: 1, state: 'waiting', owner: null });
    });

    it('does not wait longer than the deadline', async () => {
      const { promise: began, resolve } = Promise.withResolvers<void>();
      const never = Promise.withResolvers<void>();
      @Subscription('stuck')
      class Stuck {
        @On(OrderShipped)
        async handle() {
          resolve();
          await never.promise;
        }
      }
      const other = await open([]);
      const shop = await open([Stuck], { shutdownTimeout: 50 });
      await shop.ship(1);
      await began;
      await close(shop);
      // Its handler still runs: nobody else may begin before the lease is over.
      expect((await statusOf(other, 'stuck')).owner).not.toBeNull();
    });
  });

  describe('the start', () => {
    const refusalOf = (...providers: Type[]) =>
      openShop(url, providers).then(
        () => 'It started.',
        (error: unknown) => {
          expect(error).toBeInstanceOf(StartupError);
          return (error as Error).message;
        },
      );

    it('refuses names that are not valid, or that two have', async () => {
      expect(await refusalOf(writerOf('an order'))).toBe(
        'Writer is not a valid subscription: its name is "an order"; it must be 1 to 64 letters, digits, ".", "_" and "-", beginning with a letter or digit.',
      );
      expect(await refusalOf(writerOf('twice'), collectorOf('twice').Collector)).toBe(
        'Two subscriptions have the name "twice": Writer and Collector. Give each a unique name, and provide each class in only one module.',
      );
    });

    it('refuses a subscription without handlers, handlers without one, and two handlers of a type', async () => {
      @Subscription('empty')
      class Empty {}
      @Injectable()
      class Nameless {
        @On(OrderShipped)
        handle() {}
      }
      @Subscription('double')
      class Double {
        @On(OrderShipped)
        one() {}

        @On('order.shipped')
        two() {}
      }
      expect(await refusalOf(Empty)).toContain('it has no handler');
      expect(await refusalOf(Nameless)).toBe('Nameless has @On() handlers and no @Subscription().');
      expect(await refusalOf(Double)).toContain('it has two handlers of order.shipped');
    });

    it('refuses an event class without a type, and an event that is undefined', async () => {
      class Typeless {
        constructor(readonly data: unknown) {}
      }
      const handling = (event: unknown) => {
        @Subscription('wrong')
        class Wrong {
          @On(event as string)
          handle() {}
        }
        return Wrong;
      };
      expect(await refusalOf(handling(Typeless))).toMatch(
        /^Wrong is not a valid subscription: the class Typeless in @On\(\) of handle has no type; add static readonly type = /,
      );
      expect(await refusalOf(handling(undefined))).toMatch(
        /may be the result of a circular import/,
      );
    });

    it('refuses options that make no sense, and what is not a singleton', async () => {
      @Injectable({ scope: Scope.REQUEST })
      class PerRequest {}
      @Subscription('scoped')
      class Scoped {
        constructor(readonly request: PerRequest) {}

        @On(OrderShipped)
        handle() {}
      }
      expect(await refusalOf(writerOf('writer', { attempts: 0 }))).toContain('attempts is 0');
      expect(await refusalOf(writerOf('writer', { delay: 5, maxDelay: 1 }))).toContain(
        'delay is 5',
      );
      expect(await refusalOf(Scoped, PerRequest)).toContain('must be a singleton');
    });
  });
});
