import { Database, type Schema, UnitOfWork } from '@carillon/nestjs';
import { Installation, Periodic } from '@carillon/nestjs/internal';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Kysely } from 'kysely';
import ms from 'ms';
import { setTimeout as sleep } from 'node:timers/promises';
import { Config } from '../config.js';
import { Problem, tooManyRequests } from '../http/problems.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { type Policy, waitOf, withFailure, withoutFailure } from './sign-in-delays.js';
import { SignInHistoryRepository } from './sign-in-history.repository.js';
import type { SignInSource } from './sign-in-source.js';

/**
 * What a network may do in a time, in multiples of `SIGN_IN_ATTEMPTS`. Many people may share it. Each sign-in and each
 * sign-up costs a hash, whether it succeeds or fails.
 */
const HASHES = { perNetwork: 12, seconds: 60 };
const SIGN_UPS = { perNetwork: 10, seconds: 15 * 60 };
/** Refusals that are delayed at once. */
const MAX_HELD = 1000;
/** Milliseconds for which a network or a device stays known after its last sign-in. */
const KNOWN_FOR = ms('90d');

const TRIM_EVERY = ms('10m');
const TRIM_AT_ONCE = 500;
/** Keys that are stored. Above this bound, those whose failures are forgotten next are removed. */
const MAX_KEYS = 100_000;

interface Limit extends Policy {
  readonly key: string;
}

/** The limits that apply to an attempt, and whether the user has signed in from this source before. */
interface AppliedLimits {
  readonly limits: readonly Limit[];
  readonly isKnown: boolean;
}

/** An attempt to sign in or to confirm a password. */
export interface Attempt {
  /** The name of the account as it was entered. The account need not exist. */
  readonly account: string;
  /** The user of the account; `undefined` if there is none. */
  readonly userId: string | undefined;
  readonly source: SignInSource;
}

/**
 * Slows down the guessing of passwords, with delays that grow with each failure. All processes share the failures, and a
 * restart keeps them. From a network or a device that the user signed in from before, only the failures from there count;
 * elsewhere, those of all unknown sources count, too. So strangers lock nobody out: see
 * docs/decisions/0009-sign-in-delays.md.
 */
@Injectable()
export class SignInLimiter implements OnModuleInit, OnModuleDestroy {
  readonly #periodic = new Periodic(SignInLimiter.name, TRIM_EVERY, () => this.trim());
  readonly #policies;
  readonly #hashes: RateLimiter;
  readonly #signUps: RateLimiter;
  #held = 0;

  /**
   * Refusals are delayed by about this many milliseconds. This slows down loops of attempts on many connections before
   * they cost anything. Tests lower it.
   */
  refusalDelay = 500;

  constructor(
    { SIGN_IN_ATTEMPTS: attempts }: Config,
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly installation: Installation,
    private readonly repository: SignInHistoryRepository,
  ) {
    this.#policies = attempts > 0 ? policiesOf(attempts) : undefined;
    this.#hashes = new RateLimiter(attempts * HASHES.perNetwork, HASHES.seconds);
    this.#signUps = new RateLimiter(attempts * SIGN_UPS.perNetwork, SIGN_UPS.seconds);
  }

  onModuleInit(): void {
    this.#periodic.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.#periodic.stop();
  }

