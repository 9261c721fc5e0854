/** Keys that are counted at once. Above this bound the key whose window began first is forgotten. */
const MOST_KEYS = 100_000;

/** What a key has left after a request. */
export interface Quota {
  readonly isExceeded: boolean;
  readonly remaining: number;
  /** Whole seconds until the quota is full again, at least 1. */
  readonly seconds: number;
}

interface Window {
  count: number;
  /** By the monotonic clock, milliseconds. */
  readonly endsAt: number;
}

/**
 * Counts requests per key in fixed windows, each of which begins with the first request of its key. Synchronous, in
 * constant time, without timers and in bounded memory: see docs/decisions/0008-limits.md.
 */
export class RateLimiter {
  /** In the order in which they end, since all last equally long. */
  readonly #windows = new Map<string, Window>();

  /** @param limit requests that a key may make in `seconds`. */
  constructor(
    readonly limit: number,
    readonly seconds: number,
    private readonly mostKeys: number = MOST_KEYS,
  ) {}

  /**
   * Counts a request. A request that exceeds the quota does not prolong the window.
   *
   * @param cost as how many it counts.
   */
  take(key: string, cost = 1): Quota {
    const now = performance.now();
    this.#forgetEnded(now);
    const window = this.#windowOf(key, now);
    window.count += cost;
    return {
      isExceeded: window.count > this.limit,
      remaining: Math.max(0, this.limit - window.count),
      seconds: Math.max(1, Math.ceil((window.endsAt - now) / 1000)),
    };
  }

  get size(): number {
    return this.#windows.size;
  }

  #windowOf(key: string, now: number): Window {
    const found = this.#windows.get(key);
    if (found && found.endsAt > now) return found;
    this.#windows.delete(key);
    const begun = { count: 0, endsAt: now + this.seconds * 1000 };
    this.#windows.set(key, begun);
    if (this.#windows.size > this.mostKeys)
      this.#windows.delete(this.#windows.keys().next().value!);
    return begun;
  }

  /** Two per request at the most: each request adds one at the most, so the ended ones always run out. */
  #forgetEnded(now: number): void {
    for (let n = 0; n < 2; n++) {
      const [oldest] = this.#windows;
      if (!oldest || oldest[1].endsAt > now) return;
      this.#windows.delete(oldest[0]);
    }
  }
}
