import { Database, EventLog, featuresOf, UnitOfWork } from '@carillon/nestjs';
import { jest } from '@jest/globals';
import pg from 'pg';
import { Logger } from '@nestjs/common';
import { Inbox } from '@carillon/nestjs/internal';
import { openDatabase, type Engine } from '@carillon/nestjs/operations';
import { sql } from 'kysely';
import { isPostgres } from '../src/engine/dialect.js';
import { createJsonChecks } from '../src/feature/migrations/json-checks.js';
import { mayHaveMore, moveRows } from '../src/inbox/move-rows.js';
import { type EngineUnderTest, ENGINES } from '../../../test/support/engines.js';
import { until } from '../../../test/support/wait.js';
import { PostgresServer } from '../../../test/support/postgres.js';
import { type Program, programOn } from './support/program.js';

const NO_TOPICS = { isRegistered: () => false };
const INSERT = 'insert into carillon_inbox (topic, type, data) values';

/** An object whose arrays make it that many levels deep. */
const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

/** Adds a rule to the log that the inbox does not know. */
async function refuse({ write }: Engine, type: string): Promise<void> {
  await (
    isPostgres(write)
      ? sql`alter table events add constraint test_refused check (type <> ${sql.lit(type)}) not valid`
      : sql`create trigger test_refused before insert on events when new.type = ${sql.lit(type)}
          begin select raise(abort, 'refused by a test'); end`
  ).execute(write);
}

const accept = ({ write }: Engine) =>
  (isPostgres(write)
    ? sql`alter table events drop constraint test_refused`
    : sql`drop trigger test_refused`
  ).execute(write);

const nodeOn = (engine: Engine) => {
  const database = new Database(engine);
  const work = new UnitOfWork(engine, NO_TOPICS);
  const log = new EventLog(database);
  const inbox = new Inbox(database, work);
  return { database, work, log, inbox };
};

