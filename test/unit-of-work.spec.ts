import { TransactionConflict, UnitOfWork } from '@carillon/nestjs';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Command, CommandBus } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { Problem } from '../src/http/problems.js';
import { SendNotification } from '../src/notifications/send-notification.js';
import { PostMessage } from '../src/rooms/messages/post-message.js';
import type { Room } from '../src/rooms/room/room.js';
import { CreateUser } from '../src/users/create-user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { anEvent } from './support/log.js';
import { Person } from './support/people.js';
import { openLog } from './support/server-log.js';
import { listUsers, post, problemCode } from './support/requests.js';

const row = (id: string) => ({ id, firstname: 'a', lastname: 'b', created_at: '', updated_at: '' });

/** The error of a foreign key. */
const broken = expect.objectContaining({ message: expect.stringMatching(/foreign key/i) });

describe.each(ENGINES)('the unit of work on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let open: Awaited<ReturnType<typeof openLog>>;

  beforeAll(async () => {
    engine = await start();
  });
  beforeEach(async () => {
    open = await openLog(await engine.createDatabase());
  });
  afterEach(() => open.close());
  afterAll(() => engine.stop());

  const userIds = async () =>
    (await open.database.read.selectFrom('users').select('id').orderBy('id').execute()).map(
      ({ id }) => id,
    );
  const loggedData = async () =>
    (await open.log.read(0, Number.MAX_SAFE_INTEGER, 100_000)).map(
      ({ data }) => (JSON.parse(data) as { value: unknown }).value,
    );
  const positions = async () =>
    (await open.log.read(0, Number.MAX_SAFE_INTEGER, 100_000)).map(({ position }) => position);
  const countUp = (to: number) => Array.from({ length: to }, (_, index) => index + 1);

  it('shares one commit among commands that arrive together, in the order of their arrival', async () => {
    let commits = 0;
    open.work.committed.subscribe(() => commits++);
    await Promise.all(countUp(200).map((n) => open.work.run(async (tx) => tx.record(anEvent(n)))));

    expect(commits).toBe(1);
    expect(await loggedData()).toEqual(countUp(200));
    expect(await positions()).toEqual(countUp(200));
  });

  it('is not idle while a command waits to run again', async () => {
    let attempts = 0;
    const command = open.work.run(async (tx) => {
      if (++attempts < 3) throw new TransactionConflict('Another one is in the way.');
      tx.record(anEvent(attempts));
    });
    await open.work.idle();
    expect(await loggedData()).toEqual([3]);
    await command;
  });

  it('splits what is too much for one commit, and loses none of it', async () => {
    let commits = 0;
    open.work.committed.subscribe(() => commits++);
    await Promise.all(countUp(1000).map((n) => open.work.run(async (tx) => tx.record(anEvent(n)))));
    expect(commits).toBe(4);
    expect(await positions()).toEqual(countUp(1000));
  });

  it('records more events in one command than one statement takes', async () => {
    await open.work.run(async (tx) => countUp(2500).forEach((n) => tx.record(anEvent(n))));
    expect(await positions()).toEqual(countUp(2500));
  });

  it('undoes what a failing command did, and nothing of those that share its commit', async () => {
    const results = await Promise.allSettled(
      countUp(50).map((n) =>
        open.work.run(async (tx) => {
          await tx.db
            .insertInto('users')
            .values(row(`user-${n}`))
            .execute();
          tx.record(anEvent(n));
          if (n % 3 === 0) throw new Error(`no ${n}`);
          return n;
        }),
      ),
    );

    const good = countUp(50).filter((n) => n % 3 !== 0);
    results.forEach((result, index) => {
      const n = index + 1;
      if (n % 3 === 0) expect(result).toMatchObject({ reason: new Error(`no ${n}`) });
      else expect(result).toMatchObject({ value: n });
    });
    expect(await userIds()).toEqual(good.map((n) => `user-${n}`).toSorted());
    expect(await loggedData()).toEqual(good);
    expect(await positions()).toEqual(countUp(good.length));
    expect(open.work.statistics.failures).toBe(0);
  });

  it('starts what follows a commit once for each command that is kept, however often it runs', async () => {
    const started: string[] = [];
    let attempts = 0;
    const conflicting = open.work.run(async (tx) => {
      tx.onCommit(() => started.push('conflicting'));
      if (++attempts < 2) throw new TransactionConflict('Another one is in the way.');
    });
    const kept = open.work.run(async (tx) => {
      tx.onCommit(() => started.push('kept'));
      const inner = open.work.run(async (tx) => {
        tx.onCommit(() => started.push('undone inside'));
        throw new Error('no');
      });
      await expect(inner).rejects.toThrow('no');
      await open.work.run(async (tx) => tx.onCommit(() => started.push('inside')));
      tx.record(anEvent('kept'));
    });
    const undone = open.work.run(async (tx) => {
      tx.onCommit(() => started.push('undone'));
      await tx.db.insertInto('users').values(row('undone')).execute();
      throw new Error('no');
    });
    await Promise.all([conflicting, kept, expect(undone).rejects.toThrow('no')]);
    expect(started.toSorted()).toEqual(['conflicting', 'inside', 'kept']);
  });

  it('starts what follows a commit before the commands resolve, whatever fails of it', async () => {
    const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    try {
      let commits = 0;
      open.work.committed.subscribe(() => commits++);
      const command = open.work.run(async (tx) => {
        tx.onCommit(() => {
          throw new Error(`after ${commits} commits`);
        });
        tx.onCommit(() => Promise.reject(new Error('later')));
        tx.record(anEvent(1));
      });
      await command;
      await open.work.idle();
      expect(log.mock.calls.map(([first]) => first as unknown)).toEqual([
        { err: new Error('after 1 commits') },
        { err: new Error('later') },
      ]);
      expect(await loggedData()).toEqual([1]);
    } finally {
      log.mockRestore();
    }
  });

  it('runs each command of a commit once when one of them fails before it changes anything', async () => {
    const attempts: number[] = [];
    const results = countUp(5).map((n) =>
      open.work.run(async (tx) => {
        attempts.push(n);
        if (n === 3) throw new Error('refused');
        await tx.db
          .insertInto('users')
          .values(row(`user-${n}`))
          .execute();
      }),
    );
    await expect(Promise.all(results)).rejects.toThrow('refused');
    await open.work.idle();
    expect(attempts).toEqual(countUp(5));
    expect(await userIds()).toHaveLength(4);
  });

  describe('redacts the earlier events of a subject', () => {
    const post = (value: string) =>
      open.work.run(async (tx) => tx.record({ ...anEvent(value), subject: 'x' }));
    const redact = () => open.work.run((tx) => tx.redact('x', () => ({ value: null })));

    it('once, and nothing else of them changes', async () => {
      await post('secret');
      const [before] = await open.log.read(0, 1, 1);
      expect(await redact()).toBe(1);
      const data = '{"value":null}';
      expect(await open.log.read(0, 1, 1)).toEqual([{ ...before, data, subject: null }]);
      expect(await redact()).toBe(0);
    });

    it('also those that another command records in the same commit, unless that is undone', async () => {
      const undone = open.work.run(async (tx) => {
        await tx.redact('x', () => ({ value: 'undone' }));
        throw new Error('no');
      });
      await Promise.all([post('secret'), expect(undone).rejects.toThrow('no'), post('other')]);
      expect(await loggedData()).toEqual(['secret', 'other']);
      await Promise.all([post('third'), redact(), post('fourth')]);
      expect(await loggedData()).toEqual([null, null, null, 'fourth']);
    });

    it('the newest first, so many at once', async () => {
      for (const value of ['one', 'two', 'three']) await post(value);
      const some = () => open.work.run((tx) => tx.redact('x', () => ({ value: null }), 2));
      expect(await some()).toBe(2);
      expect(await loggedData()).toEqual(['one', null, null]);
      expect(await some()).toBe(1);
    });

    it('before an event is recorded that says so', async () => {
      const event = { ...anEvent('deleted'), redacts: 'x' };
      const unredacted = open.work.run(async (tx) => tx.record(event));
      await expect(unredacted).rejects.toThrow('without redacting x');
    });
  });

  it('undoes a statement that fails behind an inner run, and nothing of those that share its commit', async () => {
    const insert = (id: string) =>
      open.work.run(async (tx) => void (await tx.db.insertInto('users').values(row(id)).execute()));
    const results = await Promise.allSettled([
      insert('before'),
      open.work.run(async (tx) => {
        await insert('inner');
        await insert('inner-2');
        await tx.db.insertInto('users').values(row('before')).execute();
      }),
      insert('after'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await userIds()).toEqual(['after', 'before']);
  });

  it('undoes the first command of a commit, for which there is no savepoint', async () => {
    const insert = (id: string, then = () => {}) =>
      open.work.run(async (tx) => {
        await tx.db.insertInto('users').values(row(id)).execute();
        tx.record(anEvent(id));
        then();
      });
    const failing = insert('first', () => {
      throw new Error('no');
    });
    await Promise.all([expect(failing).rejects.toThrow('no'), insert('second'), insert('third')]);
    expect(await userIds()).toEqual(['second', 'third']);
    expect(await loggedData()).toEqual(['second', 'third']);
  });

  it.each(['first', 'second'])(
    'keeps or undoes all of a command that ignores a failed statement, the %s of a commit',
    async (place) => {
      const insert = (id: string) =>
        open.work.run((tx) => tx.db.insertInto('users').values(row(id)).execute());
      const before = place === 'second' ? [insert('before')] : [];
      const ignoring = open.work.run(async (tx) => {
        await tx.db.insertInto('users').values(row('ignoring')).execute();
        await sql`select * from missing`.execute(tx.db).catch(() => undefined);
      });
      const [{ status }] = await Promise.allSettled([ignoring, ...before, insert('later')]);
      const kept = status === 'fulfilled' ? ['ignoring'] : [];
      expect(await userIds()).toEqual([...before.map(() => 'before'), ...kept, 'later']);
    },
  );

  it('undoes a statement that breaks a constraint with its command, and goes on', async () => {
    await open.work.run((tx) => tx.db.insertInto('users').values(row('taken')).execute());
    const [clash, other] = await Promise.allSettled([
      open.work.run(async (tx) => {
        tx.record(anEvent('clash'));
        await tx.db
          .insertInto('users')
          .values([row('new'), row('taken')])
          .execute();
      }),
      open.work.run((tx) => tx.db.insertInto('users').values(row('other')).execute()),
    ]);
    expect(clash.status).toBe('rejected');
    expect(other.status).toBe('fulfilled');
    expect(await userIds()).toEqual(['other', 'taken']);
    expect(await loggedData()).toEqual([]);
  });

  it('fails only the command that breaks a deferred constraint, which is checked at the commit', async () => {
    await open.work.run(async ({ db }) => {
      await sql`create table parents (id text primary key)`.execute(db);
      await sql`create table children
        (parent text references parents (id) deferrable initially deferred)`.execute(db);
    });
    const insert = (n: number, parent: string | null) =>
      open.work.run(async (tx) => {
        tx.record(anEvent(n));
        await sql`insert into children values (${parent})`.execute(tx.db);
      });
    const results = await Promise.allSettled([
      insert(1, null),
      insert(2, 'missing'),
      insert(3, null),
      insert(4, 'missing'),
    ]);
    expect(results).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: broken },
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: broken },
    ]);
    expect(await loggedData()).toEqual([1, 3]);
    await expect(insert(5, 'missing')).rejects.toEqual(broken);
    await insert(6, null);
    expect(await positions()).toEqual([1, 2, 3]);
    // Not the shared transaction, whose commands run again.
    expect(open.work.statistics.failures).toBe(3);
  });

  it('shows nothing before it has committed', async () => {
    await open.work.run(async (tx) => {
      await tx.db.insertInto('users').values(row('pending')).execute();
      expect(await userIds()).toEqual([]);
    });
    expect(await userIds()).toEqual(['pending']);
  });

  it('joins a run inside a run, and undoes the inner one alone when it fails', async () => {
    await open.work.run(async (outer) => {
      outer.record(anEvent('outer'));
      await open.work.run(async (inner) => inner.record(anEvent('inner')));
      const failing = open.work.run(async (inner) => {
        inner.record(anEvent('failing'));
        await inner.db.insertInto('users').values(row('failing')).execute();
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
    });
    expect(await loggedData()).toEqual(['outer', 'inner']);
    expect(await userIds()).toEqual([]);
  });

  it('lets inner runs that start together take turns', async () => {
    await open.work.run(async () => {
      const inner = await Promise.allSettled(
        countUp(10).map((n) =>
          open.work.run(async (tx) => {
            await tx.db
              .insertInto('users')
              .values(row(`user-${n}`))
              .execute();
            await Promise.resolve();
            tx.record(anEvent(n));
            if (n % 2 === 0) throw new Error('no');
          }),
        ),
      );
      expect(inner.filter(({ status }) => status === 'rejected')).toHaveLength(5);
    });
    expect(await loggedData()).toEqual([1, 3, 5, 7, 9]);
    expect(await userIds()).toEqual([1, 3, 5, 7, 9].map((n) => `user-${n}`));
  });

  it('waits for inner runs that still go on when one has failed, and undoes them with the outer one', async () => {
    const inner = (id: string, fails: boolean) =>
      open.work.run(async (tx) => {
        await tx.db.insertInto('users').values(row(id)).execute();
        tx.record(anEvent(id));
        if (fails) throw new Error('no');
      });
    const outer = open.work.run(async (tx) => {
      await tx.db.insertInto('users').values(row('outer')).execute();
      tx.record(anEvent('outer'));
      await Promise.all([inner('a', true), inner('b', false), inner('c', false)]);
    });
    await expect(outer).rejects.toThrow('no');
    expect(await userIds()).toEqual([]);
    expect(await loggedData()).toEqual([]);
  });

  it('keeps rows and events of an inner run together that was not awaited', async () => {
    await open.work.run(async () => {
      void open.work.run(async (tx) => {
        await tx.db.insertInto('users').values(row('loose')).execute();
        tx.record(anEvent('loose'));
      });
    });
    expect(await userIds()).toEqual(['loose']);
    expect(await loggedData()).toEqual(['loose']);
  });

  it('undoes all of a run whose outer run fails', async () => {
    const outer = open.work.run(async () => {
      await open.work.run(async (inner) => inner.record(anEvent('inner')));
      throw new Error('no');
    });
    await expect(outer).rejects.toThrow('no');
    expect(await loggedData()).toEqual([]);
  });

  it('refuses an event that is recorded after its unit of work has ended', async () => {
    let record!: () => void;
    await open.work.run(async (tx) => {
      record = () => tx.record(anEvent('late'));
    });
    expect(record).toThrow('after its unit of work had ended');
  });

  it('refuses data that is not JSON before anything is written', async () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const [bad, missing, good] = await Promise.allSettled([
      open.work.run(async (tx) => tx.record(anEvent(circular))),
      open.work.run(async (tx) => tx.record(anEvent(undefined))),
      open.work.run(async (tx) => tx.record(anEvent('good'))),
    ]);
    expect([bad.status, missing.status, good.status]).toEqual([
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(await loggedData()).toEqual(['good']);
  });

  it.each([
    ['a line break in its type', { type: 'user.\r\nupdated' }],
    ['an empty type', { type: '' }],
    ['a reserved type', { type: 'reset' }],
    ['a topic that is too long', { topic: `users/${'x'.repeat(507)}` }],
    ['a list as data', { data: [1] }],
    ['null as data', { data: null }],
    ['data that take more than 1 MiB', { data: { text: 'é'.repeat(2 ** 19) } }],
  ])('refuses an event with %s, and no other command of the same commit', async (_, wrong) => {
    const record = (change: object) =>
      open.work.run(async (tx) => tx.record({ ...anEvent('good'), ...change }));
    const results = await Promise.allSettled([record({}), record(wrong), record({})]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await loggedData()).toEqual(['good', 'good']);
  });

  it('keeps snapshots still while others write', async () => {
    await open.database.snapshot(async (db) => {
      const count = () => db.selectFrom('users').select('id').execute();
      expect(await count()).toHaveLength(0);
      await open.work.run(async (tx) => {
        await tx.db.insertInto('users').values(row('meanwhile')).execute();
        tx.record(anEvent(1));
      });
      expect(await count()).toHaveLength(0);
      expect((await open.log.state(db)).head).toBe(0);
      expect((await open.log.state()).head).toBe(1);
    });
  });
});

describe('a command that is refused', () => {
  let application: RunningApplication;
  let ada: Person;
  let room: Room;

  beforeAll(async () => {
    application = await startApplication();
    ada = await Person.signUp(application.url, 'ada');
    room = await ada.makes('Room');
  });
  afterAll(() => application.stop());

  const postMessage = (replyTo: number | null, fileIds: string[] = [], mentionAll = false) =>
    new PostMessage(ada.id, room.id, randomUUID(), 'Hello', replyTo, fileIds, mentionAll);
  const notification = { kind: 'x', title: 'x', body: null, url: null, data: null };

  it.each<[string, () => Command<unknown>]>([
    ['a taken username', () => new CreateUser('Ada', 'Second', 'ada')],
    ['a reply to no message', () => postMessage(1)],
    ['unknown files', () => postMessage(null, [randomUUID()])],
    ['no @all', () => postMessage(null, [], true)],
    ['an unknown recipient', () => new SendNotification({ username: 'bob' }, notification, 'x')],
  ])('because of %s makes no other command of its commit run again', async (_, refused) => {
    const commands = application.app.get(CommandBus, { strict: false });
    let attempts = 0;
    const other = application.app.get(UnitOfWork, { strict: false }).run(async ({ db }) => {
      attempts++;
      await db.insertInto('users').values(row(randomUUID())).execute();
    });
    await expect(commands.execute(refused())).rejects.toBeInstanceOf(Problem);
    await other;
    expect(attempts).toBe(1);
  });
});

describe('commands that wait for the disk', () => {
  it('are refused above a bound, with nothing done, and those that wait are carried out', async () => {
    const application = await startApplication({ COMMANDS_WAITING_MAX: '3' });
    const { url } = application;
    const create = (firstname: string) => post(`${url}/api/users`, { firstname, lastname: 'x' });
    const work = application.app.get(UnitOfWork, { strict: false });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let begun = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    const first = work.run(() => {
      begun();
      return held;
    });
    await beginning;
    const waiting = [work.run(async () => 1), work.run(async () => 2), work.run(async () => 3)];

    const refused = await create('Refused');
    expect([refused.status, await problemCode(refused)]).toEqual([503, 'unavailable']);
    expect(refused.headers.get('retry-after')).toBe('1');
    // A read is none of them.
    expect((await fetch(`${url}/api/users`)).status).toBe(200);
    release();
    await first;
    expect(await Promise.all(waiting)).toEqual([1, 2, 3]);
    expect((await create('Welcome')).status).toBe(201);
    expect(await listUsers(url)).toMatchObject([{ firstname: 'Welcome' }]);
    await application.stop();
  });
});
