import type { Chunk } from './chunk.js';
import type { CloseReason } from './stream-statistics.js';

/** A stream whose connection takes no more. */
export interface Waiting {
  readonly pending: number;
  cut(reason: CloseReason): void;
}

/** Bounds the bytes that wait in all connections together. Above the limit the longest-waiting stream is disconnected. */
export class Backlog {
  readonly #waiting = new Map<Waiting, { readonly bytes: number; readonly last: Chunk }>();
  #bytes = 0;

  /** @param limit in bytes */
  constructor(private readonly limit: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Bytes of memory that wait. Streams that wait with the same chunk share it, so this can be a small part of what is
   * bounded.
   */
  get retained(): number {
    const chunks = new Set<Chunk>();
    let others = 0;
    for (const [{ pending }, { last }] of this.#waiting) {
      chunks.add(last);
      others += Math.max(0, pending - last.chunked.length);
    }
    return [...chunks].reduce((sum, { chunked }) => sum + chunked.length, others);
  }

  /** @param last what was written when its connection became full. */
  add(waiting: Waiting, last: Chunk): void {
    this.remove(waiting);
    const bytes = waiting.pending;
    this.#waiting.set(waiting, { bytes, last });
    this.#bytes += bytes;
    for (const longest of this.#waiting.keys()) {
      if (this.#bytes <= this.limit) return;
      this.remove(longest);
      longest.cut('backlog');
    }
  }

  remove(waiting: Waiting): void {
    this.#bytes -= this.#waiting.get(waiting)?.bytes ?? 0;
    this.#waiting.delete(waiting);
  }
}