describe.each(ENGINES)('the inbox on $name', ({ start }) => {
  let under: EngineUnderTest;
  let url: string;
  let engine: Engine;
  let node: ReturnType<typeof nodeOn>;
  let program: Program;

  let before: number;

  beforeAll(async () => {
    under = await start();
    url = await under.createDatabase();
    engine = await openDatabase(url, featuresOf([]));
    node = nodeOn(engine);
    program = await programOn(url);
  });
  afterAll(async () => {
    await program.end();
    await engine.close();
    await under.stop();
  });
  beforeEach(async () => {
    await node.inbox.moveNow();
    before = (await node.log.state()).head;
  });

  const logged = () => node.log.read(before, 1_000_000, 10_000);
  const types = async () => (await logged()).map(({ type }) => type);

  it('delivers what a program inserts to the log, without a call', async () => {
    node.inbox.onApplicationBootstrap();
    await program.run(`${INSERT} ('orders/1', 'order.placed', '{"n":1}')`);
    await until(async () => (await logged()).length === 1);
    await node.inbox.onModuleDestroy();
    expect(await logged()).toMatchObject([
      {
        topic: 'orders/1',
        topics: null,
        type: 'order.placed',
        data: '{"n":1}',
        format: 'json',
        private: 1,
        public_id: null,
        actor: null,
        xid: expect.any(Number),
      },
    ]);
    expect(await engine.read.selectFrom('carillon_inbox').selectAll().execute()).toEqual([]);
  });

  it('moves all columns', async () => {
    await program.run(`
      insert into carillon_inbox (topic, topics, type, data, format, private, public_id, actor)
      values ('a', '["a","b"]', 't', 'one\r\ntwo\rthree', 'text', 0, 'urn:1', 'me')`);
    await node.inbox.moveNow();
    expect(await logged()).toMatchObject([
      {
        topic: 'a',
        topics: '["a","b"]',
        data: 'one\ntwo\nthree',
        format: 'text',
        private: 0,
        public_id: 'urn:1',
        actor: 'me',
      },
    ]);
  });

  it('moves more rows than one transaction takes, in order, each once, whoever moves them', async () => {
    await program.run('begin');
    for (let n = 0; n < 2500; n += 100)
      await program.run(
        `${INSERT} ${Array.from({ length: 100 }, (_, m) => `('a', 't${n + m}', '{}')`).join()}`,
      );
    await program.run('commit');
    const other = await openDatabase(url, featuresOf([]));
    await Promise.all([node.inbox.moveNow(), nodeOn(other).inbox.moveNow(), node.inbox.moveNow()]);
    await other.close();
    expect(await types()).toEqual(Array.from({ length: 2500 }, (_, n) => `t${n}`));
  });

  it('moves large rows in transactions of a few megabytes, in order', async () => {
    const data = JSON.stringify({ text: 'x'.repeat(65_000) });
    for (let n = 0; n < 150; n += 50)
      await program.run(
        `${INSERT} ${Array.from({ length: 50 }, (_, m) => `('a', 't${n + m}', '${data}')`).join()}`,
      );
    await node.work.run(async (tx) => {
      expect(mayHaveMore(await moveRows(tx, 1000), 1000)).toBe(true);
    });
    expect((await types()).length).toBeLessThan(100);
    await node.inbox.moveNow();
    expect(await types()).toEqual(Array.from({ length: 150 }, (_, n) => `t${n}`));
  });

  it('moves nothing of a transaction that is rolled back', async () => {
    await program.run(`begin; ${INSERT} ('a', 'undone', '{}'); rollback`);
    await program.run(`${INSERT} ('a', 'done', '{}')`);
    await node.inbox.moveNow();
    expect(await types()).toEqual(['done']);
  });

  it.each([
    [{ topic: '' }, 'A topic must have 1 to 512 characters'],
    [{ topic: '*' }, 'A topic must have 1 to 512 characters'],
    [{ topics: '["b","a"]' }, 'the first of which is in the column topic'],
    [{ topics: '["a",""]' }, 'topics must be a JSON array'],
    [{ topics: '["a",1]' }, 'topics must be a JSON array'],
    [{ topics: 'a' }, 'topics must be a JSON array'],
    [{ topics: '{}' }, 'topics must be a JSON array'],
    [{ topics: JSON.stringify(Array(101).fill('a')) }, 'topics must be a JSON array'],
    [{ type: 'reset' }, 'A type must have 1 to 200 characters'],
    [{ type: 'mercure' }, 'A type must have 1 to 200 characters'],
    [{ data: 'text' }, 'data must be a JSON object'],
    [{ data: '[]' }, 'data must be a JSON object'],
    [{ data: 'text', format: 'xml' }, 'data must be a JSON object'],
    [{ private: 2 }, 'private must be 1, or 0'],
    [{ public_id: '0123abcd-7' }, 'public_id must have 1 to 255 characters'],
    [{ actor: 'é'.repeat(128) }, 'actor must have at most 255 bytes'],
    [{ topics: `["a"${' '.repeat(655_360)}]` }, 'and topics ten times as many'],
    [{ data: `{"a":"${'é'.repeat(32_765)}"}` }, 'data must have at most 65536 bytes'],
    [{ data: 'x'.repeat(65_537), format: 'text' }, 'data must have at most 65536 bytes'],
  ] as const)('refuses %j and says what is right', async (wrong, message) => {
    const row = Object.entries({ topic: 'a', type: 't', data: '{}', ...wrong });
    const inserted = program.run(
      `insert into carillon_inbox (${row.map(([column]) => column).join()})
      values (${row.map(([, value]) => `'${String(value)}'`).join()})`,
    );
    await expect(inserted).rejects.toThrow(message);
  });

  it.each([501, 30_000])('refuses data that is nested %d levels deep', async (depth) => {
    // Each database has a limit of its own for JSON that is nested even more deeply.
    await expect(program.run(`${INSERT} ('a', 't', '${nested(depth)}')`)).rejects.toThrow(
      /must not be nested deeper|must be a JSON object|stack depth limit/,
    );
  });

  const insertRow = (row: Record<string, unknown>) =>
    program.run(`insert into carillon_inbox (${Object.keys(row).join()})
      values (${Object.values(row)
        .map((value) => (typeof value === 'number' ? String(value) : `'${String(value)}'`))
        .join()})`);
  const errors = jest.spyOn(Logger.prototype, 'error');

  // Rows that no check has seen stand for rows that another version of the database accepts.
  it.each([
    ['data that is nested too deeply', { data: nested(1100) }, 'nested deeper'],
    ['data that is no JSON', { data: '{' }, 'must be a JSON object'],
    ['a list of topics that is no JSON', { topics: '[' }, 'JSON'],
    ['an unknown format', { format: 'xml' }, 'format'],
    ['an invalid topic', { topic: '*' }, 'The topic of an event must not be *'],
    ['the type of a stream', { type: 'reset' }, 'The type of an event must not be reset'],
  ])('sets a row with %s aside, and moves the others in order', async (_, wrong, reason) => {
    await program.run('begin');
    for (const type of ['first', 'wrong', 'second', 'third'])
      await insertRow({
        checked: 1,
        topic: 'a',
        data: '{}',
        ...(type === 'wrong' && wrong),
        type: (type === 'wrong' && (wrong as { type?: string }).type) || type,
      });
    await program.run('commit');
    errors.mockClear().mockReturnValue(undefined);
    await node.inbox.moveNow();
    expect(await types()).toEqual(['first', 'second', 'third']);
    expect(await engine.read.selectFrom('carillon_inbox').selectAll().execute()).toEqual([]);
    expect(errors).toHaveBeenCalledTimes(1);
    expect(errors.mock.calls[0]![0]).toMatch(
      /^An event was removed from the inbox, since it cannot be stored: topic ".+", type ".+", id \d+\. /,
    );
    expect(errors.mock.calls[0]![0]).toContain(reason);
  });

  it('sets the rows aside that only the database refuses, and no other', async () => {
    const kinds = Array.from({ length: 40 }, (_, n) => (n % 13 === 5 ? 'refused' : `t${n}`));
    await refuse(engine, 'refused');
    await program.run(`${INSERT} ${kinds.map((type) => `('a', '${type}', '{}')`).join()}`);
    errors.mockClear().mockReturnValue(undefined);
    await node.inbox.moveNow();
    await accept(engine);
    expect(await types()).toEqual(kinds.filter((type) => type !== 'refused'));
    expect(errors).toHaveBeenCalledTimes(3);
  });

  it('sets no row aside while the log cannot be written', async () => {
    await program.run(`${INSERT} ('a', 'kept', '{}')`);
    await program.run('alter table events rename to hidden');
    const moved = await node.inbox.moveNow().then(
      () => 'moved',
      () => 'failed',
    );
    await program.run('alter table hidden rename to events');
    expect(moved).toBe('failed');
    await node.inbox.moveNow();
    expect(await types()).toEqual(['kept']);
  });

  it('moves data that is nested as deeply as the limit allows', async () => {
    await program.run(`${INSERT} ('a', 'deep', '${nested(500)}')`);
    const brackets = JSON.stringify({
      text: '[{'.repeat(1000),
      list: Array.from({ length: 600 }, () => []),
    });
    await program.run(`${INSERT} ('a', 'wide', '${brackets}')`);
    await node.inbox.moveNow();
    expect((await logged()).map(({ data }) => data)).toEqual([nested(500), brackets]);
  });

  it('moves whatever it accepts', async () => {
    const texts = ['"', '\\', 'a\nb', '李', '🔔', "''"];
    for (const text of texts)
      await program.run(
        `insert into carillon_inbox (topic, type, data, format) values ('a', 't', '${text}', 'text')`,
      );
    await program.run(`${INSERT} ('${'é'.repeat(512)}', '${'é'.repeat(200)}', '{"a":\n1}')`);
    await program.run(`${INSERT} ('a', 't', '{"a":"${'é'.repeat(32_764)}"}')`);
    await node.inbox.moveNow();
    expect((await logged()).length).toBe(texts.length + 2);
  });
});

