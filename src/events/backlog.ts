/** One whose socket takes no more, and holds bytes that wait. */
export interface Waiting {
  readonly pending: number;
  cut(): void;
}

/** All bytes that wait in sockets, under one limit: the one that has waited longest is cut off first. */
export class Backlog {
  readonly #waiting = new Map<Waiting, number>();
  #bytes = 0;

  /** @param limit in bytes */
  constructor(private readonly limit: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  add(waiting: Waiting): void {
    this.remove(waiting);
    const bytes = waiting.pending;
    this.#waiting.set(waiting, bytes);
    this.#bytes += bytes;
    for (const longest of this.#waiting.keys()) {
      if (this.#bytes <= this.limit) return;
      this.remove(longest);
      longest.cut();
    }
  }

  remove(waiting: Waiting): void {
    this.#bytes -= this.#waiting.get(waiting) ?? 0;
    this.#waiting.delete(waiting);
  }
}
