import { CarillonModule, ExternalEvents, EventLog } from '@carillon/nestjs';
import { Inbox } from '@carillon/nestjs/internal';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { EngineUnderTest } from '../../../test/support/engines.js';
import { sharedPostgres } from '../../../test/support/shared-postgres.js';

class OrderPlaced {
  readonly topic = 'orders';
  readonly type = 'order.placed';

  constructor(readonly data: { readonly id: number }) {}
}

describe('events in transactions of other libraries', () => {
  let server: EngineUnderTest;
  let app: INestApplicationContext;
  let pool: pg.Pool;
  let events: ExternalEvents;

  beforeAll(async () => {
    server = await sharedPostgres();
    const database = await server.createDatabase();
    pool = new pg.Pool({ connectionString: database });
    await pool.query('create table public.orders (id int primary key)');
    const orders = CarillonModule.forFeature({
      name: 'orders',
      topics: { orders: { audience: 'anyone', snapshot: '/orders' } },
    });
    @Module({ imports: [CarillonModule.forRoot({ database, schema: 'shop' }), orders] })
    class Application {}
    app = await NestFactory.createApplicationContext(Application, { logger: false });
    events = app.get(ExternalEvents);
  });
  afterAll(async () => {
    await pool.end();
    await app.close();
    await server.stop();
  });

  const recorded = async () => {
    await app.get(Inbox).moveNow();
    const log = app.get(EventLog);
    return (await log.read(0, 1000, 1000)).map(({ topic, type, data }) => [topic, type, data]);
  };
  const placed = (id: number) => ['orders', 'order.placed', JSON.stringify({ id })];

  it('are recorded with those of pg and Kysely, and not if they roll back', async () => {
    const client = await pool.connect();
    for (const [id, end] of [
      [1, 'commit'],
      [2, 'rollback'],
    ] as const) {
      await client.query('begin');
      await client.query('insert into orders values ($1)', [id]);
      await events.record(client, new OrderPlaced({ id }));
      await client.query(end);
    }
    client.release();
    const db = new Kysely<{ orders: { id: number } }>({ dialect: new PostgresDialect({ pool }) });
    await db.transaction().execute(async (trx) => {
      await trx.insertInto('orders').values({ id: 3 }).execute();
      await events.record(
        (statement, parameters) => trx.executeQuery(CompiledQuery.raw(statement, parameters)),
        new OrderPlaced({ id: 3 }),
      );
    });
    expect(await recorded()).toEqual([placed(1), placed(3)]);
    const { rows } = await pool.query('select id from orders order by id');
    expect(rows).toEqual([{ id: 1 }, { id: 3 }]);
  });

  it('pass their parameters one by one to a client with $executeRawUnsafe, as Prisma has', async () => {
    const before = (await recorded()).length;
    const prisma = {
      $executeRawUnsafe: (statement: string, ...parameters: unknown[]) =>
        pool.query(statement, parameters),
    };
    await events.record(
      prisma,
      { topic: 'shipments/1', type: 'shipped', data: { n: 1 } },
      {
        isPrivate: false,
        topics: ['shipments'],
        id: 'urn:1',
        actor: 'me',
      },
    );
    await recorded();
    expect(await app.get(EventLog).read(before, 1000, 10)).toMatchObject([
      {
        topic: 'shipments/1',
        topics: '["shipments/1","shipments"]',
        private: 0,
        public_id: 'urn:1',
        actor: 'me',
      },
    ]);
  });

  it('are refused before the statement if they cannot be stored', async () => {
    let statements = 0;
    const run = async () => void statements++;
    const wrong = { topic: 'orders', type: 'reset', data: {} };
    await expect(events.record(run, wrong)).rejects.toThrow(TypeError);
    const redactable = { ...new OrderPlaced({ id: 1 }), subject: 'order/1' };
    await expect(events.record(run, redactable)).rejects.toThrow('UnitOfWork');
    expect(statements).toBe(0);
  });
});
