import 'reflect-metadata';
import {
  CarillonModule,
  Database,
  type DomainEvent,
  isPostgres,
  Subscriptions,
  UnitOfWork,
} from '@carillon/nestjs';
import { openDatabase } from '@carillon/nestjs/operations';
import { ConsoleLogger, type INestApplicationContext, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import type { Generated } from 'kysely';
import type { EngineUnderTest } from '../../../../test/support/engines.js';

/** An order has left. `subject` is for redaction. */
export class OrderShipped implements DomainEvent<{ order: number; address?: string | null }> {
  static readonly type = 'order.shipped';
  readonly type = OrderShipped.type;
  readonly topic = 'orders';
  readonly subject: string;

  constructor(readonly data: { order: number; address?: string | null }) {
    this.subject = `order/${data.order}`;
  }
}

export class OrderPaid implements DomainEvent<{ order: number }> {
  static readonly type = 'order.paid';
  readonly type = OrderPaid.type;
  readonly topic = 'orders';

  constructor(readonly data: { order: number }) {}
}

/** What redacts an order. */
export class OrderErased implements DomainEvent<{ order: number }> {
  static readonly type = 'order.erased';
  readonly type = OrderErased.type;
  readonly topic = 'orders';
  readonly redacts: string;

  constructor(readonly data: { order: number }) {
    this.redacts = `order/${data.order}`;
  }
}

/** What handlers have done, as rows: what is done twice is there twice. */
export interface EffectsTable {
  /** Counts the rows in the order of their insertion. */
  number: Generated<number>;
  subscription: string;
  order_id: number;
}

declare module '@carillon/nestjs' {
  interface Schema {
    effects: EffectsTable;
  }
}

/** A running application with some subscriptions, and nothing of the server. */
export interface Shop {
  readonly app: INestApplicationContext;
  readonly work: UnitOfWork;
  readonly database: Database;
  readonly subscriptions: Subscriptions;
  ship(...orders: number[]): Promise<void>;
  /** The orders that a subscription has written to the table of effects, in order. */
  effects(subscription: string): Promise<number[]>;
  close(): Promise<void>;
}

export interface ShopOptions {
  readonly lease?: number;
  readonly shutdownTimeout?: number;
  readonly waitForSubscriptions?: boolean;
  readonly isLogging?: boolean;
  /** How many events are kept. */
  readonly kept?: number;
}

const Orders = CarillonModule.forFeature({
  name: 'orders',
  topics: { orders: { audience: 'anyone', snapshot: '/orders', events: [] } },
});

export async function openShop(
  url: string,
  providers: Type[],
  { lease = 300, shutdownTimeout = 10_000, isLogging = false, ...retention }: ShopOptions = {},
): Promise<Shop> {
  const { kept: count = 1_000_000, waitForSubscriptions = false } = retention;
  const carillon = CarillonModule.forRoot({
    database: url,
    subscriptions: { lease, shutdownTimeout },
    retention: { count, waitForSubscriptions },
  });
  const module = await Test.createTestingModule({
    imports: [CqrsModule.forRoot(), carillon, Orders],
    providers,
  })
    .setLogger(new ConsoleLogger({ logLevels: isLogging ? ['warn', 'error'] : [] }))
    .compile();
  try {
    return shopOf(await module.init());
  } catch (error) {
    await module.close();
    throw error;
  }
}

/** A new database for shops. Its table of effects is no part of the migrations, so that the commands of the server accept it. */
export async function createShopDatabase(under: EngineUnderTest): Promise<string> {
  const url = await under.createDatabase();
  const engine = await openDatabase(url);
  await engine.maintain(1000, (db) =>
    db.schema
      .createTable('effects')
      .addColumn('number', isPostgres(db) ? 'bigserial' : 'integer', (column) =>
        column.primaryKey(),
      )
      .addColumn('subscription', 'text')
      .addColumn('order_id', 'integer')
      .execute(),
  );
  await engine.close();
  return url;
}

function shopOf(app: INestApplicationContext): Shop {
  const get = <T>(type: Type<T>): T => app.get(type, { strict: false });
  const [work, database] = [get(UnitOfWork), get(Database)];
  return {
    app,
    work,
    database,
    subscriptions: get(Subscriptions),
    ship: (...orders) =>
      work.run(async (tx) => orders.forEach((order) => tx.record(new OrderShipped({ order })))),
    effects: async (subscription) => {
      const rows = await database.read
        .selectFrom('effects')
        .select('order_id')
        .where('subscription', '=', subscription)
        .orderBy('number')
        .execute();
      return rows.map(({ order_id }) => order_id);
    },
    close: () => app.close(),
  };
}
