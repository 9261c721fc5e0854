import { tooManyRequests } from './problems.js';
import { RateLimiter } from './rate-limiter.js';

/** How often something may be done by each user. Each process counts for itself. */
export class Quota {
  readonly #limiter: RateLimiter;

  /**
   * @param limit how often in `seconds`.
   * @param allowance the same as a sentence, for whoever exceeds it.
   */
  constructor(
    limit: number,
    seconds: number,
    private readonly allowance: string,
  ) {
    this.#limiter = new RateLimiter(limit, seconds);
  }

  /** @throws Problem `too-many-requests` */
  take(userId: string): void {
    const { isExceeded, seconds } = this.#limiter.take(userId);
    if (isExceeded) throw tooManyRequests(this.allowance, seconds);
  }
}
