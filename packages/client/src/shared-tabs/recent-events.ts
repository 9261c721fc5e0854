import { compareCursors } from '../cursor.js';

/** An event as one tab passes it to the others. */
export interface SharedEvent {
  /** `null` if only the cursor moves. */
  readonly type: string | null;
  readonly text: string;
  /** The cursor before it: there is no other event between the two. */
  readonly since: string;
  readonly cursor: string;
}

/** How an event stands to a tab. */
export type Continuity =
  /** The tab has it. */
  | 'known'
  | 'next'
  /** The tab misses what comes before it. */
  | 'gap'
  /** The cursors have no common order. */
  | 'unknown';

/** How an event stands to a tab that has everything up to its cursor. */
export function continuityOf({ since, cursor }: SharedEvent, own: string): Continuity {
  if (since === own) return cursor === own ? 'known' : 'next';
  const after = compareCursors(cursor, own);
  if (after === 'incomparable') return 'unknown';
  if (after !== 'after') return 'known';
  return compareCursors(since, own) === 'after' ? 'gap' : 'next';
}

/** The last events, without a gap. */
export class RecentEvents {
  readonly #limit: number;
  #row: SharedEvent[] = [];

  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  push(event: SharedEvent): void {
    if (this.#row.at(-1)?.cursor !== event.since) this.#row = [];
    this.#row.push(event);
    if (this.#row.length > 2 * this.#limit) this.#row = this.#row.slice(-this.#limit);
  }

  /** The events after a cursor up to `head`, or `null` if they are no longer kept. */
  after(cursor: string, head: string): readonly SharedEvent[] | null {
    const order = compareCursors(cursor, head);
    if (order === 'same' || order === 'after') return [];
    // A snapshot has been read since, and the events before it never came this way.
    if (this.#row.at(-1)?.cursor !== head) return null;
    const first = this.#row.findIndex((event) => continuityOf(event, cursor) === 'next');
    return first < 0 ? null : this.#row.slice(first);
  }
}
