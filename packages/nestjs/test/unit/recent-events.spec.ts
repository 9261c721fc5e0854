import type { LoggedEvent } from '../../src/log/event-log.js';
import { RecentEvents } from '../../src/log/recent-events.js';
import { loggedEvents } from '../support/logged-events.js';

describe('the newest events in memory', () => {
  const positions = (found: readonly LoggedEvent[] | undefined) =>
    found?.map(({ position }) => position);

  it('are found by position, and only where the next one is there', () => {
    const recent = new RecentEvents(1_000_000);
    expect(recent.after(0, 10)).toBeUndefined();
    recent.push(loggedEvents(11, 20));
    expect(positions(recent.after(10, 3))).toEqual([11, 12, 13]);
    expect(positions(recent.after(18, 10))).toEqual([19, 20]);
    expect(recent.after(9, 10)).toBeUndefined();
    expect(recent.after(20, 10)).toBeUndefined();
  });

  it('start again after a gap', () => {
    const recent = new RecentEvents(1_000_000);
    recent.push(loggedEvents(1, 5));
    recent.push(loggedEvents(10, 20));
    expect(positions(recent.after(12, 2))).toEqual([13, 14]);
    expect(recent.after(3, 1)).toBeUndefined();
    expect(positions(recent.after(9, 1))).toEqual([10]);
  });

  it('stay below their limit of bytes, and the oldest go first', () => {
    const recent = new RecentEvents(110_000);
    for (let n = 0; n < 100; n++) {
      recent.push(loggedEvents(n * 10 + 1, n * 10 + 10));
      expect(recent.bytes).toBeLessThanOrEqual(110_000);
    }
    expect(positions(recent.after(999, 10))).toEqual([1000]);
    expect(positions(recent.after(900, 1))).toEqual([901]);
    expect(recent.after(899, 1)).toBeUndefined();
  });
});
