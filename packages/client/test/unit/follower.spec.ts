import { jest } from '@jest/globals';
import { setImmediate as immediate } from 'node:timers/promises';
import { Credentials } from '../../src/credentials.js';
import type { FollowStatus } from '../../src/options.js';
import { ProblemError } from '../../src/errors.js';
import type { SharedStreamOptions } from '../../src/shared-tabs/shared-options.js';
import { SharedStream } from '../../src/shared-tabs/shared-stream.js';
import { FakeLog } from '../support/fake-log.js';
import { type FakeTab, FakeTabs } from '../support/tab-group.js';

describe('a tab that follows', () => {
  const log = new FakeLog();
  const group = new FakeTabs();
  const streams: SharedStream[] = [];
  const welcome = jest.fn(() => [{ type: 'online', data: ['ada'] }]);

  const open = async (
    options: Partial<SharedStreamOptions>,
    events: unknown[] = [],
    fake = group.join(),
    shared?: FakeTab,
  ) => {
    const statuses: FollowStatus[] = [];
    const stream = new SharedStream(
      {
        url: 'http://log/events',
        shareTabs: { name: 'tabs', welcome },
        transport: 'fetch',
        snapshot: async () => log.snapshot(),
        fetch: async (url, init) => log.open(fake, url as string, init!.signal!),
        ...options,
      },
      new Credentials({}),
      {
        types: () => null,
        onEvent: (event) => events.push(event),
        onStatus: (status) => statuses.push(status),
      },
      shared?.group,
    );
    streams.push(stream);
    stream.start();
    await settle();
    return { stream, statuses };
  };

  /** Until no tab has a message left. */
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 10; round++) {
      await immediate();
      for (const tab of group.tabs) tab.deliver(Infinity);
    }
  };

  beforeAll(() => open({}));
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());
  afterAll(() => streams.forEach((stream) => stream.close()));

  it('receives what the leader sends to welcome it', async () => {
    const events: unknown[] = [];
    const { stream } = await open({}, events);
    expect(stream.status.state).toBe('live');
    expect(events).toMatchObject([{ type: 'online', value: ['ada'], transient: true }]);
  });

  it('shows that its snapshot cannot be read, although the leader is live', async () => {
    const { stream } = await open({ snapshot: () => Promise.reject(new Error('No answer')) });
    expect(stream.status).toMatchObject({ state: 'reconnecting', error: { code: 'snapshot' } });
  });

  it('shows that its snapshot has no cursor, or does not resolve', async () => {
    const { stream } = await open({ snapshot: async () => null as never });
    expect(stream.status).toMatchObject({ state: 'reconnecting', error: { code: 'snapshot' } });
    const hanging = await open({ snapshot: () => new Promise(() => {}), silence: 5_000 });
    expect(hanging.stream.status.state).toBe('connecting');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(hanging.statuses).toContainEqual(
      expect.objectContaining({
        state: 'reconnecting',
        error: expect.objectContaining({ code: 'snapshot' }),
      }),
    );
  });

  it('is welcomed only if the application does not throw', async () => {
    const reported = jest.spyOn(console, 'error').mockImplementation(() => {});
    welcome.mockImplementationOnce(() => {
      throw new Error('No use');
    });
    const { stream } = await open({});
    expect(stream.status.state).toBe('live');
    expect(reported.mock.calls).toEqual([['welcome threw', new Error('No use')]]);
    reported.mockRestore();
  });

  it('does not show that it is live for long while its leader is suspended', async () => {
    const fakes = [group.join(), group.join()];
    const [leader] = await Promise.all(fakes.map((fake) => open({}, [], fake, fake)));
    const follower = streams.at(-1)!;
    expect([leader!.stream.leads, follower.leads, follower.status.state]).toEqual([
      true,
      false,
      'live',
    ]);
    fakes[0]!.suspended = true;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(follower.leads).toBe(true);
  });

  it('asks onError about a snapshot that is refused, and fails without an answer', async () => {
    const refused = new ProblemError(403, {});
    const snapshot = () => Promise.reject(refused);
    const { stream } = await open({ snapshot });
    expect(stream.status).toEqual({ state: 'failed', error: refused });
    const recovered = await open({ snapshot, onError: () => ({ cursor: log.cursor }) });
    expect(recovered.stream.status.state).toBe('live');
  });
});
