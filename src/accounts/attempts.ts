import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../config.js';
import { Problem } from '../http/problems.js';

const WINDOW = 15 * 60; // seconds
/** Many people may share an address. */
const ACCOUNTS_PER_ADDRESS = 10;
/** Whoever guesses from one address locks the account for that address alone. */
const ADDRESSES_PER_ACCOUNT = 10;

/**
 * Limits attempts to sign in that fail: for an account from one address, for an account from all, and for an address,
 * whether or not there is such an account.
 * An attempt counts from its beginning, so that many at once are no way around it, and is given back if it succeeds.
 */
@Injectable()
export class Attempts {
  readonly #limiters;

  constructor({ SIGN_IN_ATTEMPTS: attempts }: Config) {
    const limiter = (keyPrefix: string, points: number) =>
      new RateLimiterMemory({ keyPrefix, points, duration: WINDOW });
    this.#limiters =
      attempts > 0
        ? {
            address: limiter('address', attempts * ACCOUNTS_PER_ADDRESS),
            account: limiter('account', attempts * ADDRESSES_PER_ACCOUNT),
            both: limiter('both', attempts),
          }
        : undefined;
  }

  /** @throws Problem `too-many-requests` */
  async begin(username: string, address: string): Promise<void> {
    if (!this.#limiters) return;
    try {
      await this.#limiters.address.consume(address);
      await this.#limiters.both.consume(`${address} ${username}`);
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
    await this.#limiters?.account.reward(username);
    await this.#limiters?.both.delete(`${address} ${username}`);
  }
}
