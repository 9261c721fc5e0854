import { Statistics, Streams, UnitOfWork } from '@carillon/nestjs';
import { SubscriberRegistry } from '@carillon/nestjs/internal';
import { type RunningApplication, startApplication } from './support/application.js';
import { anEvent } from './support/log.js';
import { Person } from './support/people.js';
import { type RawSubscriber, subscribe } from './support/raw-subscriber.js';
import { createUser } from './support/requests.js';
import { until } from './support/wait.js';

/** How many values a histogram has counted. */
const sizeOf = ({ counts }: { counts: readonly number[] }): number =>
  counts.reduce((sum, count) => sum + count, 0);

describe('the statistics of a process', () => {
  let application: RunningApplication;
  let statistics: Statistics;
  const open: RawSubscriber[] = [];

  const start = async (settings: Record<string, string>) => {
    application = await startApplication({ SIGN_IN_ATTEMPTS: '0', ...settings });
    statistics = application.app.get(Statistics, { strict: false });
  };
  const follow = async (path = '/api/users/event', headers = {}) => {
    const stream = await subscribe(application.port, path, { headers });
    open.push(stream);
    return stream;
  };
  const record = (count: number, bytes = 10) =>
    application.app.get(UnitOfWork, { strict: false }).run(async (tx) => {
      for (let n = 0; n < count; n++) tx.record(anEvent({ n, filling: 'x'.repeat(bytes) }));
    });
  const closed = (reason: keyof Statistics['streams']['closes']) =>
    until(() => statistics.streams.closes[reason] === 1);

  describe('with the limits of a small server', () => {
    beforeEach(() =>
      start({
        STREAM_STALL_TIMEOUT: '500ms',
        STREAM_MAX_PER_ADDRESS: '3',
        STREAM_MAX_PER_USER: '1',
        STREAM_ANONYMOUS_REPLAY: '5',
      }),
    );
    afterEach(async () => {
      await Promise.all(open.splice(0).map((stream) => stream.close()));
      await application.stop();
    });

    it('count commits, commands, events and flushes', async () => {
      await createUser(application.url, 'Ada');
      const { commits, connections, head } = statistics;
      expect(head).toBe(1);
      expect(commits.events).toBe(1);
      expect(commits.commands.sum).toBeGreaterThanOrEqual(1);
      expect(sizeOf(commits.durations)).toBe(sizeOf(commits.commands));
      expect(sizeOf(commits.waits)).toBe(sizeOf(commits.commands));
      expect(sizeOf(connections.flushes!)).toBeGreaterThanOrEqual(sizeOf(commits.commands));
      expect(commits.failures).toBe(0);
    });

    it('count the events, bytes and lag of streams, once for each subscriber', async () => {
      const [one, other] = [await follow(), await follow()];
      await createUser(application.url, 'Ada');
      await Promise.all([one.receives(1, 'update'), other.receives(1, 'update')]);
      const frame = one.body.slice(one.body.indexOf('event: update'));
      expect(statistics.streams).toMatchObject({ opened: 2, open: 2, deliveries: 2, writes: 2 });
      expect(statistics.streams.bytes).toBe(2 * Buffer.byteLength(frame));
      // The run is done once its channel finds no further subscriber.
      await until(() => sizeOf(statistics.streams.lag) === 1);
      const { events, frames } = statistics.retainedBytes;
      expect(frames).toBe(frame.length);
      expect(events).toBeGreaterThan(frame.length);
      expect(events + frames).toBeLessThan(statistics.recentBytes.events);
    });

    it('count a stream whose client has left, and none for a page that waits', async () => {
      const stream = await follow();
      await stream.close();
      await closed('client');
      const page = fetch(`${application.url}/api/events?topic=users&wait=20`, {
        headers: { Accept: 'application/json' },
      });
      await until(() => application.app.get(SubscriberRegistry, { strict: false }).all.size === 1);
      expect(statistics.streams).toMatchObject({ opened: 1, open: 0 });
      await createUser(application.url, 'Ada');
      expect((await page).status).toBe(200);
      expect(statistics.streams.deliveries).toBe(0);
    });

    it('show streams that do not read until they are disconnected, and what they share', async () => {
      for (const stream of [await follow(), await follow()]) stream.socket.pause();
      let haveShared = false;
      await until(async () => {
        const { catchingUp, pendingBytes } = statistics.streamState();
        const { backlog } = statistics.retainedBytes;
        haveShared ||= catchingUp === 2 && backlog > 0 && backlog < pendingBytes;
        // The kernel takes some MB from a stream before the stream has to wait.
        if (catchingUp < 2) await record(100, 2000);
        return statistics.streams.closes.stalled === 2;
      });
      expect(haveShared).toBe(true);
      expect(statistics.retainedBytes.backlog).toBe(0);
      expect(statistics.streamState()).toMatchObject({ open: 0, catchingUp: 0, pendingBytes: 0 });
    });

    it('count resets by their reason, and replays over the limit', async () => {
      await record(10);
      const { cursor } = await follow('/api/users/event');
      await follow(`/api/users/event?lastEventId=${cursor.split('-')[0]}-1`);
      await follow('/api/users/event?lastEventId=00000000-1');
      expect(statistics.streams.resets).toEqual({ expired: 1, unknown: 1 });
      expect(statistics.streams.limits.anonymousReplay).toBe(1);
    });

    it('count streams that were refused, by the limit', async () => {
      for (let n = 0; n < 4; n++) await follow();
      const { limits, refusals, opened } = statistics.streams;
      expect(opened).toBe(3);
      expect(refusals).toEqual({ limit: 1, shutdown: 0, unavailable: 0 });
      expect(limits).toMatchObject({ maxPerNetwork: 1, maxPerUser: 0, max: 0 });
    });

    it('count streams that end with their sign-in', async () => {
      const ada = await Person.signUp(application.url, 'ada');
      await follow('/api/events', ada.bearer);
      await follow('/api/events', ada.bearer);
      expect(statistics.streams.limits).toMatchObject({ maxPerUser: 1 });
      await ada.does('DELETE', '/api/session');
      await closed('sign-in');
    });

    it('count streams that end because a topic that they name was revoked', async () => {
      const ada = await Person.signUp(application.url, 'ada');
      const bob = await Person.signUp(application.url, 'bob');
      const room = await ada.makes('Kitchen');
      await bob.joins(room);
      await follow(`/api/events?topic=rooms/${room.id}`, bob.bearer);
      await bob.does('DELETE', `/api/rooms/${room.id}/members/${bob.id}`);
      await closed('permissions');
    });
  });

  it('count streams that end with their lifetime, and with the process', async () => {
    await start({ STREAM_LIFETIME: '1s' });
    await follow();
    await closed('lifetime');
    await follow();
    application.app.get(Streams, { strict: false }).close();
    await closed('shutdown');
    await follow();
    expect(statistics.streams.refusals.shutdown).toBe(1);
    await application.stop();
  });
});