  /**
   * Runs an attempt unless it has to wait. It counts as failed from its beginning, so that many at once are no way around
   * the limit. That is taken back when it succeeds, and when it cannot be known whether it would have.
   *
   * @param verify gets whether the user signed in from there before.
   * @throws Problem `too-many-requests`; what `verify` throws, where a status below 500 means a wrong password.
   */
  async guard<T>(attempt: Attempt, verify: (isKnown: boolean) => Promise<T>): Promise<T> {
    if (!this.#policies) return verify(false);
    try {
      return await this.#count(attempt, verify);
    } catch (error) {
      if (isRefusal(error)) await this.#holdBack();
      throw error;
    }
  }

  /** @throws Problem `too-many-requests` */
  countSignUp({ network }: SignInSource): void {
    if (!this.#policies) return;
    refuseExceeded(this.#hashes, network, hashesAllowed);
    refuseExceeded(this.#signUps, network, signUpsAllowed);
  }

  /** Removes failures and sources that no longer count, in small transactions. */
  async trim(mostKeys: number = MAX_KEYS): Promise<void> {
    for (let keys = await this.#surplus(mostKeys); keys.length > 0;) {
      const removed = keys;
      await this.work.run(({ db }) => this.repository.remove(db, removed));
      keys = await this.#surplus(mostKeys);
    }
    const before = Date.now() - KNOWN_FOR;
    while (await this.#forgetSources(before));
  }

  /** @returns whether there may be more. */
  async #forgetSources(before: number): Promise<boolean> {
    const count = await this.work.run(({ db }) =>
      this.repository.forgetSources(db, before, TRIM_AT_ONCE),
    );
    return count === TRIM_AT_ONCE;
  }

  async #surplus(mostKeys: number): Promise<string[]> {
    const forgotten = await this.repository.oldest(this.database.read, TRIM_AT_ONCE, Date.now());
    if (forgotten.length > 0) return forgotten;
    const count = await this.repository.count(this.database.read);
    const surplus = Math.max(0, Math.min(TRIM_AT_ONCE, count - mostKeys));
    return this.repository.oldest(this.database.read, surplus);
  }

  async #count<T>(attempt: Attempt, verify: (isKnown: boolean) => Promise<T>): Promise<T> {
    const { limits, isKnown } = await this.#limitsOf(attempt);
    await this.#begin(limits, attempt);
    try {
      const result = await verify(isKnown);
      await this.#succeed(limits, attempt);
      return result;
    } catch (error) {
      const isWrong = error instanceof Problem && error.getStatus() < 500;
      if (!isWrong) await this.work.run(({ db }) => this.#takeBack(db, limits));
      throw error;
    }
  }

  /** Jittered, so that simultaneous refusals are not retried simultaneously. */
  async #holdBack(): Promise<void> {
    if (this.#held >= MAX_HELD) return;
    this.#held++;
    await sleep(this.refusalDelay * (0.5 + Math.random()), undefined, { ref: false });
    this.#held--;
  }

  /** One limit for a known source; for an unknown one also the shared limits. Sorted, so that locks cannot deadlock. */
  async #limitsOf(attempt: Attempt): Promise<AppliedLimits> {
    const { account, userId, source } = attempt;
    const sources = this.#sourcesOf(source);
    const since = Date.now() - KNOWN_FOR;
    const { read } = this.database;
    const known = await this.repository.knownAmong(read, userId ?? '', sources, since);
    const best = sources.find((each) => known.includes(each));
    const network = this.#keyOf('network', source.network);
    const asked = best ? `${account} ${best}` : source.network;
    refuseExceeded(this.#hashes, asked, best ? knownHashesAllowed : hashesAllowed, userId);
    const { ofNetwork, ofAccount, ofSource } = this.#policies!;
    const own = { key: this.#keyOf('source', account, best ?? network), ...ofSource };
    if (best) return { limits: [own], isKnown: true };
    const shared = [
      { key: this.#keyOf('all of a network', source.network), ...ofNetwork },
      { key: this.#keyOf('all of an account', account), ...ofAccount },
    ];
    return { limits: [...shared, own], isKnown: false };
  }

  /** As they are stored. The device comes first, because it identifies the source better. */
  #sourcesOf({ device, network }: SignInSource): string[] {
    const key = this.#keyOf('network', network);
    return device === undefined ? [key] : [this.#keyOf('device', device), key];
  }

  async #begin(limits: readonly Limit[], attempt: Attempt): Promise<void> {
    // First without a transaction: a refused attempt costs only a read.
    await this.#refuseBlocked(this.database.read, limits, attempt);
    await this.work.run(async ({ db }) => {
      await this.#refuseBlocked(db, limits, attempt);
      for (const limit of limits) {
        const failures = await this.repository.find(db, limit.key);
        await this.repository.store(db, limit.key, withFailure(failures, limit, Date.now()));
      }
    });
  }

  /** @throws Problem `too-many-requests`, with the longest of the waits. */
  async #refuseBlocked(
    db: Kysely<Schema>,
    limits: readonly Limit[],
    { userId }: Attempt,
  ): Promise<void> {
    let wait = 0;
    for (const limit of limits) {
      const failures = await this.repository.find(db, limit.key);
      wait = Math.max(wait, waitOf(failures, limit, Date.now()));
    }
    if (wait > 0) throw tooMany(FAILED, Math.ceil(wait / 1000), userId);
  }

  async #succeed(limits: readonly Limit[], { userId, source }: Attempt): Promise<void> {
    const now = Date.now();
    await this.work.run(async ({ db }) => {
      await this.#takeBack(db, limits.slice(0, -1));
      await this.repository.remove(db, [limits.at(-1)!.key]);
      if (userId === undefined) return;
      for (const each of this.#sourcesOf(source))
        await this.repository.remember(db, userId, each, now);
    });
  }

  async #takeBack(db: Kysely<Schema>, limits: readonly Limit[]): Promise<void> {
    for (const limit of limits) {
      const failures = await this.repository.find(db, limit.key);
      if (failures) await this.repository.store(db, limit.key, withoutFailure(failures, limit));
    }
  }

  /** A pseudonym: neither usernames nor addresses are stored in plain text. */
  #keyOf(...parts: readonly string[]): string {
    return this.installation.pseudonymOf(JSON.stringify(parts));
  }
}

/** Whether an attempt was refused because it came too soon or too many are waiting. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Problem && (error.code === 'too-many-requests' || error.code === 'unavailable');

/** Accounts and networks are shared, so ten times as many failures are free. No delay of an account is a long one. */
function policiesOf(attempts: number): Record<'ofSource' | 'ofAccount' | 'ofNetwork', Policy> {
  const free = 10 * attempts;
  const pace = Math.ceil(ms('15m') / free);
  return {
    ofSource: { free: attempts, first: ms('1s'), longest: ms('15m'), forgetsEvery: ms('1h') },
    ofAccount: { free, first: ms('1s'), longest: ms('1m'), forgetsEvery: ms('15m') },
    ofNetwork: { free, first: pace, longest: pace, forgetsEvery: pace },
  };
}

const FAILED = 'Too many sign-ins have failed, for this account or from this network.';

const hashesAllowed = (limit: number): string =>
  `One network may sign in and sign up ${limit} times a minute, failed attempts included.`;

const knownHashesAllowed = (limit: number): string =>
  `One device or network may sign in to an account ${limit} times a minute.`;

const signUpsAllowed = (limit: number): string =>
  `One network may sign up ${limit} times in 15 minutes, failed attempts included.`;

/**
 * @param allowance the sentence for the client, from the limit.
 * @throws Problem `too-many-requests`
 */
function refuseExceeded(
  limiter: RateLimiter,
  key: string,
  allowance: (limit: number) => string,
  userId?: string,
): void {
  const { isExceeded, seconds } = limiter.take(key);
  if (isExceeded) throw tooMany(allowance(limiter.limit), seconds, userId);
}

/** @param subject the user of the account, for the security log. */
const tooMany = (allowance: string, seconds: number, subject?: string): Problem =>
  tooManyRequests('SIGN_IN_ATTEMPTS', allowance, seconds, subject === undefined ? {} : { subject });
