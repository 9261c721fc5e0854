import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../config.js';
import { Problem } from '../http/problems.js';

const WINDOW = 60; // seconds

/** Limits how often one person searches. Each process counts for itself. */
@Injectable()
export class SearchQuota {
  readonly #limiter: RateLimiterMemory | undefined;

  constructor(private readonly config: Config) {
    const { SEARCHES_PER_MINUTE: points } = config;
    if (points > 0) this.#limiter = new RateLimiterMemory({ points, duration: WINDOW });
  }

  /** @throws Problem `too-many-requests` */
  async take(userId: string): Promise<void> {
    try {
      await this.#limiter?.consume(userId);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.ceil(error.msBeforeNext / 1000);
      throw new Problem(
        'too-many-requests',
        `You may search ${this.config.SEARCHES_PER_MINUTE} times a minute. Try again in ${seconds} s.`,
        { headers: { 'Retry-After': String(seconds) } },
      );
    }
  }
}
