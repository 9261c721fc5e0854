import { expiryOf, TokenSource } from '../../src/token.js';

const jwt = (exp?: number): string =>
  ['{"alg":"none"}', JSON.stringify({ exp, name: 'Jürgen ÿ?>' }), '']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

describe('a token', () => {
  it('expires when its claim says so', () => {
    expect(expiryOf(jwt(1_000))).toBe(1_000_000);
    expect(expiryOf(jwt())).toBe(Infinity);
    expect(expiryOf('opaque')).toBe(Infinity);
    expect(expiryOf('a.b.c')).toBe(Infinity);
  });

  it('is kept until 30 s before it expires, and then asked for again', async () => {
    let now = 0;
    const asked: number[] = [];
    const source = new TokenSource(
      () => {
        asked.push(now);
        return jwt(now / 1_000 + 300);
      },
      () => now,
    );
    await source.get();
    expect(source.renewIn).toBe(270_000);
    now = 269_999;
    await source.get();
    expect(asked).toEqual([0]);
    now = 270_000;
    await source.get();
    expect(asked).toEqual([0, 270_000]);
  });

  it('is kept for half its time if it is short-lived, and not asked for without end if it has expired', async () => {
    let left = 20;
    let asked = 0;
    const source = new TokenSource(
      () => (asked++, jwt(left)),
      () => 0,
    );
    await source.get();
    expect(source.renewIn).toBe(10_000);
    left = -1;
    source.expire();
    await source.get();
    expect(source.renewIn).toBeNull();
    await source.get();
    expect(asked).toBe(2);
  });

  it('that is a string is never replaced', async () => {
    const source = new TokenSource(jwt(100), () => 0);
    expect(await source.get()).toBe(jwt(100));
    expect(source.renewIn).toBeNull();
    expect(source.isRenewable).toBe(false);
  });
});
