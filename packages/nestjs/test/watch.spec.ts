import {
  Database,
  EventLog,
  featuresOf,
  UnitOfWork,
  unwatchTable,
  watchTable,
  type WatchOptions,
} from '@carillon/nestjs';
import { Inbox } from '@carillon/nestjs/internal';
import { type Engine, openDatabase } from '@carillon/nestjs/operations';
import { spawnSync } from 'node:child_process';
import pg from 'pg';
import { type EngineUnderTest, ENGINES } from '../../../test/support/engines.js';
import { PostgresServer } from '../../../test/support/postgres.js';
import { type Program, programOn } from './support/program.js';

const hasPython = spawnSync('python3', ['-c', 'import sqlite3']).status === 0;

/** Runs a statement in another process, whose version of SQLite may be an older one. */
const runInPython = (file: string, statement: string) =>
  spawnSync('python3', [
    '-c',
    'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as db: db.execute(sys.argv[2])',
    file,
    statement,
  ]);

const NO_TOPICS = { isRegistered: () => false };

/** Opens a database, and reads what was recorded since the last look. */
async function openLog(url: string) {
  const engine: Engine = await openDatabase(url, [
    ...featuresOf([]),
    { name: 'users', topics: { users: { audience: 'anyone', snapshot: '/' } } },
  ]);
  const database = new Database(engine);
  const log = new EventLog(database);
  const inbox = new Inbox(database, new UnitOfWork(engine, NO_TOPICS));
  let seen = 0;
  const recorded = async () => {
    await inbox.moveNow();
    const events = await log.read(seen, 1_000_000, 1_000_000);
    seen = (await log.state()).head;
    return events.map((event) => ({
      topic: event.topic,
      type: event.type,
      private: event.private,
      data: JSON.parse(event.data) as unknown,
    }));
  };
  const brief = async () =>
    (await recorded()).map(({ topic, type, data }) => [topic, type, data] as const);
  const watch = (options: WatchOptions) => watchTable(engine.write, options);
  return { engine, recorded, brief, watch, close: () => engine.close() };
}

