import type { Scheduler } from './scheduler.js';

/** Subscribers that are written to before the clock is read again. */
const BATCH = 32;

/** A channel that has something to deliver. */
export interface Delivering {
  /**
   * Delivers to its next subscribers, at most `limit` of them.
   *
   * @param now by the monotonic clock.
   * @returns how many there were; fewer than `limit` if nothing is left of what it had when it started.
   */
  deliver(limit: number, now: number): number;
  readonly isWaiting: boolean;
}

/**
 * The channels that have something to deliver, in the order in which they are served. Each step serves a few subscribers,
 * of one large channel or of many small ones. What is added to a channel before its turn is delivered in the same write.
 */
export class Deliveries {
  readonly #channels = new Set<Delivering>();
  #isScheduled = false;

  constructor(private readonly scheduler: Scheduler) {}

  add(channel: Delivering): void {
    this.#channels.add(channel);
  }

  /** Serves the first subscribers now, unless others are being served, and the rest in later turns. */
  start(): void {
    if (!this.#isScheduled) this.#step();
  }

  /** Serves the first subscribers of every channel now, since some of their streams are about to end. */
  serveAll(): void {
    const now = performance.now();
    for (const channel of this.#channels)
      if (channel.deliver(BATCH, now) < BATCH && !channel.isWaiting) this.#channels.delete(channel);
  }

  #step(): void {
    this.#isScheduled = false;
    const now = performance.now();
    let left = BATCH;
    for (const channel of this.#channels) {
      const served = channel.deliver(left, now);
      if (served === left) break;
      left -= served;
      this.#channels.delete(channel);
      if (channel.isWaiting) this.#channels.add(channel);
    }
    if (this.#channels.size > 0) this.#schedule();
  }

  #schedule(): void {
    this.#isScheduled = true;
    this.scheduler.add('live', () => this.#step());
  }
}
