import { jest } from '@jest/globals';
import { follow, type FollowError } from '../../src/index.js';

describe('what the application returns or throws', () => {
  const opened: Disposable[] = [];
  const reported = jest.spyOn(console, 'error');

  beforeEach(() => {
    jest.useFakeTimers();
    reported.mockReset();
  });
  afterEach(() => {
    for (const following of opened.splice(0)) following[Symbol.dispose]();
    jest.useRealTimers();
  });

  const stream = (text = ''): Response => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(`:\n${text}`)),
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };

  /** Follows for `time` ms. */
  async function followed(options: object, time = 1) {
    const fetch = jest.fn(async (_url: unknown, _init?: { signal?: AbortSignal }) => stream());
    const errors: FollowError[] = [];
    const following = follow({
      url: 'http://localhost/events',
      fetch: fetch as unknown as typeof globalThis.fetch,
      onError: (error) => void errors.push(error),
      ...options,
    });
    opened.push(following);
    await jest.advanceTimersByTimeAsync(time);
    return { following, errors, fetch };
  }

  it.each([null, undefined, 42, ''])(
    'a snapshot that resolves to %p is an error with a delay, and opens no stream',
    async (cursor) => {
      const snapshot = jest.fn(async () => cursor);
      const { following, errors, fetch } = await followed({ snapshot }, 10_000);
      expect(following.status).toMatchObject({
        state: 'reconnecting',
        error: {
          code: 'snapshot',
          message: expect.stringMatching(/^`snapshot` has to .* Access-Control-Expose-Headers\.$/),
        },
      });
      expect(snapshot.mock.calls.length).toBeLessThan(60);
      expect([errors, fetch.mock.calls]).toEqual([[], []]);
    },
  );

  it('a snapshot that never resolves is given up after the silence timeout, and read again', async () => {
    const signals: AbortSignal[] = [];
    const snapshot = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return new Promise<string>(() => {});
    };
    const { following } = await followed({ snapshot, silence: 5_000, retry: 60_000 }, 4_999);
    expect([following.status.state, signals[0]!.aborted]).toEqual(['connecting', false]);
    await jest.advanceTimersByTimeAsync(1);
    expect(signals[0]!.aborted).toBe(true);
    expect(following.status).toMatchObject({
      state: 'reconnecting',
      error: { code: 'snapshot', message: expect.stringContaining('5 s') },
    });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(signals.length).toBeGreaterThan(1);
  });

  it.each([
    ['a line break', () => 'one\ntwo'],
    ['nothing', () => undefined],
    ['an empty string', () => ''],
  ])('a token with %s is not retried: it goes to onError', async (_, token) => {
    for (const start of [{ cursor: 'earliest' }, { snapshot: async () => 'e-1' }]) {
      const { following, errors, fetch } = await followed({ token, ...start }, 10_000);
      expect(errors.map(({ code }) => code)).toEqual(['header']);
      expect(following.status).toEqual({ state: 'failed', error: errors[0] });
      expect(fetch).not.toHaveBeenCalled();
    }
  });

  it.each([{ headers: { 'X Key': 'one' } }, { token: 'one\ntwo' }, { cursor: '' }, { cursor: 42 }])(
    'an answer of onError is refused as an option is: %j',
    async (answer) => {
      const token = () => '';
      const { following } = await followed({ token, onError: () => answer });
      expect(following.status.state).toBe('failed');
      expect(reported.mock.calls).toEqual([['onError threw', expect.any(TypeError)]]);
    },
  );

  it('an answer of onError leaves what is undefined as it is', async () => {
    const { fetch, following } = await followed({
      token: () => '',
      topic: 'orders',
      cursor: 'e-7',
      onError: () => ({ token: 'secret', topic: undefined, headers: undefined, cursor: undefined }),
    });
    expect(following.status.state).toBe('live');
    expect(fetch.mock.calls[0]![0]).toBe('http://localhost/events?topic=orders&lastEventId=e-7');
  });

  it('an answer of onError without a cursor starts at the present', async () => {
    const { fetch } = await followed({
      token: () => '',
      cursor: 'e-7',
      onError: () => ({ token: 'secret', cursor: null }),
    });
    expect(fetch.mock.calls[0]![0]).toBe('http://localhost/events');
  });

  it('an onStatus that throws is reported, and the stream stays in control', async () => {
    reported.mockImplementation(() => {});
    const thrown = new Error('No use');
    const { following, fetch } = await followed({
      cursor: 'earliest',
      onStatus: () => {
        throw thrown;
      },
    });
    expect(following.status.state).toBe('live');
    expect(reported.mock.calls).toEqual([1, 2].map(() => ['onStatus threw', thrown]));
    const { signal } = fetch.mock.calls[0]![1]!;
    following.close();
    expect([following.status.state, signal!.aborted]).toEqual(['closed', true]);
  });
});
