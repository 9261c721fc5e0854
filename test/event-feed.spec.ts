import type { LoggedEvent } from '@carillon/nestjs';
import { CarillonOptions, EventFeed } from '@carillon/nestjs/internal';
import { jest } from '@jest/globals';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { anEvent } from './support/log.js';
import { openLog } from './support/server-log.js';
import { until } from './support/wait.js';

describe.each(ENGINES)('the feed on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let url: string;
  let open: Awaited<ReturnType<typeof openLog>>;
  let feed: EventFeed;
  let emitted: LoggedEvent[];

  beforeAll(async () => {
    engine = await start();
  });
  beforeEach(async () => {
    url = await engine.createDatabase();
    open = await openLog(url);
    feed = new EventFeed(open.log, open.work, open.database, new CarillonOptions());
    await feed.onModuleInit();
    emitted = [];
    feed.events.subscribe((run) => emitted.push(...run));
    // The first event of a log is read, since none precedes it.
    await record('first');
    await until(() => emitted.length === 1);
  });
  afterEach(async () => {
    await feed.onModuleDestroy();
    await open.close();
  });
  afterAll(() => engine.stop());

  const record = (value: string) =>
    open.work.run(async (tx) =>
      tx.record({ ...anEvent(value), subject: 'a', alsoOn: ['other'] }, 'someone'),
    );

  it('emits the commits of this process as the log has them, without reading it', async () => {
    const reads = jest.spyOn(open.log, 'read');
    await Promise.all([record('second'), record('third')]);
    await record('fourth');
    expect(reads).not.toHaveBeenCalled();
    reads.mockRestore();
    expect(feed.head).toBe(4);
    expect(emitted).toEqual(await open.log.read(0, 4, 10));
    expect(feed.recent.after(0, 10)).toEqual(emitted);
  });

  it('emits what another process has committed in between, in order and once', async () => {
    const others = await openLog(url);
    await others.work.run(async (tx) => tx.record(anEvent('of another')));
    await others.close();
    await record('own');
    await until(() => emitted.length === 3);
    expect(emitted.map(({ position }) => position)).toEqual([1, 2, 3]);
  });

  it('notices that the database was set back when another process has filled the positions', async () => {
    let restarts = 0;
    feed.restarts.subscribe(() => restarts++);
    await record('lost');
    await open.engine.write
      .updateTable('events')
      .set({ at: '2026-01-01T00:00:00.000Z', data: '{"value":"of another"}' })
      .where('position', '=', 2)
      .execute();
    await record('next');
    await until(() => restarts === 1);
    expect(emitted.map(({ position }) => position)).toEqual([1, 2]);
  });

  it('drops redacted events from memory before it emits the next ones', async () => {
    await open.work.run(async (tx) => {
      await tx.redact('a', () => ({}));
      tx.record({ ...anEvent('gone'), redacts: 'a' });
    });
    await until(() => emitted.length === 2);
    expect(feed.recent.after(0, 1)).toEqual([expect.objectContaining({ data: '{}' })]);
  });
});
