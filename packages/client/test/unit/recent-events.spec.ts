import { compareCursors, earliestCursor, positionOf } from '../../src/cursor.js';
import {
  continuityOf,
  RecentEvents,
  type SharedEvent,
} from '../../src/shared-tabs/recent-events.js';

const at = (position: number): string => `0123abcd-${position}`;
const OTHER = 'fedc9876-5';
const event = (since: number, cursor: number): SharedEvent => ({
  type: 'x',
  text: 'null',
  since: at(since),
  cursor: at(cursor),
});

describe('cursors', () => {
  it('have an order within an epoch, and none beyond', () => {
    expect(compareCursors(at(9), at(10))).toBe('before');
    expect(compareCursors(at(10), at(9))).toBe('after');
    expect(compareCursors(at(9), at(9))).toBe('same');
    expect(compareCursors(OTHER, at(9))).toBe('incomparable');
    expect(compareCursors('urn:uuid:1', 'urn:uuid:2')).toBe('incomparable');
    expect(earliestCursor([at(12), at(9), at(10)])).toBe(at(9));
    expect(positionOf(at(12))).toBe(12);
    expect(positionOf('earliest')).toBeNaN();
  });
});

describe('tabs that share a stream', () => {
  it('see of each event whether they have it, it is the next, or one is missing', () => {
    expect(continuityOf(event(3, 5), at(5))).toBe('known');
    expect(continuityOf(event(3, 5), at(4))).toBe('next');
    expect(continuityOf(event(3, 5), at(3))).toBe('next');
    expect(continuityOf(event(3, 5), at(2))).toBe('gap');
    expect(continuityOf(event(3, 5), OTHER)).toBe('unknown');
  });

  it('follow ids of a publisher one by one', () => {
    const own = { type: 'x', text: '', since: at(3), cursor: 'urn:uuid:1' };
    expect(continuityOf(own, at(3))).toBe('next');
    expect(continuityOf({ ...own, since: 'urn:uuid:1', cursor: 'urn:uuid:2' }, 'urn:uuid:1')).toBe(
      'next',
    );
    expect(continuityOf(own, at(2))).toBe('unknown');
  });

  it('get the events that they ask for while no gap lies before them', () => {
    const recent = new RecentEvents(3);
    for (let position = 1; position <= 7; position++) recent.push(event(position - 1, position));
    expect(recent.after(at(5), at(7))).toEqual([event(5, 6), event(6, 7)]);
    expect(recent.after(at(7), at(7))).toEqual([]);
    expect(recent.after(at(9), at(7))).toEqual([]);
    expect(recent.after(at(0), at(7))).toBeNull();
    expect(recent.after(OTHER, at(7))).toBeNull();
    // A snapshot was read at 12: the events before it were never passed on.
    expect(recent.after(at(5), at(12))).toBeNull();
    recent.push(event(12, 13));
    expect(recent.after(at(5), at(13))).toBeNull();
    expect(recent.after(at(12), at(13))).toEqual([event(12, 13)]);
  });
});
