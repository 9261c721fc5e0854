import { Chunk } from './chunk.js';
import type { Cursor } from './cursor.js';
import type { LoggedFact } from './event-log.js';
import { memoryOf } from './recent-facts.js';
import { areSame, type WireForm } from './wire-form.js';

interface EncodedPage {
  readonly facts: readonly LoggedFact[];
  readonly chunk: Chunk;
}

/** The part of STREAM_RING_BYTES that they take; the events take the rest. */
export const PAGES_SHARE = 0.25;

/**
 * Pages of replays that were encoded last, for the next listener that comes back from the same place: of all channels
 * together up to a number of bytes.
 */
export class EncodedPages {
  /** The one that was used last comes last. */
  readonly #pages = new Map<string, EncodedPage>();
  #bytes = 0;

  /** @param limit in bytes */
  constructor(private readonly limit: number) {}

  /** The page of some facts, encoded unless it is here already for the same ones: some may have been redacted since. */
  of(form: WireForm, facts: readonly LoggedFact[], epoch: Cursor['epoch']): Chunk {
    if (facts.length === 0) return Chunk.empty;
    const key = `${form.name} ${epoch} ${facts[0]!.position}-${facts.at(-1)!.position} ${facts.length}`;
    const known = this.#pages.get(key);
    if (known) this.#delete(key, known);
    const chunk =
      known && areSame(known.facts, facts)
        ? known.chunk
        : Chunk.of(facts.map((fact) => form.frame(fact, epoch)));
    this.#pages.set(key, { facts, chunk });
    this.#bytes += sizeOf({ facts, chunk });
    for (const [oldest, page] of this.#pages) {
      if (this.#bytes <= this.limit) break;
      this.#delete(oldest, page);
    }
    return chunk;
  }

  clear(): void {
    this.#pages.clear();
    this.#bytes = 0;
  }

  #delete(key: string, page: EncodedPage): void {
    this.#pages.delete(key);
    this.#bytes -= sizeOf(page);
  }
}

/** With the events that it was made of: those of old pages are in no other place. */
const sizeOf = ({ facts, chunk }: EncodedPage): number =>
  facts.reduce((sum, fact) => sum + memoryOf(fact), chunk.chunked.length);
