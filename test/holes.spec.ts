import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventLog } from '../src/events/event-log.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { until } from './support/hopper.js';
import { listen } from './support/listener.js';
import { runAsOtherProgram } from './support/other-program.js';
import { createUser } from './support/requests.js';

describe.each(ENGINES)('a hole in the positions on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let nodes: RunningApplication[];

  const node = async (environment: Record<string, string> = {}) => {
    const application = await startApplication({ DATABASE_URL: database, ...environment });
    nodes.push(application);
    return application;
  };
  /** As another program does that moves the head and puts nothing there. */
  const moveHead = (by: number) =>
    runAsOtherProgram(database, `UPDATE event_log SET head = head + ${by}`);
  const state = () => nodes[0]!.app.get(EventLog, { strict: false }).state();
  const reset = { reason: 'expired', snapshot: '/api/users' };

  beforeAll(async () => {
    engine = await start();
  });
  beforeEach(async () => {
    nodes = [];
    database = await engine.createDatabase();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const each of nodes) await each.stop();
  });
  afterAll(() => engine.stop());

  it('is logged, and told to the listeners of every node, who then hear what follows', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const [one, other] = [await node(), await node()];
    await createUser(one.url, 'Before');
    const listeners = await Promise.all(
      [one, other].map(({ port }) => listen(port, '/api/users/event?lastEventId=earliest')),
    );
    for (const listener of listeners) await listener.hears(1, 'update');
    await moveHead(1);
    const after = await createUser(one.url, 'After');
    for (const listener of listeners) await listener.hears(1, 'reset');
    const last = await createUser(other.url, 'Last');
    const { epoch } = await state();
    for (const listener of listeners) {
      await listener.until(({ cursor }) => cursor === `${epoch}-4`);
      const [, told, ...rest] = listener.of('update', 'reset');
      expect(told).toMatchObject({ type: 'reset', data: reset });
      // The reset may stand for what was committed just behind the hole.
      expect([[after, last], [last]]).toContainEqual(rest.map(({ data }) => data));
      await listener.close();
    }
    expect(logged.mock.calls.map(([line]) => String(line))).toEqual(
      [1, 2].map(() =>
        expect.stringContaining('nothing was recorded at the positions from 2 to 2'),
      ),
    );
  });

  it('at the head is noticed without anything behind it, so that the cursor of a snapshot is good', async () => {
    const { url, port } = await node();
    await createUser(url, 'Before');
    const listener = await listen(port, '/api/users/event');
    await moveHead(2);
    await listener.hears(1, 'reset');
    const cursor = (await fetch(`${url}/api/users`)).headers.get('last-event-id')!;
    expect(listener.of('reset')).toEqual([{ type: 'reset', id: cursor, data: reset }]);
    const next = await listen(port, `/api/users/event?lastEventId=${cursor}`);
    const user = await createUser(url, 'Next');
    for (const each of [listener, next]) {
      await each.until(({ cursor }) => cursor.endsWith('-4'));
      expect(each.of('update').at(-1)!.data).toEqual(user);
    }
    expect(next.of('reset')).toEqual([]);
    await Promise.all([listener.close(), next.close()]);
  });

  it.each(['0', '1000000'])(
    'resets who catches up over it, after a restart, too, with %s bytes of facts in memory',
    async (STREAM_RING_BYTES) => {
      const first = await node();
      for (const name of ['One', 'Two']) await createUser(first.url, name);
      await moveHead(3);
      for (const name of ['Six', 'Seven']) await createUser(first.url, name);
      const { epoch } = await state();
      const second = await node({ STREAM_RING_BYTES });
      for (const { port } of [first, second]) {
        await until(async () => {
          const late = await listen(port, `/api/users/event?lastEventId=${epoch}-7`);
          await late.close();
          return late.cursor === `${epoch}-7`;
        });
        for (const [from, names] of Object.entries({
          earliest: ['One', 'Two'],
          [`${epoch}-4`]: [],
        })) {
          const late = await listen(port, `/api/users/event?lastEventId=${from}`);
          await late.hears(1, 'reset');
          expect(
            late.events.map(({ type, data }) => [type, (data as { firstname?: string }).firstname]),
          ).toEqual([...names.map((name) => ['update', name]), ['reset', undefined]]);
          expect(late.cursor).toBe(`${epoch}-7`);
          await late.close();
        }
        const behind = await listen(port, `/api/users/event?lastEventId=${epoch}-5`);
        await behind.hears(2, 'update');
        expect(behind.of('reset')).toEqual([]);
        await behind.close();
      }
    },
  );

  it('between two facts that are read at once is not passed over', async () => {
    const { port, url } = await node();
    const listener = await listen(port, '/api/users/event');
    const told = `'users', 'user.updated', '{}', '2030-01-01T00:00:00.000Z'`;
    await runAsOtherProgram(
      database,
      `BEGIN;
      UPDATE event_log SET head = head + 3;
      INSERT INTO events (position, topic, type, data, at) SELECT head - 2, ${told} FROM event_log;
      INSERT INTO events (position, topic, type, data, at) SELECT head, ${told} FROM event_log;
      COMMIT;`,
    );
    await listener.hears(1, 'reset');
    await createUser(url, 'After');
    await listener.until(({ cursor }) => cursor.endsWith('-4'));
    expect(listener.of('reset')).toHaveLength(1);
    await listener.close();
  });
});
