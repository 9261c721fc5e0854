import { EventLog, Streams, UnitOfWork } from '@carillon/nestjs';
import { SubscriberRegistry } from '@carillon/nestjs/internal';
import { jest } from '@jest/globals';
import { userDirectory } from '../src/users/users.stream.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { subscribe, type RawSubscriber } from './support/raw-subscriber.js';
import { anEvent } from './support/log.js';
import { Person } from './support/people.js';
import { createUser } from './support/requests.js';
import { until } from './support/wait.js';

const USERS = '/api/users/event';

describe('many subscribers', () => {
  const running: RunningApplication[] = [];
  const start = async (environment: Record<string, string> = {}) => {
    const application = await startApplication(environment);
    running.push(application);
    return application;
  };
  const many = (count: number, { port }: RunningApplication, path = USERS, headers = {}) =>
    Promise.all(Array.from({ length: count }, () => subscribe(port, path, { headers })));
  const record = ({ app }: RunningApplication, count: number, bytes = 10, topic = 'users') =>
    app.get(UnitOfWork, { strict: false }).run(async (tx) => {
      for (let n = 0; n < count; n++) tx.record(anEvent({ n, filling: 'x'.repeat(bytes) }, topic));
    });
  /** Whether the only stream delivers nothing more. */
  const hasEnded = ({ app }: RunningApplication): boolean => {
    const registry: SubscriberRegistry = app.get(SubscriberRegistry, {
      strict: false,
    });
    return [...registry.all].every((one) => !one.dueReason(Infinity, 0));
  };
  const ids = (subscriber: RawSubscriber) => subscriber.of('update').map(({ id }) => id);
  const close = (subscribers: RawSubscriber[]) =>
    Promise.all(subscribers.map((each) => each.close()));

  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(running.splice(0).map((application) => application.stop()));
  });

  it('share the encoding: once for each event, live or replayed, however many subscribers there are', async () => {
    const delivered = jest.spyOn(userDirectory.encoder, 'encode');
    const application = await start();
    const live = await many(50, application);
    for (let n = 0; n < 20; n++) await createUser(application.url, `Shared ${n}`);
    await Promise.all(live.map((subscriber) => subscriber.receives(20, 'update')));
    const back = await many(50, application, `${USERS}?lastEventId=earliest`);
    await Promise.all(back.map((subscriber) => subscriber.receives(20, 'update')));

    expect(delivered).toHaveBeenCalledTimes(20);
    for (const subscriber of [...live, ...back]) expect(ids(subscriber)).toEqual(ids(live[0]!));
    await close([...live, ...back]);
  });

  it('of other topics cost nothing: an event is not encoded for them', async () => {
    const delivered = jest.spyOn(userDirectory.encoder, 'encode');
    const application = await start();
    const subscribers = await many(20, application);
    await record(application, 1000, 10, 'rooms/elsewhere');
    await createUser(application.url, 'Here');
    await Promise.all(subscribers.map((subscriber) => subscriber.receives(1, 'update')));
    expect(delivered).toHaveBeenCalledTimes(1);
    await close(subscribers);
  });

  it('get the same bytes from memory and from the log', async () => {
    const first = await start();
    for (let n = 0; n < 5; n++) await createUser(first.url, `Same ${n}`);
    await record(first, 600, 300);
    const replay = async ({ port }: RunningApplication) => {
      const subscriber = await subscribe(port, `${USERS}?lastEventId=earliest`);
      await subscriber.receives(605, 'update');
      await subscriber.close();
      return subscriber.body.replace(/retry: \d+/, 'retry: …');
    };
    const fromMemory = await replay(first);
    const second = await start({
      DATABASE_URL: `sqlite:${first.database}`,
      STREAM_RING_BYTES: '0',
    });
    expect(await replay(second)).toBe(fromMemory);
  });

  it('that come back all at once lose and repeat nothing, while others write and subscribe', async () => {
    const application = await start();
    const witness = await subscribe(application.port, USERS);
    const [{ cursor }] = [witness];
    await record(application, 500, 100);
    let writing = true;
    const writer = (async () => {
      while (writing) await createUser(application.url, 'During the storm');
    })();
    const storm = await many(300, application, USERS, { 'Last-Event-ID': cursor });
    await Promise.all(storm.map((subscriber) => subscriber.receives(501, 'update')));
    writing = false;
    await writer;
    const last = await createUser(application.url, 'After the storm');
    const hasAll = ({ body }: RawSubscriber) => body.includes(last.id);
    await Promise.all([witness, ...storm].map((subscriber) => subscriber.until(hasAll)));

    for (const subscriber of storm) expect(ids(subscriber)).toEqual(ids(witness));
    await close([witness, ...storm]);
  });

  it('above STREAM_MAX get a closing frame, and open streams stay open', async () => {
    const application = await start({ STREAM_MAX: '5' });
    const inside = await many(5, application);
    const outside = await subscribe(application.port, USERS, {
      headers: { 'Last-Event-ID': 'own-cursor' },
    });
    await outside.until(({ ended }) => ended);
    expect(outside.status).toBe(200);
    expect(outside.head).toMatch(/text\/event-stream/);
    expect(outside.cursor).toBe('own-cursor');
    expect(outside.events).toEqual([]);

    await createUser(application.url, 'For five');
    await Promise.all(inside.map((subscriber) => subscriber.receives(1, 'update')));
    await inside.pop()!.close();
    const streams = application.app.get(Streams, { strict: false });
    await until(() => streams.size <= 4);
    const next = await subscribe(application.port, USERS);
    await createUser(application.url, 'For the next');
    await next.receives(1, 'update');
    await close([...inside, next]);
  });

  describe('of one caller', () => {
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    const isRefused = async (application: RunningApplication, headers: object) => {
      const stream = await subscribe(application.port, USERS, { headers: { ...headers } });
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
      const { body } = await subscribe(application.port, USERS, { headers: from('192.0.2.2') });
      expect(body).toContain('id: ');
      while (await isRefused(application, from('192.0.2.1')));
      await close(taken);
    });

    it('have a tenth of STREAM_MAX reserved for signed-in users, and readiness reports when all places are taken', async () => {
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
      const [epoch, head] = (await subscribe(application.port, USERS)).cursor.split('-');
      await record(application, 64 * pages);
      const log = application.app.get(EventLog, { strict: false });
      const reads = jest.spyOn(log, 'read');
      const strangers = Array.from({ length: 60 }, (_, n) =>
        subscribe(application.port, `${USERS}?lastEventId=${epoch}-${Number(head) + n + 1}`),
      );
      await Promise.all(strangers);
      const honest = await ada.listens(`/api/events?lastEventId=${epoch}-${head}`);
      await honest.receives(64 * pages, 'user.updated');
      // Its pages begin where no other does.
      const positions = reads.mock.calls.filter(([, , limit]) => limit === 64).map(([at]) => at);
      const own = (at: number) => (at - Number(head)) % 64 === 0;
      const until = positions.findLastIndex(own);
      const others = positions.slice(positions.findIndex(own), until).filter((at) => !own(at));
      expect(others.length).toBeLessThan(3 * pages);
      await close([honest, ...(await Promise.all(strangers))]);
    });

    it('replay no more than STREAM_ANONYMOUS_REPLAY events if they are anonymous', async () => {
      const application = await start({ STREAM_ANONYMOUS_REPLAY: '10' });
      const ada = await Person.signUp(application.url, 'ada');
      await record(application, 20);
      const [epoch, head] = (await subscribe(application.port, USERS)).cursor.split('-');
      const at = (position: number) => `${USERS}?lastEventId=${epoch}-${position}`;
      for (const path of [`${USERS}?lastEventId=earliest`, at(Number(head) - 11), at(0)]) {
        const stream = await subscribe(application.port, path);
        await stream.receives(1, 'reset');
        expect(stream.events).toEqual([
          {
            type: 'reset',
            id: `${epoch}-${head}`,
            data: { reason: 'expired', snapshot: '/api/users' },
          },
        ]);
        await stream.close();
      }
      const near = await subscribe(application.port, at(Number(head) - 10));
      await near.receives(10, 'update');
      const all = await ada.listens(`${USERS}?lastEventId=earliest`);
      await all.receives(21, 'update');
      await close([near, all]);
    });
  });

  it('end when their STREAM_LIFETIME is over, not all at once, and continue on a new connection', async () => {
    const application = await start({ STREAM_LIFETIME: '1s', STREAM_HEARTBEAT: '200ms' });
    const began = Date.now();
    const ends: number[] = [];
    const subscribers = await many(40, application);
    const user = await createUser(application.url, 'Mortal');
    await Promise.all(
      subscribers.map(async (subscriber) => {
        await subscriber.until(({ ended }) => ended);
        ends.push(Date.now() - began);
        expect(subscriber.of('update').map(({ data }) => data)).toEqual([user]);
        expect(subscriber.body).toMatch(/\nretry: \d+\n\n$/);
      }),
    );
    expect(Math.min(...ends)).toBeGreaterThan(450);
    expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(300);
    const back = await subscribe(application.port, USERS, {
      headers: { 'Last-Event-ID': subscribers[0]!.cursor },
    });
    const next = await createUser(application.url, 'Next');
    await back.receives(1, 'update');
    expect(back.of('update').map(({ data }) => data)).toEqual([next]);
    await back.close();
  });

  it('that are slow get the rest and their closing frame when their lifetime is over', async () => {
    const application = await start({ STREAM_LIFETIME: '2s' });
    const slow = await subscribe(application.port, USERS);
    slow.socket.pause();
    for (let round = 0; round < 60; round++) await record(application, 50, 2000);
    await until(() => hasEnded(application));
    await record(application, 50, 2000);
    // From the closing frame on, a client has 2 s to read on.
    slow.socket.resume();
    await slow.until(({ ended }) => ended);
    expect(slow.body.slice(-100)).toMatch(/\nretry: \d+\n\n$/);
    const positions = ids(slow).map((id) => Number(id!.split('-')[1]));
    expect(positions).toEqual(Array.from({ length: positions.length }, (_, n) => n + 1));
  });

  it('that do not read are disconnected when STREAM_BACKLOG_BYTES wait in total, and miss nothing when they come back', async () => {
    const application = await start({ STREAM_BACKLOG_BYTES: String(2 ** 20) });
    const quick = await subscribe(application.port, USERS);
    const stuck = await many(30, application);
    for (const { socket } of stuck) socket.pause();
    for (let round = 0; round < 100; round++) await record(application, 50, 2000);
    await quick.receives(5000, 'update');
    const { size } = application.app.get(Streams, { strict: false });
    expect(size).toBeLessThan(31);
    expect(size).toBeGreaterThan(1);

    for (const { socket } of stuck) socket.resume();
    for (const subscriber of stuck) {
      await subscriber.until(({ ended, events }) => ended || events.length >= 5000);
      const back = await subscribe(application.port, USERS, {
        headers: { 'Last-Event-ID': subscriber.cursor },
      });
      await back.receives(5000 - subscriber.of('update').length, 'update');
      expect([...ids(subscriber), ...ids(back)]).toEqual(ids(quick));
      await close([subscriber, back]);
    }
    await quick.close();
  });
});
