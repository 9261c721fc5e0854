import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { Problem } from '../http/problems.js';
import { RateLimiter } from '../http/rate-limiter.js';

const WINDOW = 60; // seconds

/** Limits how often one person searches. Each process counts for itself. */
@Injectable()
export class SearchQuota {
  readonly #limiter: RateLimiter | undefined;

  constructor({ SEARCHES_PER_MINUTE: limit }: Config) {
    if (limit > 0) this.#limiter = new RateLimiter(limit, WINDOW);
  }

  /** @throws Problem `too-many-requests` */
  take(userId: string): void {
    if (!this.#limiter) return;
    const { isExceeded, seconds } = this.#limiter.take(userId);
    if (!isExceeded) return;
    throw new Problem(
      'too-many-requests',
      `You may search ${this.#limiter.limit} times a minute. Try again in ${seconds} s.`,
      { headers: { 'Retry-After': String(seconds) } },
    );
  }
}
