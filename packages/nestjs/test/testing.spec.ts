import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { sql } from 'kysely';
import { existsSync } from 'node:fs';
import { CarillonModule } from '../src/carillon.module.js';
import type { Migration } from '../src/feature/feature.js';
import { watchTable } from '../src/inbox/watch.js';
import { createTestingCarillon } from '../src/testing/create-testing-carillon.js';
import { expectEvents, recordedEvents } from '../src/testing/expect-events.js';
import { UnitOfWork } from '../src/transaction/unit-of-work.js';

@Injectable()
class Orders {
  constructor(private readonly work: UnitOfWork) {}

  place(...items: string[]): Promise<void> {
    return this.work.run(async (tx) => {
      for (const item of items)
        tx.record({ topic: 'orders', type: 'order.placed', data: { item, pieces: 1 } });
    });
  }
}

const createStock: Migration = async (db) => {
  await db.schema.createTable('stock').addColumn('item', 'text').execute();
  await watchTable(db, { table: 'stock', topic: 'stock/{item}' });
};

@Module({
  imports: [
    CarillonModule.forFeature({
      name: 'orders',
      topics: { orders: { audience: 'anyone', snapshot: '/orders', events: [] } },
      migrations: { createStock },
    }),
  ],
  providers: [Orders],
})
class OrdersModule {}

describe('@carillon/nestjs/testing', () => {
  const carillon = createTestingCarillon();
  let app: TestingModule;
  let orders: Orders;
  const place =
    (...items: string[]) =>
    () =>
      orders.place(...items);
  const placed = (item: string) => ({ type: 'order.placed', data: { item, pieces: 1 } });

  beforeAll(async () => {
    app = await Test.createTestingModule({ imports: [carillon.module, OrdersModule] }).compile();
    await app.init();
    orders = app.get(Orders);
  });

  afterAll(async () => {
    await app.close();
    carillon.remove();
    expect(existsSync(carillon.database.slice('sqlite:'.length))).toBe(false);
  });

  it('returns the events that a command recorded, and no earlier ones', async () => {
    await orders.place('earlier');
    expect(await recordedEvents(app, place('book', 'pen'))).toEqual([
      { topic: 'orders', type: 'order.placed', data: { item: 'book', pieces: 1 } },
      { topic: 'orders', type: 'order.placed', data: { item: 'pen', pieces: 1 } },
    ]);
  });

  it('accepts the expected events, with matchers and without members that do not matter', async () => {
    await expectEvents(app, place('book', 'pen', 'ink'), [
      placed('book'),
      {
        type: 'order.placed',
        data: { item: expect.stringMatching(/^p/), pieces: expect.any(Number) },
      },
      { type: 'order.placed', topic: 'orders' },
    ]);
    await expectEvents(app, () => undefined, []);
  });

  it.each([
    [
      'a missing event',
      ['book'],
      [placed('book'), placed('pen')],
      /Expected 2 events, and 1 event recorded:\n  1. order.placed on orders {"item":"book","pieces":1}\n  2. expected: order.placed {"item":"pen","pieces":1}\n     recorded: no event/,
    ],
    [
      'one too many',
      ['book', 'pen'],
      [placed('book')],
      /2. expected: no event\n     recorded: order.placed on orders {"item":"pen"/,
    ],
    [
      'another order',
      ['book', 'pen'],
      [placed('pen'), placed('book')],
      /1. expected: order.placed {"item":"pen"/,
    ],
    [
      'other data',
      ['book'],
      [{ type: 'order.placed', data: { item: 'book' } }],
      /expected: order.placed {"item":"book"}\n     recorded: .*"pieces":1/,
    ],
    ['another type', ['book'], [{ type: 'order.paid' }], /expected: order.paid\n/],
    [
      'another topic',
      ['book'],
      [{ type: 'order.placed', topic: 'bills' }],
      /expected: order.placed on bills\n/,
    ],
  ])('refuses %s, and shows both lists', async (_, items, expected, message) => {
    await expect(expectEvents(app, place(...items), expected)).rejects.toThrow(message);
  });

  it('includes changes of watched tables, and none of earlier ones', async () => {
    const store = (item: string) => () =>
      app.get(UnitOfWork).run(({ db }) => sql`insert into stock values (${item})`.execute(db));
    await store('earlier')();
    await expectEvents(app, store('book'), [{ type: 'stock.insert', topic: 'stock/book' }]);
  });

  it('passes on what the command throws', async () => {
    const fail = () => Promise.reject(new Error('no such item'));
    await expect(expectEvents(app, fail, [])).rejects.toThrow('no such item');
  });
});
