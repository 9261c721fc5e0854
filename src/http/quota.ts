import type { LimitName } from './limit-names.js';
import { tooManyRequests } from './problems.js';
import { RequestLimiter } from './request-limiter.js';

const WINDOWS = {
  minute: { seconds: 60, text: 'a minute' },
  hour: { seconds: 3600, text: 'an hour' },
};

/** How often each user may do something. Each process counts for itself. */
export class Quota {
  readonly #limiter: RequestLimiter | undefined;
  readonly #allowance: string;

  /**
   * @param name of the limit in the metrics.
   * @param limit how often in the window; 0 for any number of times.
   * @param action what is limited, such as `search`, for the message to users who exceed the limit.
   */
  constructor(
    private readonly name: LimitName,
    limit: number,
    window: keyof typeof WINDOWS,
    action: string,
  ) {
    const { seconds, text } = WINDOWS[window];
    if (limit > 0) this.#limiter = new RequestLimiter(limit, seconds);
    this.#allowance = `You can ${action} ${limit} times ${text}.`;
  }

  /** @throws Problem `too-many-requests` */
  take(userId: string): void {
    if (!this.#limiter) return;
    const { isExceeded, seconds } = this.#limiter.take(userId);
    if (isExceeded) throw tooManyRequests(this.name, this.#allowance, seconds);
  }
}
