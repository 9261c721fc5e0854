export interface SilenceTimeoutOptions {
  /** The shortest timeout, in ms. A little more than two heartbeats allows for one that is late. */
  readonly base?: number | undefined;
  /** The longest timeout, in ms, unless `base` is longer. */
  readonly cap?: number | undefined;
}

/**
 * How long a stream may be silent before it counts as dead.
 *
 * After a laptop has slept, or a NAT has dropped the connection, a stream is open and never delivers
 * again. A server whose heartbeat is slower than expected looks the same and must not be reopened
 * forever: the timeout doubles if a reopened stream is silent too, and once an event has arrived after a
 * long silence, twice that silence counts as normal.
 */
export class SilenceTimeout {
  readonly #base: number;
  readonly #cap: number;
  #limit: number;
  #longestSilence = 0;
  #expiredBefore = false;

  constructor({ base = 40_000, cap = 300_000 }: SilenceTimeoutOptions = {}) {
    this.#base = base;
    this.#cap = Math.max(base, cap);
    this.#limit = base;
  }

  /** In ms. */
  get limit(): number {
    return this.#limit;
  }

  /** An event arrived after `silence` ms without one. */
  received(silence: number): void {
    this.#expiredBefore = false;
    this.#longestSilence = Math.max(this.#longestSilence, silence);
    this.#limit = Math.min(this.#cap, Math.max(this.#base, 2 * this.#longestSilence));
  }

  /** The limit passed without an event. */
  expired(): void {
    if (this.#expiredBefore) this.#limit = Math.min(this.#cap, 2 * this.#limit);
    this.#expiredBefore = true;
  }
}
