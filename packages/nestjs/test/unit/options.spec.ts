import { readOptions } from '../../src/read-options.js';

const DATABASE = 'sqlite:./data/app.db';
const read = (options: object) => readOptions({ database: DATABASE, ...options });
const request = {} as never;

describe('the options of forRoot', () => {
  it('need a database only, and have defaults for the rest', () => {
    const options = read({});
    expect(options.database).toEqual({
      url: DATABASE,
      setting: 'database',
      schema: 'carillon',
      connections: 10,
    });
    expect([options.stream.heartbeat, options.retention.age]).toEqual([15_000, 604_800_000]);
    expect(options.caller(request)).toBeUndefined();
  });

  it('take durations as texts or milliseconds, and keep what is not given', () => {
    const { stream, retention } = read({
      stream: { heartbeat: '1.5s', stallTimeout: 2000, lifetime: 'off', max: undefined },
      retention: { age: '30d' },
    });
    expect(stream).toMatchObject({
      heartbeat: 1500,
      stallTimeout: 2000,
      lifetime: 0,
      max: 100_000,
    });
    expect(retention).toEqual({ age: 30 * 86_400_000, count: 1_000_000 });
  });

  it.each([
    [{ database: 'mysql://host/app' }, /database is 'mysql:\/\/host\/app'. It must be 'sqlite:'/],
    [{ database: 'sqlite::memory:' }, /database is 'sqlite::memory:'/],
    [{ database: undefined }, /database is missing. It must be 'sqlite:'/],
    [
      { stream: { heartbeat: '15 sec' } },
      /stream.heartbeat is '15 sec'. It must be a duration from 100ms/,
    ],
    [{ stream: { heartbeat: 1 } }, /stream.heartbeat is 1. It must be a duration/],
    [
      { stream: { lifetime: '10ms' } },
      /stream.lifetime is '10ms'. It must be 'off', or a duration from 1s/,
    ],
    [
      { stream: { heartbeet: '1s' } },
      /no option stream.heartbeet. The options are stream.heartbeat, /,
    ],
    [{ stream: { direct: 'no' } }, /stream.direct is 'no'. It must be true or false/],
    [{ retention: { count: 0 } }, /retention.count is 0. It must be a whole number from 1/],
    [{ schema: 'Robert"; drop' }, /schema is 'Robert"; drop'. It must be 1 to 50 lower-case/],
    [{ cllr: 1 }, /no option cllr. The options are database, databaseSetting, schema, /],
    [{ retention: '7d' }, /retention is '7d'. It must be an object with some of age, count, /],
    [
      { stream: null },
      /stream is null. It must be an object with .*, such as { heartbeat: '15s' }/,
    ],
    [{ subscriptions: [] }, /subscriptions is \[\]. It must be an object/],
    [
      { stream: { stallTimeout: '25d' } },
      /stallTimeout is '25d'. It must be a duration from 100ms to 24d/,
    ],
    [{ caller: 'me' }, /caller is 'me'. It must be a function/],
  ])('refuse %p with the option, its value and what would be right', (given, message) => {
    expect(() => read(given)).toThrow(message);
  });

  it('name every mistake, and no password', () => {
    const wrong = () => read({ database: 'postgresq://u:secret@host/app', connections: 1 });
    expect(wrong).toThrow(/database is [^]*connections is 1/);
    expect(wrong).toThrow(expect.objectContaining({ name: 'StartupError' }));
    expect(wrong).not.toThrow(/secret/);
  });

  it('refuse a caller without an id, or with an end in seconds', () => {
    const call = (returned: unknown) => () => read({ caller: () => returned }).caller(request);
    expect(call({ id: 'ada', expiresAt: Date.now() })()).toMatchObject({ id: 'ada' });
    expect(call(null)()).toBeUndefined();
    expect(call({ userId: 'ada' })).toThrow(/caller returned the id undefined/);
    expect(call({ id: 'ada', expiresAt: 1_900_000_000 })).toThrow(/must be in milliseconds/);
  });
});