describe.each(ENGINES)('a watched table on $name', ({ name, start }) => {
  const isPostgres = name === 'PostgreSQL';
  let under: EngineUnderTest;
  let url: string;
  let log: Awaited<ReturnType<typeof openLog>>;
  let program: Program;

  beforeAll(async () => {
    under = await start();
    url = await under.createDatabase();
    log = await openLog(url);
    program = await programOn(url);
    await program.run(
      'create table orders (id integer primary key, customer text, status text, secret text)',
    );
    await program.run('create table pairs (a integer, b text, c text, primary key (b, a))');
    await program.run('create table bare (a integer, b text)');
    await log.watch({
      table: 'orders',
      topic: 'orders/{customer}',
      type: 'order.{op}',
      columns: ['id', 'status'],
    });
    await log.watch({ table: 'pairs', topic: 'pairs', isPrivate: false });
    await log.watch({ table: 'bare', topic: 'bare' });
  });
  afterAll(async () => {
    await program.end();
    await log.close();
    await under.stop();
  });
  beforeEach(async () => {
    await program.run('delete from orders');
    await log.recorded();
  });

  it('makes each insert, update and delete an event with the chosen columns', async () => {
    await program.run(`insert into orders values (1, 'ada', 'placed', 's')`);
    await program.run(`update orders set status = 'shipped'`);
    await program.run(`delete from orders`);
    expect(await log.recorded()).toMatchObject([
      {
        topic: 'orders/ada',
        type: 'order.insert',
        private: 1,
        data: { op: 'insert', row: { id: 1, status: 'placed' } },
      },
      { type: 'order.update', data: { op: 'update', row: { id: 1, status: 'shipped' } } },
      { type: 'order.delete', data: { op: 'delete', row: { id: 1, status: 'shipped' } } },
    ]);
  });

  it('records nothing that is rolled back', async () => {
    await program.run(`begin; insert into orders values (1, 'ada', 'placed', 's')`);
    await program.run(`savepoint one; update orders set status = 'undone'; rollback to one`);
    await program.run(`commit`);
    await program.run(`begin; delete from orders; rollback`);
    expect(await log.brief()).toEqual([
      ['orders/ada', 'order.insert', { op: 'insert', row: { id: 1, status: 'placed' } }],
    ]);
  });

  it('names the old key where an update changes it', async () => {
    await program.run(`insert into orders values (1, 'ada', 'placed', 's')`);
    await program.run(`update orders set id = 2`);
    expect((await log.brief()).at(-1)).toEqual([
      'orders/ada',
      'order.update',
      { op: 'update', row: { id: 2, status: 'placed' }, old: { id: 1 } },
    ]);
  });

  it('removes a row from its old topic, before the new topic receives it', async () => {
    await program.run(
      `insert into orders values (1, 'ada', 'placed', 's'), (2, 'bob', 'placed', 's')`,
    );
    await log.recorded();
    await program.run(`update orders set customer = 'cy', id = id + 10`);
    const row = (id: number) => ({ id, status: 'placed' });
    const removals = [
      ['orders/ada', 'order.delete', { op: 'delete', row: row(1) }],
      ['orders/bob', 'order.delete', { op: 'delete', row: row(2) }],
    ];
    const insertions = [11, 12].map((id) => [
      'orders/cy',
      'order.insert',
      { op: 'insert', row: row(id) },
    ]);
    const events = await log.brief();
    expect(events).toEqual(expect.arrayContaining([...removals, ...insertions]));
    expect(events).toHaveLength(4);
    for (const [n, removal] of removals.entries())
      expect(
        events.map((event) => JSON.stringify(event)).indexOf(JSON.stringify(removal)),
      ).toBeLessThan(
        events.map((event) => JSON.stringify(event)).indexOf(JSON.stringify(insertions[n])),
      );
  });

  it.each([
    ['NULL', 'null'],
    ['an empty text', `''`],
    ['a slash', `'a/b'`],
    ['a percent sign', `'100%'`],
    ['a backslash', `'a\\b'`],
    ['a dot', `'..'`],
    ['a control character', isPostgres ? `E'a\\u0001'` : `'a' || char(1)`],
    ['too many characters', `'${'x'.repeat(506)}'`],
  ])('omits a row whose topic would contain %s, until it has another one', async (_, value) => {
    await program.run(`insert into orders values (1, ${value}, 'placed', 's')`);
    await program.run(`update orders set status = 'shipped'`);
    expect(await log.brief()).toEqual([]);
    await program.run(`update orders set customer = 'ada'`);
    await program.run(`update orders set customer = ${value}`);
    await program.run(`delete from orders`);
    const row = { id: 1, status: 'shipped' };
    expect(await log.brief()).toEqual([
      ['orders/ada', 'order.insert', { op: 'insert', row }],
      ['orders/ada', 'order.delete', { op: 'delete', row }],
    ]);
  });

  it('has keys of several columns, and names all of them', async () => {
    await program.run(`insert into pairs values (1, 'x', 'c'); update pairs set a = 2`);
    expect(await log.recorded()).toMatchObject([
      { topic: 'pairs', type: 'pairs.insert', private: 0 },
      { data: { op: 'update', row: { a: 2, b: 'x', c: 'c' }, old: { b: 'x', a: 1 } } },
    ]);
  });

  it('has all columns as its key if it has no primary key', async () => {
    await program.run(`insert into bare values (1, 'x'); update bare set a = 2`);
    expect((await log.brief()).at(-1)).toEqual([
      'bare',
      'bare.update',
      { op: 'update', row: { a: 2, b: 'x' }, old: { a: 1, b: 'x' } },
    ]);
  });

  it.each([70_000, 3_000_000])('sends only the key of a row with %d bytes', async (size) => {
    const text = (character: string) =>
      isPostgres
        ? `repeat('${character}', ${size})`
        : `replace(hex(zeroblob(${size})), '00', '${character}')`;
    await program.run(`insert into pairs values (9, 'y', ${text('x')})`);
    await program.run(`update pairs set c = ${text('"')}, a = 10 where a = 9`);
    await program.run(`delete from pairs where a = 10`);
    expect((await log.brief()).map(([, , data]) => data)).toEqual([
      { op: 'insert', row: { a: 9, b: 'y' }, partial: true },
      { op: 'update', row: { a: 10, b: 'y' }, old: { b: 'y', a: 9 }, partial: true },
      { op: 'delete', row: { a: 10, b: 'y' }, partial: true },
    ]);
    await program.run(`delete from bare`);
    await log.recorded();
    await program.run(`insert into bare values (1, ${text('x')})`);
    expect(await log.brief()).toEqual([
      ['bare', 'bare.insert', { op: 'insert', row: {}, partial: true }],
    ]);
  });

  it('sends neither the row nor the key if both are large', async () => {
    await program.run(`create table long_keys (id text primary key, n integer)`);
    await log.watch({ table: 'long_keys', topic: 'long' });
    const id = isPostgres
      ? `repeat(chr(1), 20000)`
      : `replace(hex(zeroblob(20000)), '00', char(1))`;
    await program.run(
      `insert into long_keys values (${id}, 1); update long_keys set id = 'short'; delete from long_keys`,
    );
    expect((await log.brief()).map(([, , data]) => data)).toEqual([
      { op: 'insert', row: {}, partial: true },
      { op: 'update', row: {}, partial: true },
      { op: 'delete', row: { id: 'short', n: 1 } },
    ]);
  });

  it('is replaced when it is watched again, and ends with unwatch', async () => {
    await program.run('create table again (id integer primary key, n integer)');
    await log.watch({ table: 'again', topic: 'first' });
    await log.watch({ table: 'again', topic: 'second', columns: ['id'] });
    await program.run('insert into again values (1, 2)');
    expect(await log.brief()).toEqual([
      ['second', 'again.insert', { op: 'insert', row: { id: 1 } }],
    ]);
    await unwatchTable(log.engine.write, 'again');
    await program.run('insert into again values (2, 3)');
    expect(await log.brief()).toEqual([]);
  });

  it('can have a quoted name, and columns that read like SQL or JSON', async () => {
    await program.run(
      `create table "Odd % table" ("i'd" integer primary key, "a ""b""" text, "new" text, "%s" text, "v1" text, "n" text, s text, k text, r text, is_moved text)`,
    );
    await log.watch({ table: isPostgres ? '"Odd % table"' : 'Odd % table', topic: `odd/{%s}` });
    await program.run(
      `insert into "Odd % table" values (1, 'a', 'b', 'c', 'd', 'e', 's', 'k', 'r', 'm')`,
    );
    await program.run(`update "Odd % table" set "i'd" = 2`);
    const row = {
      "i'd": 2,
      'a "b"': 'a',
      new: 'b',
      '%s': 'c',
      v1: 'd',
      n: 'e',
      s: 's',
      k: 'k',
      r: 'r',
      is_moved: 'm',
    };
    expect((await log.brief()).at(-1)).toEqual([
      'odd/c',
      'Odd % table.update',
      { op: 'update', row, old: { "i'd": 1 } },
    ]);
  });

  it('sends generated columns, numbers, bytes and texts as JSON', async () => {
    await program.run(
      `create table kinds (id integer primary key, t text, f double precision, b ${isPostgres ? 'bytea' : 'blob'},
        g integer generated always as (id * 2) stored)`,
    );
    await log.watch({ table: 'kinds', topic: 'kinds' });
    const bytes = isPostgres ? `'\\x00ff'` : `x'00ff'`;
    await program.run(`insert into kinds (id, t, f, b) values (1, '"\\ 李', 1.5, ${bytes})`);
    expect((await log.brief())[0]![2]).toEqual({
      op: 'insert',
      row: { id: 1, t: '"\\ 李', f: 1.5, b: '\\x00ff', g: 2 },
    });
  });

  it('sends numbers as they are stored', async () => {
    await program.run('create table numbers (id integer primary key, f double precision)');
    await log.watch({ table: 'numbers', topic: 'numbers' });
    const numbers = [0.1, 0.1 + 0.2, 1 / 3, -1e-7, 1e21, 5e-324, Number.MAX_VALUE, 2 ** 53 + 2];
    const values = numbers.map((f, id) => `(${id}, ${f})`).join();
    if (isPostgres) await program.run('set extra_float_digits = 0');
    const insert = `insert into numbers values ${values}`;
    if (!isPostgres && hasPython) runInPython(url.slice('sqlite:'.length), insert);
    else await program.run(insert);
    if (isPostgres) await program.run('reset extra_float_digits');
    expect((await log.brief()).map(([, , data]) => data)).toEqual(
      numbers.map((f, id) => ({ op: 'insert', row: { id, f } })),
    );
  });

  it('makes a write an event whatever the values are', async () => {
    const text = isPostgres ? `convert_from('\\xe69d8e', 'UTF8')` : `cast(x'61ff62' as text)`;
    const [infinite, nan] = isPostgres
      ? [`'Infinity'::float8`, `'NaN'::float8`]
      : ['9e999', '9e999 - 9e999'];
    await program.run(
      'create table any_values (id integer primary key, f double precision, n double precision, t text, j text)',
    );
    await log.watch({ table: 'any_values', topic: 'any' });
    const deep = `{"a":${'['.repeat(1500)}${']'.repeat(1500)}}`;
    await program.run(
      `insert into any_values values (1, ${infinite}, ${nan}, ${text}, '${deep}'); update any_values set id = 2`,
    );
    const row = isPostgres
      ? { f: 'Infinity', n: 'NaN', t: '李', j: deep }
      : { f: null, n: null, t: 'a\ufffdb', j: deep };
    expect((await log.brief()).map(([, , data]) => data)).toEqual([
      { op: 'insert', row: { id: 1, ...row } },
      { op: 'update', row: { id: 2, ...row }, old: { id: 1 } },
    ]);
  });

  it('cannot be a view', async () => {
    await program.run('create view some_orders as select * from orders');
    await expect(log.watch({ table: 'some_orders', topic: 'a' })).rejects.toThrow(
      /some_orders (is a view, and only tables can|cannot) be watched/,
    );
  });

  it('can have many columns', async () => {
    const columns = Array.from({ length: 400 }, (_, n) => `c${n}`);
    await program.run(
      `create table wide (id integer primary key, ${columns.map((each) => `${each} integer`).join()})`,
    );
    await log.watch({ table: 'wide', topic: 'wide' });
    await program.run('insert into wide (id, c399) values (1, 2); update wide set id = 3');
    const [, [, , data]] = (await log.brief()) as [unknown, [string, string, { row: object }]];
    expect(data.row).toMatchObject({ id: 3, c0: null, c399: 2 });
  });

  it.each([
    [{ table: 'nothing', topic: 'a' }, /nothing/],
    [{ table: 'orders', topic: 'a/{nothing}' }, /has no (stored )?column '?nothing/],
    [{ table: 'orders', topic: 'a', columns: ['nothing'] }, /has no (stored )?column '?nothing/],
    [{ table: 'orders', topic: 'a', columns: [] }, /^columns must name at least one column/],
    [{ table: 'orders', topic: '{customer}/a' }, /The topic [^]* is invalid/],
    [{ table: 'orders', topic: 'a/{}' }, /The topic [^]* is invalid/],
    [{ table: 'orders', topic: 'a/{customer' }, /The topic [^]* is invalid/],
    [{ table: 'orders', topic: '*' }, /The topic [^]* is invalid/],
    [{ table: 'orders', topic: 'a\n' }, /The topic [^]* is invalid/],
    [{ table: 'orders', topic: 'a', type: 'heartbeat' }, /The type .* is invalid/],
    [{ table: 'orders', topic: 'a', type: 'a{id}' }, /The type .* is invalid/],
    [{ table: 'carillon_inbox', topic: 'a' }, /cannot be watched/],
  ])('is refused with %j', async (options, message) => {
    await expect(log.watch(options)).rejects.toThrow(message);
  });
});

describe('a watched table on PostgreSQL, in particular', () => {
  let server: PostgresServer;
  let url: string;
  let log: Awaited<ReturnType<typeof openLog>>;
  let owner: Program;
  let shop: Program;

  beforeAll(async () => {
    server = await PostgresServer.start();
    url = await server.createDatabase();
    log = await openLog(url);
    owner = await programOn(url);
    await owner.run(
      `create role shop login password 'secret'; create role clerk login password 'secret'`,
    );
    await owner.run(`create schema shop authorization shop`);
    await owner.run(`select carillon.allow('shop', 'orders/*')`);
    shop = await programOn(url.replace('carillon:', 'shop:'));
    await shop.run(`create table shop.orders (id int primary key, customer text, status text);
      grant usage on schema shop to clerk; grant all on shop.orders to clerk`);
    await shop.run(
      `select carillon.watch('shop.orders', topic => 'orders/{customer}', type => 'order.{op}')`,
    );
  });
  afterAll(async () => {
    await Promise.all([owner.end(), shop.end()]);
    await log.close();
    await server.stop();
  });

  it('can be written by roles that may not use the schema of Carillon, whatever their search path is', async () => {
    const clerk = await programOn(url.replace('carillon:', 'clerk:'));
    await clerk.run(`set search_path = pg_temp; create temp table carillon_inbox (topic text)`);
    await clerk.run(`insert into shop.orders values (1, 'ada', 'placed')`);
    await clerk.run(`truncate shop.orders`);
    await expect(clerk.run(`select carillon.unwatch('shop.orders')`)).rejects.toMatchObject({
      code: '42501',
    });
    await clerk.end();
    expect(await log.brief()).toEqual([
      [
        'orders/ada',
        'order.insert',
        { op: 'insert', row: { id: 1, customer: 'ada', status: 'placed' } },
      ],
      ['orders/ada', 'order.truncate', { op: 'truncate' }],
    ]);
  });

  it('can be watched by its owner only, on topics that are allowed to them', async () => {
    const denied = expect.objectContaining({ code: '42501' });
    await owner.run('create table public.other (id int)');
    await expect(shop.run(`select carillon.watch('public.other', 'orders/x')`)).rejects.toEqual(
      denied,
    );
    for (const topic of ['invoices/{id}', 'users', 'users/{id}', 'orders'])
      await expect(shop.run(`select carillon.watch('shop.orders', '${topic}')`)).rejects.toEqual(
        denied,
      );
    await expect(
      shop.run(
        `create trigger own after insert on shop.orders execute function carillon.prepare_watch()`,
      ),
    ).rejects.toBeDefined();
  });

  it('still records events when their topic is not allowed any more, until unwatch', async () => {
    await shop.run('create table shop.returns (id int primary key)');
    await owner.run(`select carillon.allow('shop', 'returns')`);
    await shop.run(`select carillon.watch('shop.returns', topic => 'returns')`);
    await owner.run(`select carillon.disallow('shop', 'returns')`);
    await shop.run('insert into shop.returns values (1)');
    expect(await log.brief()).toHaveLength(1);
    await owner.run(`select carillon.unwatch('shop.returns')`);
    await shop.run('insert into shop.returns values (2)');
    expect(await log.brief()).toEqual([]);
  });

  it('sends only the key of a row whose JSON is nested too deeply', async () => {
    await owner.run('create table public.deep (id int primary key, j jsonb)');
    await log.watch({ table: 'public.deep', topic: 'deep' });
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    // An event has two levels around a value.
    await owner.run(`insert into public.deep values (1, '${nested(498)}'), (2, '${nested(499)}')`);
    expect((await log.brief()).map(([, , data]) => data)).toEqual([
      { op: 'insert', row: { id: 1, j: JSON.parse(nested(498)) } },
      { op: 'insert', row: { id: 2 }, partial: true },
    ]);
  });

  it('sends bytes and intervals in one form, whatever the settings of a session are', async () => {
    await owner.run('create table public.forms (id int primary key, b bytea, i interval)');
    await log.watch({ table: 'public.forms', topic: 'forms' });
    await owner.run(`set bytea_output = 'escape'; set intervalstyle = 'iso_8601'`);
    await owner.run(`insert into public.forms values (1, '\\x00ff', '1 day 2 hours')`);
    await owner.run('reset bytea_output; reset intervalstyle');
    const row = { id: 1, b: '\\x00ff', i: '1 day 02:00:00' };
    expect((await log.brief()).map(([, , data]) => data)).toEqual([{ op: 'insert', row }]);
  });

  it('is not in the way of its columns: a dropped or renamed one is null', async () => {
    await shop.run(
      `create table shop.changing (id int primary key, customer text, a text, b text)`,
    );
    await shop.run(`select carillon.watch('shop.changing', 'orders/{customer}')`);
    await shop.run(`insert into shop.changing values (1, 'ada', 'x', 'y')`);
    await shop.run(`alter table shop.changing drop a; alter table shop.changing rename b to c`);
    await shop.run(`alter table shop.changing alter id type bigint`);
    await shop.run(`update shop.changing set c = 'z'`);
    expect((await log.brief()).at(-1)![2]).toEqual({
      op: 'update',
      row: { id: 1, customer: 'ada', a: null, b: null },
    });
    await shop.run(`alter table shop.changing drop customer; insert into shop.changing values (2)`);
    expect(await log.brief()).toEqual([]);
  });

  it.each(['', 'partition by list (customer)'])(
    'can change while a session uses it: %s',
    async (partitions) => {
      await owner.run(`create table public.altered (id int, customer text, a text, n int) ${partitions};
        select carillon.watch('public.altered', 'altered/{customer}')`);
      if (partitions !== '')
        await owner.run(`create table public.altered_1 partition of public.altered default`);
      const writer = await programOn(url);
      const insert = `insert into public.altered (id, customer, n) values (1, 'ada', 2)`;
      await writer.run(insert);
      await owner.run(`alter table public.altered alter n type bigint`);
      await writer.run(insert);
      await owner.run(
        `alter table public.altered alter n type numeric; alter table public.altered drop a`,
      );
      await writer.run(insert);
      await writer.run(`update public.altered set n = 3`);
      await writer.end();
      const row = { id: 1, customer: 'ada', a: null, n: 2 };
      const [, , third, updated] = (await log.brief()).map(([, , data]) => data);
      expect(third).toEqual({ op: 'insert', row });
      expect(updated).toMatchObject({ op: 'update', row: { ...row, n: 3 } });
      await owner.run(`drop table public.altered`);
    },
  );

  it('never runs code of its owner with other privileges', async () => {
    await owner.run(`grant create on schema public to shop`);
    await shop.run(`
      create type shop.trap as enum ('x');
      create function shop.spring(shop.trap) returns json language plpgsql as
        $$ begin raise exception 'run by %', current_user; end $$;
      create cast (shop.trap as json) with function shop.spring(shop.trap);
      create table shop.traps (id int primary key, t text);
      select carillon.watch('shop.traps', 'orders/{t}');
      alter table shop.traps alter t type shop.trap using null;
      insert into shop.traps values (1, 'x')`);
    expect(await log.brief()).toEqual([
      ['orders/x', 'traps.insert', { op: 'insert', row: { id: 1, t: 'x' } }],
    ]);
  });

  it('has changed columns also for a transaction whose snapshot is older', async () => {
    await shop.run(`
      create type shop.snare as enum ('x');
      create function shop.shut(shop.snare) returns json language plpgsql as
        $$ begin raise exception 'run by %', current_user; end $$;
      create cast (shop.snare as json) with function shop.shut(shop.snare);
      create table shop.older (id int primary key, customer text, a text, t text);
      select carillon.watch('shop.older', 'orders/{customer}')`);
    const writer = await programOn(url.replace('carillon:', 'shop:'));
    await writer.run('begin isolation level repeatable read; table shop.orders');
    await shop.run(
      `alter table shop.older drop a; alter table shop.older alter t type shop.snare using null`,
    );
    await writer.run(`insert into shop.older values (1, 'ada', 'x'); commit`);
    await writer.end();
    expect((await log.brief()).map(([, , data]) => data)).toEqual([
      { op: 'insert', row: { id: 1, customer: 'ada', a: null, t: 'x' } },
    ]);
  });

  it('has other topics and keys after updates between texts that its collation holds to be equal', async () => {
    await owner.run(`
      create collation any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table public.cases (id text collate any_case primary key, customer text collate any_case);
      select carillon.watch('public.cases', 'cases/{customer}');
      insert into public.cases values ('a', 'ada');
      update public.cases set customer = 'Ada';
      update public.cases set id = 'A'`);
    expect(await log.brief()).toEqual([
      ['cases/ada', 'cases.insert', { op: 'insert', row: { id: 'a', customer: 'ada' } }],
      ['cases/ada', 'cases.delete', { op: 'delete', row: { id: 'a', customer: 'ada' } }],
      ['cases/Ada', 'cases.insert', { op: 'insert', row: { id: 'a', customer: 'Ada' } }],
      [
        'cases/Ada',
        'cases.update',
        { op: 'update', row: { id: 'A', customer: 'Ada' }, old: { id: 'a' } },
      ],
    ]);
  });

  it('sends times in UTC and floating-point numbers with all digits', async () => {
    await owner.run(`create table public.times (id int primary key, at timestamptz, n float8);
      select carillon.watch('public.times', 'times');
      set timezone = 'Asia/Tokyo'; set extra_float_digits = -5;
      insert into public.times values (1, '2026-11-27T12:00:00Z', 0.1 + 0.2::float8);
      reset timezone; reset extra_float_digits`);
    expect((await log.brief()).map(([, , data]) => data)).toEqual([
      { op: 'insert', row: { id: 1, at: '2026-11-27T12:00:00+00:00', n: 0.1 + 0.2 } },
    ]);
  });

  it('can be partitioned, whichever partition a program names', async () => {
    await owner.run(`create table public.parts (id int, c text, primary key (id, c)) partition by list (c);
      create table public.parts_a partition of public.parts for values in ('a')`);
    await owner.run(`select carillon.watch('public.parts', 'parts/{c}')`);
    await owner.run(`create table public.parts_b partition of public.parts for values in ('b');
      insert into public.parts_b values (1, 'b'); update public.parts set c = 'a'; update public.parts set id = 2`);
    expect(await log.brief()).toEqual([
      ['parts/b', 'parts.insert', { op: 'insert', row: { id: 1, c: 'b' } }],
      ['parts/b', 'parts.delete', { op: 'delete', row: { id: 1, c: 'b' } }],
      ['parts/a', 'parts.insert', { op: 'insert', row: { id: 1, c: 'a' } }],
      ['parts/a', 'parts.update', { op: 'update', row: { id: 2, c: 'a' }, old: { id: 1, c: 'a' } }],
    ]);
    await expect(owner.run(`select carillon.watch('public.parts_a', 'parts')`)).rejects.toThrow(
      'Watch the partitioned table',
    );
  });

  it.each(['temp_table', 'a_view', 'child', 'parent'])('cannot be %s', async (table) => {
    await owner.run(`create temp table if not exists temp_table (id int); create or replace view a_view as select 1 as id;
      create table if not exists parent (id int); create table if not exists child () inherits (parent)`);
    await expect(owner.run(`select carillon.watch('${table}', 'x')`)).rejects.toThrow(
      'cannot be watched',
    );
  });

  it('shows keys that one statement swaps as removals and insertions', async () => {
    await owner.run(`create table public.swapped (id int primary key deferrable, n text);
      select carillon.watch('public.swapped', 'swapped');
      insert into public.swapped values (1, 'a'), (2, 'b')`);
    await log.recorded();
    await owner.run(`update public.swapped set id = 3 - id`);
    expect((await log.brief()).map(([, , data]) => data)).toEqual([
      { op: 'delete', row: { id: 1, n: 'a' } },
      { op: 'delete', row: { id: 2, n: 'b' } },
      { op: 'insert', row: { id: 2, n: 'a' } },
      { op: 'insert', row: { id: 1, n: 'b' } },
    ]);
    await owner.run(`update public.swapped set n = 'c' where id = 1`);
    expect((await log.brief()).map(([, , data]) => data)).toEqual([
      { op: 'delete', row: { id: 1, n: 'b' } },
      { op: 'insert', row: { id: 1, n: 'c' } },
    ]);
  });

  it('keeps the order of a statement with many rows, also after statements with one', async () => {
    await owner.run(`create table public.many (id int primary key, n int);
      select carillon.watch('public.many', 'many'); insert into public.many values (0, 0)`);
    for (let n = 0; n < 8; n++) await owner.run(`update public.many set n = ${n}`);
    await owner.run(`insert into public.many select n, 0 from generate_series(1, 20000) as n`);
    await log.recorded();
    await owner.run(`update public.many set n = 7`);
    const ids = (await log.brief()).map(([, , data]) => (data as { row: { id: number } }).row.id);
    expect(ids).toEqual(Array.from({ length: 20_001 }, (_, n) => n));
  });

  it('leaves no functions', async () => {
    await owner.run(
      `create table public.gone (id int); select carillon.watch('public.gone', 'gone')`,
    );
    await owner.run(`drop table public.gone; create table public.gone (id int)`);
    await owner.run(
      `select carillon.watch('public.gone', 'gone'); select carillon.unwatch('public.gone')`,
    );
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query(`
      select proname from pg_proc where proname ~ '^watched_[0-9a-f]{32}'
        and not exists (
          select from pg_trigger join pg_proc as used on used.oid = tgfoid
          where left(used.proname, 40) = left(pg_proc.proname, 40))`);
    await client.end();
    expect(rows).toEqual([]);
  });
});
