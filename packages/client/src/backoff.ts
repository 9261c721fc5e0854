export interface BackoffOptions {
  /** Ceiling of the first delay, in ms. */
  readonly base?: number | undefined;
  /** Ceiling of every delay, in ms. */
  readonly cap?: number | undefined;
  /** Uniform on [0, 1). */
  readonly random?: (() => number) | undefined;
}

/**
 * Exponential backoff with full jitter: delay n is drawn uniformly from 0 to `base * 2^n` ms and is
 * never above `cap`. Clients that lost the same server at the same time reconnect at different times.
 *
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015,
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export class Backoff {
  readonly #base: number;
  readonly #cap: number;
  readonly #random: () => number;
  #failures = 0;

  constructor({ base = 1_000, cap = 30_000, random = Math.random }: BackoffOptions = {}) {
    this.#base = base;
    this.#cap = cap;
    this.#random = random;
  }

  /** The delay before the next attempt, in ms. Each call counts as one more failure. */
  next(): number {
    const ceiling = Math.min(this.#cap, this.#base * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(this.#random() * ceiling);
  }

  /** After a success: the next delay starts at the first ceiling again. */
  reset(): void {
    this.#failures = 0;
  }
}
