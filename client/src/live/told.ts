import { isAfter, sameEpoch } from './cursor.js';

/** An event as one tab tells it to the others. */
export interface Told {
  /** Null where only the cursor moves. */
  readonly name: string | null;
  readonly data: unknown;
  /** The cursor before it: between the two there is nothing else to hear. */
  readonly since: string;
  readonly id: string;
}

export type Place = 'known' | 'next' | 'beyond a gap' | 'another epoch';

/** How what is told stands to a tab that has heard all up to its cursor. */
export function placeOf({ since, id }: Told, cursor: string): Place {
  if (!sameEpoch(since, cursor) || !sameEpoch(id, cursor)) return 'another epoch';
  if (!isAfter(id, cursor)) return 'known';
  return isAfter(since, cursor) ? 'beyond a gap' : 'next';
}

/** What was told last, in an unbroken row. */
export class RecentlyTold {
  readonly #limit: number;
  #row: Told[] = [];

  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  push(told: Told): void {
    if (this.#row.at(-1)?.id !== told.since) this.#row = [];
    this.#row.push(told);
    if (this.#row.length > 2 * this.#limit) this.#row = this.#row.slice(-this.#limit);
  }

  /** What came after a cursor up to `head`, or null where that is no longer known. */
  after(cursor: string, head: string): readonly Told[] | null {
    if (!sameEpoch(cursor, head)) return null;
    if (!isAfter(head, cursor)) return [];
    // A snapshot was read since, and what lies between was never told.
    if (this.#row.at(-1)?.id !== head) return null;
    const first = this.#row.findIndex((told) => placeOf(told, cursor) === 'next');
    return first < 0 ? null : this.#row.slice(first);
  }
}
