import { RateLimiter } from '../../src/http/rate-limiter.js';

describe('a rate limiter', () => {
  it('refuses what exceeds the quota of a key, and says how many are left and when the quota is full again', () => {
    const limiter = new RateLimiter(2, 60);
    expect([1, 2, 3, 4].map(() => limiter.take('one'))).toEqual([
      { isExceeded: false, remaining: 1, seconds: 60 },
      { isExceeded: false, remaining: 0, seconds: 60 },
      { isExceeded: true, remaining: 0, seconds: 60 },
      { isExceeded: true, remaining: 0, seconds: 60 },
    ]);
    expect(limiter.take('other').isExceeded).toBe(false);
  });

  it('grants the quota again when the window has ended, however many were refused in it', () => {
    let now = 0;
    const limiter = new RateLimiter(1, 60, 100, () => now);
    for (let n = 0; n < 5; n++) limiter.take('one');
    now = 59_999;
    expect(limiter.take('one')).toEqual({ isExceeded: true, remaining: 0, seconds: 1 });
    now = 60_000;
    expect(limiter.take('one')).toEqual({ isExceeded: false, remaining: 0, seconds: 60 });
  });

  it('says the whole window at its beginning, whatever fraction of a millisecond the clock shows', () => {
    const limiter = new RateLimiter(1, 60, 100, () => 9989.82);
    expect(limiter.take('one').seconds).toBe(60);
  });

  it('counts a million requests of one key', () => {
    const limiter = new RateLimiter(10_000_000, 60);
    for (let n = 1; n < 1_000_000; n++) limiter.take('one');
    expect(limiter.take('one').remaining).toBe(9_000_000);
  });

  it('keeps no more keys than its bound, and forgets those whose windows have ended', () => {
    let now = 0;
    const limiter = new RateLimiter(1, 60, 100, () => now);
    for (let n = 0; n < 1000; n++) limiter.take(`key ${n}`);
    expect(limiter.size).toBe(100);
    expect(limiter.take('key 999').isExceeded).toBe(true);
    now = 60_000;
    for (let n = 0; n < 100; n++) limiter.take('one');
    expect(limiter.size).toBe(1);
  });
});
