/** Streams that deliver nothing within `WINDOW` ms before the guard acts. */
const LIMIT = 5;
const WINDOW = 60_000;

/**
 * Counts streams that opened and ended without an event. The backoff alone does not slow them down: a
 * stream that has been open for some seconds counts as good, and a proxy may cut every stream after that.
 */
export class LoopGuard {
  #ends: number[] = [];

  /** @param now in ms. @returns whether there are too many of them. */
  endedEmpty(now: number): boolean {
    this.#ends = [...this.#ends.filter((end) => now - end < WINDOW), now];
    return this.#ends.length >= LIMIT;
  }

  delivered(): void {
    if (this.#ends.length > 0) this.#ends = [];
  }
}
