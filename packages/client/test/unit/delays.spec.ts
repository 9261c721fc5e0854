import { jest } from '@jest/globals';
import fc from 'fast-check';
import { Backoff } from '../../src/backoff.js';
import { follow } from '../../src/index.js';
import { LoopGuard } from '../../src/loop-guard.js';
import { SilenceTimeout } from '../../src/silence-timeout.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

beforeAll(() => console.info(`TEST_SEED=${seed}`));

describe('the delay before the next attempt', () => {
  const options = {
    base: fc.integer({ min: 1, max: 5_000 }),
    cap: fc.integer({ min: 1, max: 60_000 }),
    chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  };

  it('is drawn from 0 to a ceiling that doubles with each failure, up to the cap', () => {
    fc.assert(
      fc.property(fc.record(options), fc.nat({ max: 2_000 }), ({ base, cap, chance }, failures) => {
        const backoff = new Backoff({ base, cap, random: () => chance });
        for (let failure = 0; failure < failures; failure++) backoff.next();
        const ceiling = Math.min(cap, base * 2 ** failures);
        expect(backoff.next()).toBe(Math.round(chance * ceiling));
      }),
      { seed },
    );
  });

  it('starts at the first ceiling again after a success', () => {
    const backoff = new Backoff({ base: 100, cap: 1_000, random: () => 0.5 });
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([50, 100, 200, 400, 500, 500]);
    backoff.reset();
    expect(backoff.next()).toBe(50);
  });
});

describe('the silence timeout', () => {
  const base = 40_000;
  const cap = 300_000;
  const happening = fc.oneof(
    fc.constant('expired' as const),
    fc.integer({ min: 0, max: 600_000 }).map((silence) => ({ silence })),
  );

  it('stays between its bounds, and allows twice any silence that an event has ended', () => {
    fc.assert(
      fc.property(fc.array(happening), (happenings) => {
        const timeout = new SilenceTimeout({ base, cap });
        let longest = 0;
        for (const next of happenings) {
          const before = timeout.limit;
          if (next === 'expired') {
            timeout.expired();
            expect(timeout.limit).toBeGreaterThanOrEqual(before);
          } else {
            timeout.received(next.silence);
            longest = Math.max(longest, next.silence);
            expect(timeout.limit).toBe(Math.min(cap, Math.max(base, 2 * longest)));
          }
          expect(timeout.limit).toBeGreaterThanOrEqual(base);
          expect(timeout.limit).toBeLessThanOrEqual(cap);
        }
      }),
      { seed },
    );
  });

  it('doubles each time that a reopened stream is silent too', () => {
    const timeout = new SilenceTimeout({ base, cap });
    const limits = [1, 2, 3, 4, 5].map(() => {
      timeout.expired();
      return timeout.limit;
    });
    expect(limits).toEqual([base, 2 * base, 4 * base, cap, cap]);
    timeout.received(1_000);
    expect(timeout.limit).toBe(base);
  });

  it('is never shorter than the option', () => {
    const timeout = new SilenceTimeout({ base: 2 * cap, cap });
    timeout.received(1_000);
    expect(timeout.limit).toBe(2 * cap);
  });
});

describe('a delay that is longer than a timer can be', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const stream = (text: string): Response =>
    new Response(text, { headers: { 'Content-Type': 'text/event-stream' } });
  const busy = (retryAfter: string): Response =>
    new Response(null, { status: 503, headers: { 'Retry-After': retryAfter } });

  /** Follows for a minute. @returns how many requests that took, and the last status. */
  async function followed(answer: () => Response | Promise<Response>, options = {}) {
    const fetch = jest.fn(async () => answer());
    const url = 'http://localhost/events';
    const following = follow({ url, cursor: 'earliest', ...options, fetch });
    await jest.advanceTimersByTimeAsync(60_000);
    const { status } = following;
    following.close();
    return { requests: fetch.mock.calls.length, status };
  }

  it.each([
    ['Retry-After: 2147484', () => busy('2147484')],
    ['Retry-After: a date in 2099', () => busy('Thu, 01 Jan 2099 00:00:00 GMT')],
    ['retry: 3000000000', () => stream('retry: 3000000000\n\n')],
  ])('is the longest possible one: %s', async (_, answer) => {
    const { requests, status } = await followed(answer);
    expect(requests).toBe(1);
    expect(status.state).toBe('reconnecting');
    const { retryAt } = status as { retryAt: number };
    expect(retryAt - Date.now()).toBeGreaterThan(20 * 86_400_000);
    expect(retryAt - Date.now()).toBeLessThan(2 ** 31);
  });

  it('is the longest possible one: a silence timeout', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    await followed(() => new Promise<Response>(() => {}), { silence: 3e9 });
    expect(timers.mock.calls.map(([, delay]) => delay)).toEqual([2 ** 31 - 1]);
    timers.mockRestore();
  });
});

describe('the loop guard', () => {
  it('acts on the fifth stream within a minute that delivers nothing', () => {
    const guard = new LoopGuard();
    expect([0, 10, 20, 30, 40].map((now) => guard.endedEmpty(now * 1_000))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('forgets what is older, and everything once an event arrives', () => {
    const guard = new LoopGuard();
    for (const now of [0, 10, 20, 30]) guard.endedEmpty(now * 1_000);
    expect(guard.endedEmpty(75_000)).toBe(false);
    guard.delivered();
    expect([76, 77, 78, 79].map((now) => guard.endedEmpty(now * 1_000))).not.toContain(true);
  });
});
