import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../config.js';
import { Problem } from '../http/problems.js';

const WINDOW = 15 * 60; // seconds
/** Many people may share an address. */
const ACCOUNTS_PER_ADDRESS = 10;

/**
 * Limits attempts to sign in that fail, for an account and for an address, whether or not there is such an account.
 * An attempt counts from its beginning, so that many at once are no way around it, and is given back if it succeeds.
 */
@Injectable()
export class Attempts {
  readonly #limiters;

  constructor({ SIGN_IN_ATTEMPTS: points }: Config) {
    this.#limiters =
      points === 0
        ? undefined
        : {
            account: new RateLimiterMemory({ keyPrefix: 'account', points, duration: WINDOW }),
            address: new RateLimiterMemory({
              keyPrefix: 'address',
              points: points * ACCOUNTS_PER_ADDRESS,
              duration: WINDOW,
            }),
          };
  }

  /** @throws Problem `too-many-requests` */
  async begin(username: string, address: string): Promise<void> {
    if (!this.#limiters) return;
    try {
      await this.#limiters.address.consume(address);
      await this.#limiters.account.consume(username);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw new Problem(
        'too-many-requests',
        `Too many attempts to sign in have failed. Try again in ${seconds} s.`,
        { headers: { 'Retry-After': String(seconds) } },
      );
    }
  }

  async succeeded(username: string, address: string): Promise<void> {
    await this.#limiters?.address.reward(address);
    await this.#limiters?.account.delete(username);
  }
}
