/** Cursors are `<epoch>-<position>`: within an epoch, positions order all that has happened. */

export function positionOf(cursor: string): number {
  return Number(cursor.slice(cursor.indexOf('-') + 1));
}

export function sameEpoch(one: string, other: string): boolean {
  return epochOf(one) === epochOf(other);
}

/** Whether `one` is further on than `other`, of the same epoch. */
export function isAfter(one: string, other: string): boolean {
  return positionOf(one) > positionOf(other);
}

/** The one from which on nothing is missing for any of those who read at these. */
export function earliest(cursors: readonly [string, ...string[]]): string {
  return cursors.reduce((first, cursor) => (isAfter(first, cursor) ? cursor : first));
}

function epochOf(cursor: string): string {
  return cursor.slice(0, cursor.indexOf('-'));
}