describe('the ids of the inbox', () => {
  it.each(ENGINES)('cannot block it on $name', async ({ name, start }) => {
    const under = await start();
    const url = await under.createDatabase();
    const engine = await openDatabase(url, featuresOf([]));
    const { inbox, log } = nodeOn(engine);
    const program = await programOn(url);
    jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const column = name === 'PostgreSQL' ? 'xid' : 'id';
    for (const [n, value] of ['9223372036854775807', '9007199254740992', '-5'].entries())
      await expect(
        program.run(
          `insert into carillon_inbox (${column}, topic, type, data) values (${value}, 'a', 'wrong${n}', '{}')`,
        ),
      ).rejects.toThrow(`${column} is set by the database`);
    await program.run(`${INSERT} ('a', 'right', '{}')`);
    await program.run(
      `update carillon_inbox set ${column} = 9223372036854775807 where type = 'right'`,
    );
    await inbox.moveNow();
    expect((await log.read(0, 10, 10)).map(({ type }) => type)).toEqual([]);
    expect(await engine.read.selectFrom('carillon_inbox').selectAll().execute()).toEqual([]);
    await program.end();
    await engine.close();
    await under.stop();
  });
});

describe('record() on PostgreSQL', () => {
  const users = {
    audience: 'anyone' as const,
    snapshot: '/',
    events: [{ type: 'user.created', description: 'A user was created.', data: Object }],
  };
  let server: PostgresServer;
  let url: string;
  let engine: Engine;
  let node: ReturnType<typeof nodeOn>;
  let owner: Program;
  let shop: Program;

  beforeAll(async () => {
    server = await PostgresServer.start();
    url = await server.createDatabase();
    engine = await openDatabase(url, [...featuresOf([]), { name: 'users', topics: { users } }]);
    node = nodeOn(engine);
    owner = await programOn(url);
    for (const role of ['shop', 'clerk', 'stranger'])
      await owner.run(`create role ${role} login password 'secret'`);
    await owner.run(`grant shop to clerk`);
    await owner.run(`select carillon.allow('shop', 'orders/*')`);
    await owner.run(`select carillon.allow('shop', 'a_b')`);
    await owner.run(`insert into carillon.inbox_permissions values ('dropped role', '*')`);
  });
  beforeEach(async () => {
    shop = await programOn(url.replace('carillon:', 'shop:'));
  });
  afterEach(() => shop.end());

  it('refuses topics with several dimensions', async () => {
    await expect(
      owner.run(`select carillon.record('a', 't', '{}', topics => array[array['a', 'b']])`),
    ).rejects.toThrow('topics must be an array with one dimension');
  });

  it('ends the watch of a table twice without a notice', async () => {
    const client = new pg.Client(url);
    const notices: unknown[] = [];
    client.on('notice', ({ message }) => notices.push(message));
    await client.connect();
    await client.query('create table twice (id integer primary key)');
    await client.query(`select carillon.unwatch('twice')`);
    await client.end();
    expect(notices).toEqual([]);
  });

  afterAll(async () => {
    await owner.end();
    await engine.close();
    await server.stop();
  });

  const moved = async () => {
    const { head } = await node.log.state();
    await node.inbox.moveNow();
    return node.log.read(head, 1_000_000, 1000);
  };

  it('takes json, jsonb, text and literals', async () => {
    for (const data of [`'{"n":1}'`, `'{"n":1}'::json`, `'{"n":1}'::jsonb`, `'{"n":1}'::text`])
      await shop.run(`select carillon.record('orders/1', 'order.placed', ${data})`);
    const events = await moved();
    expect(events.map(({ data }) => JSON.parse(data) as unknown)).toEqual([
      { n: 1 },
      { n: 1 },
      { n: 1 },
      { n: 1 },
    ]);
    expect(events.map((event) => event.private)).toEqual([1, 1, 1, 1]);
  });

  it('takes all parts of an event', async () => {
    await shop.run(`select carillon.record('orders/1', 'x', 'any text', private => false,
      topics => array['orders/2', 'orders/1', 'orders/2'], id => 'urn:1', actor => 'me', format => 'text')`);
    expect(await moved()).toMatchObject([
      {
        topic: 'orders/1',
        topics: '["orders/1","orders/2"]',
        data: 'any text',
        private: 0,
        public_id: 'urn:1',
        actor: 'me',
        format: 'text',
      },
    ]);
  });

  it.each(['invoices/1', 'ordersX', 'a-b', 'users', 'users/1'])(
    'is refused on %s, which is not allowed to the role',
    async (topic) => {
      const refused = expect.objectContaining({ code: '42501' });
      await expect(shop.run(`select carillon.record('${topic}', 't', '{}')`)).rejects.toEqual(
        refused,
      );
      await expect(
        shop.run(`select carillon.record('orders/1', 't', '{}', topics => array['${topic}'])`),
      ).rejects.toEqual(refused);
      await owner.run(`select carillon.record('${topic}', 't', '{}')`);
      expect((await moved()).map((event) => event.topic)).toEqual([topic]);
    },
  );

  it('is refused to the owner, too, with the type of a feature on another topic', async () => {
    const record = (topic: string) => `select carillon.record('${topic}', 'user.created', '{}')`;
    for (const program of [shop, owner])
      await expect(program.run(record('orders/1'))).rejects.toMatchObject({
        code: '42501',
        message: 'The type belongs to a feature of Carillon. Use a type of your own.',
      });
    await owner.run(record('users/1'));
    expect(await moved()).toHaveLength(1);
  });

  it.each([`id => 'urn:1'`, `format => 'text'`, `topics => array['orders/1']`])(
    'checks what events on the topic of a feature must not have: %s',
    async (part) => {
      await expect(
        owner.run(`select carillon.record('users', 't', '{}', ${part})`),
      ).rejects.toMatchObject({
        code: '23514',
        message: expect.stringContaining('An event on a topic of a feature'),
      });
    },
  );

  it('is refused to the owner, too, on a topic of the hub', async () => {
    const record = `select carillon.record('/.well-known/mercure/subscriptions/x', 't', '{}')`;
    for (const program of [shop, owner])
      await expect(program.run(record)).rejects.toThrow('belong to the hub');
  });

  it('is refused on the topic of a feature, which no pattern allows', async () => {
    await owner.run(`select carillon.allow('shop', 'users*')`);
    for (const topic of ['users', 'users/1'])
      await expect(shop.run(`select carillon.record('${topic}', 't', '{}')`)).rejects.toMatchObject(
        {
          code: '42501',
          message: `The topic '${topic}' belongs to Carillon. Use a topic of your own.`,
        },
      );
    await owner.run(`select carillon.disallow('shop', 'users*')`);
  });

  it('says which statement allows the topic', async () => {
    await expect(shop.run(`select carillon.record('invoices/1', 't', '{}')`)).rejects.toMatchObject(
      {
        message: "The role shop is not allowed to record on the topic 'invoices/1'.",
        hint: "The owner of the schema can allow it: SELECT carillon.allow('shop', 'invoices/1')",
      },
    );
  });

  it('is refused to a role that nothing was allowed to, and to one that SET ROLE has made it', async () => {
    const record = `select carillon.record('orders/1', 't', '{}')`;
    const stranger = await programOn(url.replace('carillon:', 'stranger:'));
    await expect(stranger.run(record)).rejects.toMatchObject({ code: '42501' });
    await stranger.end();
    await owner.run('set role shop');
    await expect(owner.run(`select carillon.record('users', 't', '{}')`)).rejects.toMatchObject({
      code: '42501',
    });
    await owner.run(record);
    await owner.run('reset role');
    expect(await moved()).toHaveLength(1);
  });

  it('is allowed to members of the role, until it is disallowed', async () => {
    const record = `select carillon.record('a_b', 't', '{}')`;
    const clerk = await programOn(url.replace('carillon:', 'clerk:'));
    await clerk.run(record);
    expect(await moved()).toHaveLength(1);
    await owner.run(`select carillon.disallow('shop', 'a_b')`);
    await expect(clerk.run(record)).rejects.toMatchObject({ code: '42501' });
    await clerk.end();
  });

  it.each([
    `select carillon.allow('shop', '*')`,
    `insert into carillon.inbox_permissions values ('shop', '*')`,
    `${INSERT.replace('into ', 'into carillon.')} ('users', 't', '{}')`,
    `select * from carillon.events`,
  ])('gives the role no other access: %s', async (statement) => {
    await expect(shop.run(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('finds its own tables and functions, whatever the search path of the program is', async () => {
    await shop.run(`set search_path = pg_temp`);
    await shop.run(`create temp table carillon_inbox (topic text)`);
    await shop.run(`select carillon.record('orders/1', 't', '{}')`);
    expect(await moved()).toHaveLength(1);
  });

  it.each([
    ['{}', true, true],
    [' {"a":\n{"b":"\\u0000"}} ', true, true],
    ['[{}]', true, false],
    ['1', true, false],
    ['null', true, false],
    ['', false, false],
    ['{', false, false],
    ['{} {}', false, false],
    ["{'a':1}", false, false],
    ['{"a":"\n"}', false, false],
    ['{"a":"\\u12"}', false, false],
    ['{"a":1e}', false, false],
  ])('recognizes in %j the same before PostgreSQL 16 as later', async (text, isJson, isObject) => {
    await owner.run('create schema older');
    await createJsonChecks(engine.write, 'older', false);
    const { rows } = await sql`
      select older.is_json(${text}) as json, older.is_json_object(${text}) as object,
        carillon.is_json(${text}) as "jsonLater", carillon.is_json_object(${text}) as "objectLater"`.execute(
      engine.read,
    );
    await owner.run('drop schema older cascade');
    expect(rows).toEqual([
      { json: isJson, object: isObject, jsonLater: isJson, objectLater: isObject },
    ]);
  });

  it.each([
    ['one topic', ''],
    ['several topics', `, topics => array['orders/2']`],
  ])('checks the form of events on %s', async (_, topics) => {
    for (const [type, data, message] of [
      ['t', '[]', 'data must be a JSON object'],
      ['reset', '{}', 'A type must have 1 to 200 characters'],
    ] as const)
      await expect(
        shop.run(`select carillon.record('orders/1', '${type}', '${data}'${topics})`),
      ).rejects.toMatchObject({ code: '23514', message: expect.stringContaining(message) });
    expect(await moved()).toEqual([]);
  });

  it('disturbs nobody while its transaction is open', async () => {
    await shop.run('begin');
    await shop.run(`select carillon.record('orders/1', 'first', '{}')`);
    await owner.run(`select carillon.record('orders/1', 'second', '{}')`);
    await node.work.run(async (tx) =>
      tx.publish({
        topics: ['orders/1'],
        type: 'third',
        data: '{}',
        format: 'json',
        private: true,
      }),
    );
    const meanwhile = await moved();
    await shop.run('commit');
    const { head } = await node.log.state();
    await node.inbox.moveNow();
    const later = await node.log.read(head, 1_000_000, 10);
    const all = [...(await node.log.read(head - 2, head, 2)), ...later];
    expect(meanwhile.length).toBe(1);
    expect(all.map(({ type }) => type)).toEqual(['third', 'second', 'first']);
  });
});
