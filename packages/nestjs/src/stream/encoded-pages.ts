import { Chunk } from './chunk.js';
import type { Cursor } from '../log/cursor.js';
import type { LoggedEvent } from '../log/event-log.js';
import { EVENTS_SHARE, memoryOf } from '../log/recent-events.js';
import { areSame, type EventEncoder } from './event-encoder.js';

interface EncodedPage {
  readonly events: readonly LoggedEvent[];
  readonly chunk: Chunk;
  /** Includes the events: those of old pages are kept nowhere else. */
  readonly bytes: number;
}

/** The share of `recentBytes` for encoded pages; the events take the rest. */
export const PAGES_SHARE = 1 - EVENTS_SHARE;

/**
 * Stands for a page that one subscriber has read. Most pages from the database are read by no other one, and keeping them
 * would be most of the work of the garbage collector.
 */
const READ_ONCE: EncodedPage = { events: [], chunk: Chunk.empty, bytes: 300 };

/**
 * The latest encoded pages of replays, for the next subscriber that comes back to the same place. A page is kept from its
 * second reader on. All channels share one limit of bytes.
 */
export class EncodedPages {
  /** The least recently used page comes first. */
  readonly #pages = new Map<string, EncodedPage>();
  #bytes = 0;

  /** @param limit in bytes */
  constructor(private readonly limit: number) {}

  /** The encoded page of some events. A kept page is used only for the same events: some may have been redacted since. */
  of(encoder: EventEncoder, events: readonly LoggedEvent[], epoch: Cursor['epoch']): Chunk {
    if (events.length === 0) return Chunk.empty;
    const key = `${encoder.name} ${epoch} ${events[0]!.position}-${events.at(-1)!.position} ${events.length}`;
    const known = this.#pages.get(key);
    if (known) this.#delete(key, known);
    const chunk =
      known && areSame(known.events, events)
        ? known.chunk
        : Chunk.of(
            events.map((event) => encoder.frame(event, epoch)),
            events.length,
          );
    this.#keep(key, known ? pageOf(events, chunk) : READ_ONCE);
    return chunk;
  }

  #keep(key: string, page: EncodedPage): void {
    this.#pages.set(key, page);
    this.#bytes += page.bytes;
    for (const [oldest, each] of this.#pages) {
      if (this.#bytes <= this.limit) break;
      this.#delete(oldest, each);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Bytes of memory that the pages hold on their own.
   *
   * @param isKept whether the event at a position is also kept elsewhere.
   */
  retained(isKept: (position: number) => boolean): number {
    let retained = 0;
    for (const { events, chunk, bytes } of this.#pages.values())
      retained +=
        events[0] === undefined || isKept(events[0].position) ? chunk.chunked.length : bytes;
    return retained;
  }

  clear(): void {
    this.#pages.clear();
    this.#bytes = 0;
  }

  #delete(key: string, page: EncodedPage): void {
    this.#pages.delete(key);
    this.#bytes -= page.bytes;
  }
}

const pageOf = (events: readonly LoggedEvent[], chunk: Chunk): EncodedPage => ({
  events,
  chunk,
  bytes: events.reduce((sum, event) => sum + memoryOf(event), chunk.chunked.length),
});
