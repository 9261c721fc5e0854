import 'reflect-metadata';
import { type DynamicModule, Injectable, Module, Optional } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { jest } from '@jest/globals';
import { sql } from 'kysely';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { temporaryFolder } from '../../../test/support/files.js';
import type { EngineUnderTest } from '../../../test/support/engines.js';
import { sharedPostgres } from '../../../test/support/shared-postgres.js';
import { until } from '../../../test/support/wait.js';
import { CarillonModule } from '../src/carillon.module.js';
import type { Feature } from '../src/feature/feature.js';
import { EventFeed } from '../src/log/event-feed.js';
import { EventLog } from '../src/log/event-log.js';
import { SqliteEngine } from '../src/sqlite/sqlite-engine.js';
import { whileAlone } from '../src/sqlite/while-alone.js';
import { UnitOfWork } from '../src/transaction/unit-of-work.js';
import { bundledProgram } from './support/bundled-program.js';

const start = (...imports: DynamicModule[]) => {
  @Module({ imports: [...imports, orders] })
  class AppModule {}
  return NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
};
const newFile = () => `sqlite:${temporaryFolder()}/app.db`;

const orders = CarillonModule.forFeature({
  name: 'orders',
  topics: { orders: { audience: 'anyone', snapshot: '/orders', events: [] } },
});

async function recordTwo(app: Awaited<ReturnType<typeof start>>): Promise<string[]> {
  const work = app.get(UnitOfWork);
  for (const n of [1, 2])
    await work.run(async (tx) => tx.record({ topic: 'orders', type: 'order.placed', data: { n } }));
  const events = await app.get(EventLog).read(0, 2, 10);
  return events.map(({ position, data }) => `${position} ${data}`);
}

