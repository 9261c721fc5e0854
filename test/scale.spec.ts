import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnitOfWork } from '../src/database/unit-of-work.js';
import { Backlog, type Waiting } from '../src/events/backlog.js';
import { Chunk } from '../src/events/chunk.js';
import { EncodedPages } from '../src/events/encoded-pages.js';
import { EventLog, type LoggedFact } from '../src/events/event-log.js';
import { FairQueue } from '../src/fair-queue.js';
import { RecentFacts } from '../src/events/recent-facts.js';
import { Streams } from '../src/events/streams.js';
import { Turns } from '../src/events/turns.js';
import { WireForm } from '../src/events/wire-form.js';
import { userDirectory } from '../src/users/users.stream.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { listen, type RawListener } from './support/listener.js';
import { fact } from './support/log.js';
import { Person } from './support/people.js';
import { createUser } from './support/requests.js';

const USERS = '/api/users/event';

describe('many listeners', () => {
  const running: RunningApplication[] = [];
  const start = async (environment: Record<string, string> = {}) => {
    const application = await startApplication(environment);
    running.push(application);
    return application;
  };
  const many = (count: number, { port }: RunningApplication, path = USERS, headers = {}) =>
    Promise.all(Array.from({ length: count }, () => listen(port, path, { headers })));
  const record = ({ app }: RunningApplication, count: number, bytes = 10, topic = 'users') =>
    app.get(UnitOfWork, { strict: false }).run(async (tx) => {
      for (let n = 0; n < count; n++) tx.record(fact({ n, filling: 'x'.repeat(bytes) }, topic));
    });
  const ids = (listener: RawListener) => listener.of('update').map(({ id }) => id);
  const close = (listeners: RawListener[]) => Promise.all(listeners.map((each) => each.close()));

  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(running.splice(0).map((application) => application.stop()));
  });

  it('share what is serialised: once for each fact, live or replayed, however many there are', async () => {
    const told = jest.spyOn(userDirectory.form, 'tell');
    const application = await start();
    const live = await many(50, application);
    for (let n = 0; n < 20; n++) await createUser(application.url, `Shared ${n}`);
    await Promise.all(live.map((listener) => listener.hears(20, 'update')));
    const back = await many(50, application, `${USERS}?lastEventId=earliest`);
    await Promise.all(back.map((listener) => listener.hears(20, 'update')));

    expect(told).toHaveBeenCalledTimes(20);
    for (const listener of [...live, ...back]) expect(ids(listener)).toEqual(ids(live[0]!));
    await close([...live, ...back]);
  });

  it('of other topics cost a fact nothing: it is not even put into words for them', async () => {
    const told = jest.spyOn(userDirectory.form, 'tell');
    const application = await start();
    const listeners = await many(20, application);
    await record(application, 1000, 10, 'rooms/elsewhere');
    await createUser(application.url, 'Here');
    await Promise.all(listeners.map((listener) => listener.hears(1, 'update')));
    expect(told).toHaveBeenCalledTimes(1);
    await close(listeners);
  });

  it('get the same bytes from memory and from the log', async () => {
    const first = await start();
    for (let n = 0; n < 5; n++) await createUser(first.url, `Same ${n}`);
    await record(first, 600, 300);
    const replay = async ({ port }: RunningApplication) => {
      const listener = await listen(port, `${USERS}?lastEventId=earliest`);
      await listener.hears(605, 'update');
      await listener.close();
      return listener.body.replace(/retry: \d+/, 'retry: …');
    };
    const fromMemory = await replay(first);
    const second = await start({
      DATABASE_URL: `sqlite:${first.database}`,
      STREAM_RING_BYTES: '0',
    });
    expect(await replay(second)).toBe(fromMemory);
  });

  it('that come back all at once lose and repeat nothing, while others write and listen', async () => {
    const application = await start();
    const witness = await listen(application.port, USERS);
    const [{ cursor }] = [witness];
    await record(application, 500, 100);
    let writing = true;
    const writer = (async () => {
      while (writing) await createUser(application.url, 'During the storm');
    })();
    const storm = await many(300, application, USERS, { 'Last-Event-ID': cursor });
    await Promise.all(storm.map((listener) => listener.hears(501, 'update')));
    writing = false;
    await writer;
    const last = await createUser(application.url, 'After the storm');
    const hasAll = ({ body }: RawListener) => body.includes(last.id);
    await Promise.all([witness, ...storm].map((listener) => listener.until(hasAll)));

    for (const listener of storm) expect(ids(listener)).toEqual(ids(witness));
    await close([witness, ...storm]);
  });

  it('over STREAM_MAX are told to come back later, and those that are there stay', async () => {
    const application = await start({ STREAM_MAX: '5' });
    const inside = await many(5, application);
    const outside = await listen(application.port, USERS, {
      headers: { 'Last-Event-ID': 'own-cursor' },
    });
    await outside.until(({ ended }) => ended);
    expect(outside.status).toBe(200);
    expect(outside.head).toMatch(/text\/event-stream/);
    expect(outside.cursor).toBe('own-cursor');
    expect(outside.events).toEqual([]);

    await createUser(application.url, 'For five');
    await Promise.all(inside.map((listener) => listener.hears(1, 'update')));
    await inside.pop()!.close();
    const streams = application.app.get(Streams, { strict: false });
    while (streams.size > 4) await sleep(5);
    const next = await listen(application.port, USERS);
    await createUser(application.url, 'For the next');
    await next.hears(1, 'update');
    await close([...inside, next]);
  });

  describe('of one caller, whoever else there is', () => {
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    const isRefused = async (application: RunningApplication, headers: object) => {
      const stream = await listen(application.port, USERS, { headers: { ...headers } });
      const { size } = application.app.get(Streams, { strict: false });
      if (stream.retry! < 7500) return false;
      await stream.until(({ ended }) => ended);
      expect(application.app.get(Streams, { strict: false }).size).toBe(size);
      return stream.status === 200 && stream.events.length === 0;
    };

    it('are as many as STREAM_MAX_PER_ADDRESS and STREAM_MAX_PER_USER allow', async () => {
      const application = await start({
        STREAM_MAX_PER_ADDRESS: '2',
        STREAM_MAX_PER_USER: '3',
        TRUST_PROXY: '1',
      });
      const taken = [
        ...(await many(2, application, USERS, from('192.0.2.1'))),
        ...(await many(2, application, USERS, from('2001:db8::1'))),
      ];
      for (const same of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::2'])
        expect([same, await isRefused(application, from(same))]).toEqual([same, true]);
      const ada = await Person.signUp(application.url, 'ada');
      for (const n of [1, 2, 3])
        taken.push(await ada.listens('/api/events', from(`198.51.100.${n}`)));
      expect(await isRefused(application, { ...ada.bearer, ...from('198.51.100.4') })).toBe(true);
      expect(await isRefused(application, from('198.51.100.4'))).toBe(false);

      await taken[0]!.close();
      const { body } = await listen(application.port, USERS, { headers: from('192.0.2.2') });
      expect(body).toContain('id: ');
      while (await isRefused(application, from('192.0.2.1')));
      await close(taken);
    });

    it('find a tenth of STREAM_MAX reserved for signed-in users, and readiness tells when all is full', async () => {
      const application = await start({ STREAM_MAX: '10' });
      const full = async () => {
        const response = await fetch(`${application.url}/health/ready`);
        expect(response.status).toBe(200);
        return ((await response.json()) as { info: { streams: { full: boolean } } }).info.streams
          .full;
      };
      const strangers = await many(9, application);
      expect(await isRefused(application, {})).toBe(true);
      expect(await full()).toBe(false);
      const ada = await (await Person.signUp(application.url, 'ada')).listens();
      expect(await full()).toBe(true);
      await close([...strangers, ada]);
    });

    it('take turns with others while they catch up, however many they are', async () => {
      const application = await start({ STREAM_RING_BYTES: '0' });
      const pages = 30;
      const ada = await Person.signUp(application.url, 'ada');
      const [epoch, head] = (await listen(application.port, USERS)).cursor.split('-');
      await record(application, 64 * pages);
      const log = application.app.get(EventLog, { strict: false });
      const reads = jest.spyOn(log, 'read');
      const strangers = Array.from({ length: 60 }, (_, n) =>
        listen(application.port, `${USERS}?lastEventId=${epoch}-${Number(head) + n + 1}`),
      );
      await Promise.all(strangers);
      const honest = await ada.listens(`/api/events?lastEventId=${epoch}-${head}`);
      await honest.hears(64 * pages, 'user.updated');
      // Its pages begin where no other does.
      const positions = reads.mock.calls.filter(([, , limit]) => limit === 64).map(([at]) => at);
      const own = (at: number) => (at - Number(head)) % 64 === 0;
      const until = positions.findLastIndex(own);
      const others = positions.slice(positions.findIndex(own), until).filter((at) => !own(at));
      expect(others.length).toBeLessThan(3 * pages);
      await close([honest, ...(await Promise.all(strangers))]);
    });

    it('replay no more than STREAM_ANONYMOUS_REPLAY events while nobody has signed in', async () => {
      const application = await start({ STREAM_ANONYMOUS_REPLAY: '10' });
      const ada = await Person.signUp(application.url, 'ada');
      await record(application, 20);
      const [epoch, head] = (await listen(application.port, USERS)).cursor.split('-');
      const at = (position: number) => `${USERS}?lastEventId=${epoch}-${position}`;
      for (const path of [`${USERS}?lastEventId=earliest`, at(Number(head) - 11), at(0)]) {
        const stream = await listen(application.port, path);
        await stream.hears(1, 'reset');
        expect(stream.events).toEqual([
          {
            type: 'reset',
            id: `${epoch}-${head}`,
            data: { reason: 'expired', snapshot: '/api/users' },
          },
        ]);
        await stream.close();
      }
      const near = await listen(application.port, at(Number(head) - 10));
      await near.hears(10, 'update');
      const all = await ada.listens(`${USERS}?lastEventId=earliest`);
      await all.hears(21, 'update');
      await close([near, all]);
    });
  });

  it('are ended when their STREAM_LIFETIME is over, not all at once, and go on elsewhere', async () => {
    const application = await start({ STREAM_LIFETIME: '1s', STREAM_HEARTBEAT: '200ms' });
    const began = Date.now();
    const ends: number[] = [];
    const listeners = await many(40, application);
    const user = await createUser(application.url, 'Mortal');
    await Promise.all(
      listeners.map(async (listener) => {
        await listener.until(({ ended }) => ended);
        ends.push(Date.now() - began);
        expect(listener.of('update').map(({ data }) => data)).toEqual([user]);
        expect(listener.body).toMatch(/\nretry: \d+\n\n$/);
      }),
    );
    expect(Math.min(...ends)).toBeGreaterThan(450);
    expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(300);
    const back = await listen(application.port, USERS, {
      headers: { 'Last-Event-ID': listeners[0]!.cursor },
    });
    const next = await createUser(application.url, 'Next');
    await back.hears(1, 'update');
    expect(back.of('update').map(({ data }) => data)).toEqual([next]);
    await back.close();
  });

  it('that are slow get the rest and their farewell when their lifetime is over', async () => {
    const application = await start({ STREAM_LIFETIME: '1s', STREAM_HEARTBEAT: '1s' });
    const slow = await many(10, application);
    for (const { socket } of slow) socket.pause();
    for (let round = 0; round < 60; round++) await record(application, 50, 2000);
    await sleep(1800);
    await record(application, 50, 2000);
    for (const { socket } of slow) socket.resume();
    for (const listener of slow) {
      await listener.until(({ ended }) => ended);
      expect(listener.body).toMatch(/\nretry: \d+\n\n$/);
      const positions = ids(listener).map((id) => Number(id!.split('-')[1]));
      expect(positions).toEqual(Array.from({ length: positions.length }, (_, n) => n + 1));
    }
  });

  it('that do not read are cut off when STREAM_BACKLOG_BYTES wait in all, and miss nothing when they are back', async () => {
    const application = await start({ STREAM_BACKLOG_BYTES: String(2 ** 20) });
    const quick = await listen(application.port, USERS);
    const stuck = await many(30, application);
    for (const { socket } of stuck) socket.pause();
    for (let round = 0; round < 100; round++) await record(application, 50, 2000);
    await quick.hears(5000, 'update');
    const { size } = application.app.get(Streams, { strict: false });
    expect(size).toBeLessThan(31);
    expect(size).toBeGreaterThan(1);

    for (const { socket } of stuck) socket.resume();
    for (const listener of stuck) {
      await listener.until(({ ended, events }) => ended || events.length >= 5000);
      const back = await listen(application.port, USERS, {
        headers: { 'Last-Event-ID': listener.cursor },
      });
      await back.hears(5000 - listener.of('update').length, 'update');
      expect([...ids(listener), ...ids(back)]).toEqual(ids(quick));
      await close([listener, back]);
    }
    await quick.close();
  });
});

