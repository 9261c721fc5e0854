import type { Request } from 'express';
import { currentRequest } from './logging.js';
import { type Quota, RateLimiter } from './rate-limiter.js';

/** Counts each request once: the command of a request may run again, for example after a conflict. */
export class RequestLimiter extends RateLimiter {
  readonly #counted = new WeakMap<Request, Quota>();

  override take(key: string, cost?: number): Quota {
    const request = currentRequest.getStore();
    const counted = request && this.#counted.get(request);
    if (counted) return counted;
    const quota = super.take(key, cost);
    if (request) this.#counted.set(request, quota);
    return quota;
  }
}