describe('CarillonModule.forRoot', () => {
  it('opens a new SQLite file, and records events in it', async () => {
    const app = await start(CarillonModule.forRoot({ database: newFile() }));
    expect(await recordTwo(app)).toEqual(['1 {"n":1}', '2 {"n":2}']);
    await app.close();
  });

  it('takes its options from other providers', async () => {
    @Injectable()
    class Settings {
      readonly database = newFile();
    }
    @Module({ providers: [Settings], exports: [Settings] })
    class SettingsModule {}
    const app = await start(
      CarillonModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async ({ database }: Settings) => ({ database }),
      }),
    );
    expect(await recordTwo(app)).toHaveLength(2);
    await app.close();
  });

  it('exports its services to the modules that import it, and to all others only if it is global', async () => {
    @Injectable()
    class Elsewhere {
      constructor(@Optional() readonly work?: UnitOfWork) {}
    }
    @Module({ providers: [Elsewhere] })
    class Other {}
    for (const isGlobal of [false, true]) {
      const carillon = CarillonModule.forRoot({ database: newFile(), isGlobal });
      const app = await start(carillon, { module: Other });
      const { work } = app.get(Elsewhere, { strict: false });
      expect(work).toBe(isGlobal ? app.get(UnitOfWork) : undefined);
      await app.close();
    }
  });

  it('exports its services to modules that declare a feature', async () => {
    @Injectable()
    class Orders {
      constructor(readonly work: UnitOfWork) {}
    }
    @Module({ imports: [orders], providers: [Orders] })
    class OrdersModule {}
    const carillon = CarillonModule.forRoot({ database: newFile() });
    const app = await start(carillon, { module: OrdersModule });
    expect(app.get(Orders, { strict: false }).work).toBe(app.get(UnitOfWork));
    expect(await recordTwo(app)).toHaveLength(2);
    await app.close();
  });

  it('starts and stops each service once, though several modules export it', async () => {
    const starts = jest.spyOn(EventFeed.prototype, 'onModuleInit');
    const stops = jest.spyOn(EventFeed.prototype, 'onModuleDestroy');
    const app = await start(CarillonModule.forRoot({ database: newFile() }));
    await app.close();
    expect([starts.mock.calls.length, stops.mock.calls.length]).toEqual([1, 1]);
    jest.restoreAllMocks();
  });

  it('rejects wrong options and databases with a StartupError that says what is wrong', async () => {
    const wrong = { database: newFile(), stream: { heartbeat: 'soon' } };
    await expect(start(CarillonModule.forRoot(wrong))).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringContaining("stream.heartbeat is 'soon'"),
    });
  });

  it.each([
    ['postgres://carillon:secret@127.0.0.1:1/app', /^(?!.*secret)database is .*cannot be reached/],
    ['postgres://carillon:sec#ret@127.0.0.1/app', /^(?!.*sec)database is not a valid URL/],
    ['postgres://carillon@127.0.0.1/app?sslmode=no', /^database is .*sslmode is "no"/],
    ['postgres://carillon@127.0.0.1:99999/app', /^database has the port 99999. It must be from 1/],
    ['postgres://carillon:1:99999/secret@127.0.0.1/app', /^(?!.*99999)database is not a valid URL/],
    ['sqlite:/dev/null/app.db', /^database is "sqlite:\/dev\/null\/app.db": .*is not a folder/],
  ])(
    'names the option when %s cannot be opened, or the setting it comes from',
    async (url, error) => {
      const open = (databaseSetting?: string) =>
        start(CarillonModule.forRoot({ database: url, databaseSetting }));
      await expect(open()).rejects.toMatchObject({
        name: 'StartupError',
        message: expect.stringMatching(error),
      });
      await expect(open('ORDERS_DB')).rejects.toThrow(/^ORDERS_DB (is|has) /);
    },
  );

  it.each<[string, Partial<Feature> | object, string | RegExp]>([
    [
      'a topic that nobody could receive',
      { topics: { invoices: { audience: 'granted', snapshot: '/' } } },
      /^The feature billing: nobody could receive the topic "invoices", .* Add permissions: /,
    ],
    [
      'an unknown audience',
      { topics: { invoices: { audience: 'everyone', snapshot: '/' } } },
      `The feature billing: the audience of the topic "invoices" is 'everyone'. It must be 'anyone', 'signed-in' or 'granted'.`,
    ],
    [
      'an unknown audience that is computed',
      {
        topics: {
          invoices: { audience: { inject: EventLog, useFactory: () => 'all' }, snapshot: '/' },
        },
      },
      /^The feature billing: the audience of the topic "invoices" is 'all'/,
    ],
    [
      'a topic below another one',
      { topics: { 'invoices/paid': { audience: 'anyone', snapshot: '/' } } },
      /^The feature billing: the topic name 'invoices\/paid' .* Declare the first segment/,
    ],
    [
      'a topic without a name',
      { topics: { '': { audience: 'anyone', snapshot: '/' } } },
      /^The feature billing: the topic name '' is empty/,
    ],
    [
      'a topic of another feature',
      { topics: { orders: { audience: 'anyone', snapshot: '/' } } },
      /^The topic "orders" is declared twice, by the features billing and orders/,
    ],
    [
      'permissions that are not a provider',
      { permissions: Date },
      /^The feature billing: its permissions are Date, which is not a provider. Add it to the providers/,
    ],
  ])('refuses %s, and names the feature', async (_, declared, message) => {
    const billing = CarillonModule.forFeature({ name: 'billing', ...declared });
    const carillon = CarillonModule.forRoot({ database: newFile() });
    await expect(start(carillon, billing)).rejects.toMatchObject({
      name: 'StartupError',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('refuses to be imported twice with forRoot', async () => {
    const roots = [1, 2].map(() => CarillonModule.forRoot({ database: newFile() }));
    await expect(start(...roots)).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringContaining('is imported 2 times. Import it once, in the root module.'),
    });
  });

  it.each(['providers', 'controllers'])(
    'closes the database if one of the %s of the application cannot be created',
    async (kind) => {
      const close = jest.spyOn(SqliteEngine.prototype, 'close');
      @Injectable()
      class Fails {
        constructor() {
          throw new Error('not now');
        }
      }
      const carillon = CarillonModule.forRoot({ database: newFile() });
      @Module({ [kind]: [Fails] })
      class Failing {}
      await expect(start(carillon, { module: Failing })).rejects.toThrow('not now');
      await until(() => close.mock.results.length === 1);
      await close.mock.results[0]!.value;
      jest.restoreAllMocks();
    },
  );

  describe.each(['onModuleInit', 'onApplicationBootstrap'])('closes the database', (hook) => {
    const fails = {
      [hook]: async () => {
        throw new Error('not now');
      },
    };
    const failing = (path: string) => {
      @Module({
        imports: [CarillonModule.forRoot({ database: `sqlite:${path}` })],
        providers: [{ provide: 'fails', useValue: fails }],
      })
      class FailingModule {}
      return FailingModule;
    };
    const options = { logger: false, abortOnError: false } as const;

    it(`if ${hook} of a provider fails, and Nest returns no application`, async () => {
      const path = `${temporaryFolder()}/app.db`;
      const created = NestFactory.createApplicationContext(failing(path), options);
      await expect(created).rejects.toThrow('not now');
      await until(() => whileAlone(path, () => undefined));
    });

    it(`if ${hook} of a provider fails, also when the application is closed afterwards`, async () => {
      const path = `${temporaryFolder()}/app.db`;
      const app = await NestFactory.create(failing(path), options);
      await expect(app.init()).rejects.toThrow('not now');
      await until(() => whileAlone(path, () => undefined));
      await app.close();
    });
  });

  it('lets the process end if a subscription is not declared correctly', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [await bundledProgram('failing-app')],
      { env: { PATH: process.env['PATH'], DATABASE_URL: newFile() }, timeout: 20_000 },
    );
    expect(stdout).toMatch(/^StartupError: .*Idle/);
  });

  it('leaves the database open while all of the application can be created', async () => {
    const close = jest.spyOn(SqliteEngine.prototype, 'close');
    const app = await start(CarillonModule.forRoot({ database: newFile() }));
    await recordTwo(app);
    expect(close).not.toHaveBeenCalled();
    await app.close();
    jest.restoreAllMocks();
  });
});

