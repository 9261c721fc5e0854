import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { Quota } from '../http/quota.js';

const MINUTE = 60; // seconds

/** Limits how often one user searches. */
@Injectable()
export class SearchQuota {
  readonly #quota: Quota | undefined;

  constructor({ SEARCHES_PER_MINUTE: limit }: Config) {
    if (limit > 0)
      this.#quota = new Quota(limit, MINUTE, `You may search ${limit} times a minute.`);
  }

  /** @throws Problem `too-many-requests` */
  take(userId: string): void {
    this.#quota?.take(userId);
  }
}
