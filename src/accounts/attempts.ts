import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../config.js';
import { networkOfAddress } from '../http/client-address.js';
import { Problem } from '../http/problems.js';

const WINDOW = 15 * 60; // seconds
/** Many people may share an address. */
const ACCOUNTS_PER_ADDRESS = 10;
/** Whoever guesses from one address locks the account for that address alone. */
const ADDRESSES_PER_ACCOUNT = 10;

/**
 * Limits attempts to sign in that fail: for an account from one address, for an account from all, and for an address,
 * whether or not there is such an account. And sign-ups, each of which costs a hash, for an address.
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
            signUp: limiter('sign-up', attempts * ACCOUNTS_PER_ADDRESS),
          }
        : undefined;
  }

  /**
   * Counts an attempt if it is refused. It counts from its beginning, so that many at once are no way around it, and is
   * given back if it succeeds, or if it cannot be known whether it would have.
   *
   * @throws Problem `too-many-requests`; what the attempt throws.
   */
  async count<T>(account: string, address: string, attempt: () => Promise<T>): Promise<T> {
    const keys = await this.#begin(account, networkOfAddress(address));
    try {
      const result = await attempt();
      await this.#giveBack(keys);
      return result;
    } catch (error) {
      const isRefused = error instanceof Problem && error.getStatus() < 500;
      if (!isRefused) await this.#giveBack(keys);
      throw error;
    }
  }

  /** @throws Problem `too-many-requests` */
  async countSignUp(address: string): Promise<void> {
    if (this.#limiters) await consume(this.#limiters.signUp, networkOfAddress(address));
  }

  async #begin(account: string, network: string): Promise<[RateLimiterMemory, string][]> {
    if (!this.#limiters) return [];
    const { address, both } = this.#limiters;
    const keys: [RateLimiterMemory, string][] = [
      [address, network],
      [both, `${network} ${account}`],
      [this.#limiters.account, account],
    ];
    for (const [limiter, key] of keys) await consume(limiter, key);
    return keys;
  }

  async #giveBack(keys: readonly [RateLimiterMemory, string][]): Promise<void> {
    for (const [limiter, key] of keys) await limiter.reward(key);
  }
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw new Problem(
      'too-many-requests',
      `Too many attempts to sign in or up. Try again in ${seconds} s.`,
      { headers: { 'Retry-After': String(seconds) } },
    );
  }
}
