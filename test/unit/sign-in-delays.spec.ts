import { waitOf, withFailure, withoutFailure } from '../../src/accounts/sign-in-delays.js';

describe('the delays of sign-ins', () => {
  const policy = { free: 3, first: 1000, longest: 8000, forgetsEvery: 60_000 };
  const after = (failures: number, now = 0) =>
    Array.from({ length: failures }).reduce<ReturnType<typeof withFailure> | undefined>(
      (counted) => withFailure(counted, policy, now),
      undefined,
    );

  it('double from the last free failure on, up to the longest', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => waitOf(after(failures), policy, 0));
    expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('end exactly when they say', () => {
    expect(waitOf(after(4), policy, 1999)).toBe(1);
    expect(waitOf(after(4), policy, 2000)).toBe(0);
  });

  it('forget failures one after the other, also those that were the most', () => {
    expect(waitOf(withFailure(after(4), policy, 60_000), policy, 60_000)).toBe(2000);
    expect(waitOf(withFailure(after(4), policy, 180_000), policy, 180_000)).toBe(0);
    expect(waitOf(withFailure(after(500), policy, 360_000), policy, 360_000)).toBe(0);
  });

  it('take a failure back that was none', () => {
    const counted = withoutFailure(after(3)!, policy);
    expect(waitOf(counted, policy, 0)).toBe(0);
    expect(waitOf(withFailure(counted, policy, 0), policy, 0)).toBe(1000);
  });

  it('are not longer than the longest when the clock was set back', () => {
    expect(waitOf(after(6, 86_400_000), policy, 0)).toBe(0);
    expect(waitOf(withFailure(after(6, 86_400_000), policy, 0), policy, 0)).toBe(8000);
  });
});
