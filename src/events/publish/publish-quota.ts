import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Config } from '../../config.js';
import type { Caller } from '../../http/caller.js';
import { tooManyRequests } from '../../http/problems.js';
import { RequestLimiter } from '../../http/request-limiter.js';

const WINDOW = 60; // seconds

/** Limits the events that each user or key publishes. Each process counts for itself. */
@Injectable()
export class PublishQuota {
  readonly #limiter: RequestLimiter | undefined;

  constructor({ PUBLISH_PER_MINUTE }: Config) {
    if (PUBLISH_PER_MINUTE > 0) this.#limiter = new RequestLimiter(PUBLISH_PER_MINUTE, WINDOW);
  }

  /** @throws Problem `too-many-requests` */
  take({ id }: Pick<Caller, 'id'>, events: number, response: Response): void {
    if (!this.#limiter) return;
    const { limit } = this.#limiter;
    const { isExceeded, remaining, seconds } = this.#limiter.take(id, events);
    response
      .set('RateLimit-Policy', `"publications";q=${limit};w=${WINDOW}`)
      .set('RateLimit', `"publications";r=${remaining};t=${seconds}`);
    if (isExceeded)
      throw tooManyRequests(
        'PUBLISH_PER_MINUTE',
        `You can publish at most ${limit} events per minute.`,
        seconds,
      );
  }
}
