import { EventLog, UnitOfWork } from '@carillon/nestjs';
import { EventFeed, Retention } from '@carillon/nestjs/internal';
import { jest } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { IdempotencyKeys } from '../src/http/idempotency-keys.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { addKey } from './support/keys.js';
import { type ReceivedEvent, subscribe } from './support/raw-subscriber.js';
import { anEvent } from './support/log.js';
import { runAsOtherProgram } from './support/other-program.js';
import { createUser, post } from './support/requests.js';

/** Records events and trims all but the last. */
const MISSED = `UPDATE event_log SET head = head + 10, oldest = head + 10;
  INSERT INTO events (position, topic, type, data, at)
    SELECT head, 'users', 'user.updated', '{}', '2030-01-01T00:00:00.000Z' FROM event_log;`;

const positionOf = ({ id }: ReceivedEvent): number => Number(id!.split('-')[1]);
const isOf = (firstname: string, { data }: ReceivedEvent): boolean =>
  (data as Partial<User>).firstname === firstname;

describe.each(ENGINES)('retention on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let application: RunningApplication;
  const get = <T>(type: abstract new (...args: never[]) => T): T =>
    application.app.get(type as never, { strict: false });
  const record = (count: number) =>
    get(UnitOfWork).run(async (tx) => {
      for (let n = 0; n < count; n++) tx.record(anEvent({ n }));
    });
  const kept = async () =>
    (await get(EventLog).read(0, Number.MAX_SAFE_INTEGER, 100_000)).map(({ position }) => position);

  beforeAll(async () => {
    engine = await start();
  });
  beforeEach(async () => {
    database = await engine.createDatabase();
    application = await startApplication({
      DATABASE_URL: database,
      EVENTS_RETENTION_COUNT: '1000',
      EVENTS_RETENTION_AGE: '1h',
      STREAM_RING_BYTES: '0',
    });
  });
  afterEach(() => application.stop());
  afterAll(() => engine.stop());

  it('keeps the newest events, as many as it may', async () => {
    await record(3500);
    await get(Retention).trim();
    expect(await kept()).toEqual(Array.from({ length: 1000 }, (_, index) => 2501 + index));
    expect(await get(EventLog).state()).toMatchObject({ head: 3500, oldest: 2501 });
  });

  it('forgets what is too old, and all of the log when all is', async () => {
    await record(700);
    const age = (upTo: number) =>
      runAsOtherProgram(
        database,
        `UPDATE events SET at = '2020-01-01T00:00:00.000Z' WHERE position <= ${upTo}`,
      );
    await age(650);
    await get(Retention).trim();
    expect(await kept()).toEqual(Array.from({ length: 50 }, (_, index) => 651 + index));

    await age(700);
    await get(Retention).trim();
    expect(await kept()).toEqual([]);
    expect(await get(EventLog).state()).toMatchObject({ head: 700, oldest: 701 });
    await record(1);
    expect(await kept()).toEqual([701]);
  });

  it('lets commands in between its batches', async () => {
    await record(11_000);
    let trimmed = false;
    const trimming = get(Retention)
      .trim()
      .then(() => (trimmed = true));
    let written = 0;
    while (!trimmed) {
      await createUser(application.url, `During ${written}`);
      if (!trimmed) written++;
    }
    await trimming;
    expect(written).toBeGreaterThan(5);
    expect((await kept()).length).toBeGreaterThanOrEqual(1000);
  });

  it('resets a subscriber whose cursor is no longer kept, and serves one at the very edge', async () => {
    await record(1500);
    await get(Retention).trim();
    const { epoch, oldest, head } = await get(EventLog).state();
    expect(oldest).toBe(501);

    const edge = await subscribe(application.port, `/api/users/event?lastEventId=${epoch}-500`);
    await edge.receives(1000, 'update');
    expect(edge.of('reset')).toHaveLength(0);

    const expired = await subscribe(application.port, `/api/users/event?lastEventId=${epoch}-499`);
    await expired.receives(1, 'reset');
    expect(expired.events[0]).toEqual({
      type: 'reset',
      id: `${epoch}-${head}`,
      data: { reason: 'expired', snapshot: '/api/users' },
    });

    const earliest = await subscribe(application.port, '/api/users/event?lastEventId=earliest');
    await earliest.receives(1000, 'update');
    expect(earliest.events[0]!.id).toBe(`${epoch}-501`);
    await Promise.all([edge.close(), expired.close(), earliest.close()]);
  });

  it('resets a subscriber that is overtaken while it reads, instead of leaving a gap', async () => {
    await record(900);
    const slow = await subscribe(application.port, '/api/users/event?lastEventId=earliest');
    slow.socket.pause();
    await get(UnitOfWork).run(async (tx) => {
      for (let n = 0; n < 5000; n++) tx.record(anEvent({ n, filling: 'x'.repeat(2000) }));
    });
    // The subscriber must be overtaken, not the feed, which would reset it once more.
    await get(EventFeed).wake();
    await get(Retention).trim();
    slow.socket.resume();
    await slow.receives(1, 'reset');
    const head = await cursor();
    await slow.until((subscriber) => subscriber.cursor === head);
    const delivered = slow
      .of('update', 'reset')
      .map((event) => ({ type: event.type, position: positionOf(event) }));
    const resets = delivered.filter(({ type }) => type === 'reset');
    expect(resets).toHaveLength(1);
    expect(slow.of('reset')[0]!.data).toEqual({ reason: 'expired', snapshot: '/api/users' });
    // Without a gap before it, and without one after it.
    delivered.forEach(({ type, position }, index) => {
      if (type === 'update') expect(position).toBe((delivered[index - 1]?.position ?? 0) + 1);
    });
    await slow.close();
  });

  it('resets live subscribers when another process trimmed events that this one had not read yet', async () => {
    const subscriber = await subscribe(application.port, '/api/users/event');
    await runAsOtherProgram(database, `BEGIN; ${MISSED} COMMIT;`);
    await subscriber.receives(1, 'reset');
    await createUser(application.url, 'After');
    await subscriber.until(({ events }) => isOf('After', events.at(-1)!));
    const [reset, ...updates] = subscriber.events;
    expect(reset).toMatchObject({
      type: 'reset',
      data: { reason: 'expired', snapshot: '/api/users' },
    });
    // The reset may be at the event that was kept, or directly before it.
    const next = positionOf(reset!) + 1;
    expect(updates.map(positionOf)).toEqual(updates.map((_, index) => next + index));
    await subscriber.close();
  });

  it('ends a stream with a key that was being opened when another process revoked the key and trimmed that event', async () => {
    const { bearer } = await addKey(application, { subscribe: ['orders/*'] });
    const log = get(EventLog);
    // The stream has been authenticated, and looks for the event to continue from.
    jest.spyOn(log, 'withPublicId').mockImplementationOnce(async () => {
      const gap = firstValueFrom(get(EventFeed).gaps);
      await runAsOtherProgram(database, `BEGIN; DELETE FROM keys; ${MISSED} COMMIT;`);
      await gap;
      return [];
    });
    const path = '/api/events?topic=orders/1&lastEventId=an-order';
    const stream = await subscribe(application.port, path, { headers: bearer });
    await stream.until(({ ended }) => ended);
    const again = await fetch(application.url + path, { headers: bearer });
    expect(again.status).toBe(401);
  });

  it('forgets idempotency keys after a day', async () => {
    const send = () =>
      post(
        `${application.url}/api/users`,
        { firstname: 'a', lastname: 'b' },
        { 'Idempotency-Key': 'k' },
      );
    const first = (await (await send()).json()) as { id: string };
    await get(IdempotencyKeys).trim();
    expect(await (await send()).json()).toEqual(first);
    await get(IdempotencyKeys).trim(new Date(Date.now() + 1000));
    expect(((await (await send()).json()) as { id: string }).id).not.toBe(first.id);
  });

  const cursor = async () =>
    (await fetch(`${application.url}/api/users?limit=1`)).headers.get('last-event-id');
});
