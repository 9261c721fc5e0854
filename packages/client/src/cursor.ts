/**
 * A cursor names a place in the log: `<epoch>-<position>`. Within an epoch, positions are in the order
 * of the events. A publisher may give events ids of its own; those have no order that a client can see.
 */
const CURSOR = /^([\da-f]{8})-(\d{1,16})$/;

/** How one cursor stands to another: `incomparable` if the epochs differ or one is not a Carillon cursor. */
export type CursorOrder = 'before' | 'same' | 'after' | 'incomparable';

/** The position of a cursor, from 0; `NaN` if it is not a Carillon cursor. */
export function positionOf(cursor: string): number {
  return Number(CURSOR.exec(cursor)?.[2] ?? Number.NaN);
}

export function compareCursors(one: string, other: string): CursorOrder {
  if (one === other) return 'same';
  if (!sameEpoch(one, other)) return 'incomparable';
  return positionOf(one) < positionOf(other) ? 'before' : 'after';
}

/**
 * The earliest of several cursors of one epoch. If a state is read with several requests, the stream that
 * starts at the earliest of their cursors misses nothing for any of them.
 */
export function earliestCursor(cursors: readonly [string, ...string[]]): string {
  return cursors.reduce((first, cursor) =>
    compareCursors(cursor, first) === 'before' ? cursor : first,
  );
}

function sameEpoch(one: string, other: string): boolean {
  const epoch = CURSOR.exec(one)?.[1];
  return epoch !== undefined && epoch === CURSOR.exec(other)?.[1];
}