describe('a fair queue', () => {
  it('gives each owner their turn, however much others have put in', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3']) queue.add('a', item);
    queue.add('b', 'b1');
    expect([queue.next(), queue.next()]).toEqual(['a1', 'b1']);
    queue.add('b', 'b2');
    const rest = Array.from({ length: 4 }, () => queue.next());
    expect(rest).toEqual(['a2', 'b2', 'a3', undefined]);
  });
});

const facts = (from: number, to: number, data = 'd'.repeat(100)): LoggedFact[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    position: from + index,
    topic: 't',
    type: 'x',
    data,
    actor: null,
    at: '',
    private: 1,
    subject: null,
    redacts: null,
  }));

describe('the newest facts in memory', () => {
  const positions = (found: readonly LoggedFact[] | undefined) =>
    found?.map(({ position }) => position);

  it('are found by position, and only where the next one is there', () => {
    const recent = new RecentFacts(1_000_000);
    expect(recent.after(0, 10)).toBeUndefined();
    recent.push(facts(11, 20));
    expect(positions(recent.after(10, 3))).toEqual([11, 12, 13]);
    expect(positions(recent.after(18, 10))).toEqual([19, 20]);
    expect(recent.after(9, 10)).toBeUndefined();
    expect(recent.after(20, 10)).toBeUndefined();
  });

  it('begin anew behind a gap, which cannot be counted over', () => {
    const recent = new RecentFacts(1_000_000);
    recent.push(facts(1, 5));
    recent.push(facts(10, 20));
    expect(positions(recent.after(12, 2))).toEqual([13, 14]);
    expect(recent.after(3, 1)).toBeUndefined();
    expect(positions(recent.after(9, 1))).toEqual([10]);
  });

  it('stay below their limit of bytes, and the oldest go first', () => {
    const recent = new RecentFacts(110_000);
    for (let n = 0; n < 100; n++) {
      recent.push(facts(n * 10 + 1, n * 10 + 10));
      expect(recent.bytes).toBeLessThanOrEqual(110_000);
    }
    expect(positions(recent.after(999, 10))).toEqual([1000]);
    expect(positions(recent.after(900, 1))).toEqual([901]);
    expect(recent.after(899, 1)).toBeUndefined();
  });
});

