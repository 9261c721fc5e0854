/** The maximum number of keys. Above this limit, the key with the oldest window is dropped. */
const MAX_KEYS = 100_000;

/** The remaining quota of a key after a request. */
export interface Quota {
  readonly isExceeded: boolean;
  readonly remaining: number;
  /** Whole seconds until the quota is full again, at least 1. */
  readonly seconds: number;
}

interface Window {
  count: number;
  /** Milliseconds of the monotonic clock. */
  readonly endsAt: number;
}

/**
 * Counts requests per key in fixed windows. A window starts with the first request of its key. Synchronous, in constant
 * time, without timers and in bounded memory: see docs/decisions/0008-limits.md.
 */
export class RateLimiter {
  /** Sorted by end, because all windows have the same length. */
  readonly #windows = new Map<string, Window>();

  /**
   * @param limit requests that a key may make in `seconds`.
   * @param clock the monotonic clock, milliseconds.
   */
  constructor(
    readonly limit: number,
    readonly seconds: number,
    private readonly mostKeys: number = MAX_KEYS,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /**
   * Counts a request. A refused request does not prolong the window.
   *
   * @param cost the number of requests that this one counts as.
   */
  take(key: string, cost = 1): Quota {
    // Whole milliseconds, of which sums are exact: a window that has just begun never has a second too many left.
    const now = Math.floor(this.clock());
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

  /** Removes at most two windows per request. Each request adds at most one, so ended windows never accumulate. */
  #forgetEnded(now: number): void {
    for (let n = 0; n < 2; n++) {
      const [oldest] = this.#windows;
      if (!oldest || oldest[1].endsAt > now) return;
      this.#windows.delete(oldest[0]);
    }
  }
}
