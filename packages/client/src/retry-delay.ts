import { Backoff } from './backoff.js';
import { type FollowError, ProblemError } from './errors.js';
import { MAX_DELAY } from './timer.js';

/** How long to wait before the next attempt: the backoff, and no less than the server wants. */
export class RetryDelay {
  readonly #backoff: Backoff;
  #serverRetry = 0;
  #least = 0;

  /** @param base ceiling of the first delay, in ms. */
  constructor(base: number) {
    this.#backoff = new Backoff({ base });
  }

  /** The server sent `retry`, in ms. */
  wantedBy(milliseconds: number): void {
    this.#serverRetry = milliseconds;
  }

  /** @param least of the next delay, in ms. */
  failed(error: FollowError | null, least: number): void {
    const wanted = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1_000 : 0;
    this.#least = Math.max(least, wanted, this.#serverRetry);
  }

  succeeded(): void {
    this.#backoff.reset();
  }

  /** In ms. */
  next(): number {
    const delay = Math.min(MAX_DELAY, Math.max(this.#least, this.#backoff.next()));
    this.#least = 0;
    return delay;
  }
}