describe('encoded pages', () => {
  it('count the events that they keep as well as the bytes made of them', () => {
    const form = new WireForm('small', ({ type, data }) => ({ type, data }));
    const encodings = jest.spyOn(Chunk, 'of');
    // Of events so small, the objects take far more than their frames.
    const pages = new EncodedPages(20_000);
    const [one, two, three] = [facts(1, 10, '{}'), facts(11, 20, '{}'), facts(21, 30, '{}')];
    for (const page of [one, two, three]) pages.of(form, page, 'e');
    expect(pages.of(form, three, 'e')).toBe(pages.of(form, three, 'e'));
    expect(encodings).toHaveBeenCalledTimes(3);
    pages.of(form, one, 'e');
    expect(encodings).toHaveBeenCalledTimes(4);
    encodings.mockRestore();
  });
});

describe('bytes that wait', () => {
  it('are bounded: who has waited longest is cut off, and no more than necessary', () => {
    const cut: string[] = [];
    const waiting = (name: string, pending: number): Waiting => ({
      pending,
      cut: () => cut.push(name),
    });
    const backlog = new Backlog(100);
    const [a, b, c] = [waiting('a', 40), waiting('b', 40), waiting('c', 50)];
    backlog.add(a);
    backlog.add(b);
    expect(cut).toEqual([]);
    backlog.add(c);
    expect(cut).toEqual(['a']);
    expect(backlog.bytes).toBe(90);
    backlog.remove(a);
    backlog.remove(b);
    backlog.remove(b);
    expect(backlog.bytes).toBe(50);
  });
});

describe('turns', () => {
  it('do all work in the order of its lane, and let the event loop go round in between', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const busy = (name: string) => () => {
      const end = performance.now() + 1;
      while (performance.now() < end);
      done.push(name);
    };
    for (let n = 0; n < 40; n++) {
      turns.add('replay', busy(`replay ${n}`));
      turns.add('opening', busy(`opening ${n}`));
      turns.add('live', busy(`live ${n}`));
    }
    let rounds = 0;
    while (done.length < 120) {
      await new Promise(setImmediate);
      rounds++;
    }
    expect(rounds).toBeGreaterThan(4);
    for (const lane of ['live', 'opening', 'replay'])
      expect(done.filter((name) => name.startsWith(lane))).toEqual(
        Array.from({ length: 40 }, (_, n) => `${lane} ${n}`),
      );
    // A long queue of replays, or of streams to open, does not put off what is live.
    expect(done.indexOf('live 0')).toBeLessThan(2);
  });
});