describe('CarillonModule.forRoot on PostgreSQL', () => {
  let server: EngineUnderTest;
  let database: string;
  let client: pg.Client;

  beforeAll(async () => {
    server = await sharedPostgres();
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    database = await server.createDatabase();
    client = new pg.Client(database);
    await client.connect();
  });
  afterEach(() => client.end());

  it('creates its tables in the schema carillon, next to those of the application', async () => {
    await client.query('create table orders (id int)');
    const app = await start(CarillonModule.forRoot({ database }));
    expect(await recordTwo(app)).toHaveLength(2);
    await app.get(UnitOfWork).run(async ({ db }) => {
      await sql`insert into orders values (7)`.execute(db);
    });
    await app.close();
    const { rows } =
      await client.query(`select (select count(*)::int from carillon.events) as events,
      (select id from public.orders) as id, to_regclass('public.events') as elsewhere`);
    expect(rows).toEqual([{ events: 2, id: 7, elsewhere: null }]);
  });

  it('keeps two applications apart that use two schemas of one database', async () => {
    const one = await start(CarillonModule.forRoot({ database, schema: 'one' }));
    const two = await start(CarillonModule.forRoot({ database, schema: 'two' }));
    await recordTwo(one);
    expect((await two.get(EventLog).state()).head).toBe(0);
    await Promise.all([one.close(), two.close()]);
    const again = await start(CarillonModule.forRoot({ database, schema: 'one' }));
    expect((await again.get(EventLog).state()).head).toBe(2);
    await again.close();
  });

  it('says how to create a schema that the role may not create, and uses one that exists', async () => {
    await client.query(`create role app login password 'secret'`);
    const url = database.replace('carillon:secret', 'app:secret');
    const given = { database: url, schema: 'orders' };
    await expect(start(CarillonModule.forRoot(given))).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringContaining('CREATE SCHEMA orders AUTHORIZATION app'),
    });
    await client.query('create schema orders authorization app');
    const app = await start(CarillonModule.forRoot(given));
    expect(await recordTwo(app)).toHaveLength(2);
    await app.close();
  });
});
