import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config.js';
import { networkOf } from './client-address.js';
import { MAX_PAGE_SIZE } from './paging.js';
import { type Problem, tooManyRequests } from './problems.js';
import { RateLimiter } from './rate-limiter.js';
import { perRoute } from './route-metadata.js';

const WINDOW = 60; // seconds
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Items of a list that count as one read: a list of 1,000 takes about as long as ten of 100. */
export const ITEMS_PER_READ = 100;

/** Bytes of a response that count as one read: 100 users have about 16,000, and 100 messages up to 3,200,000. */
const BYTES_PER_READ = 32_768;

/** Bytes of a body that count as one write: the time to store and index a text grows with its number of words. */
const BYTES_PER_WRITE = 256;

const UNLIMITED = Symbol('unlimited');

/** Excludes a route or controller from the quotas: a health check must not fail because of other clients. */
export const Unlimited = () => SetMetadata(UNLIMITED, true);

const COUNTED_AS_READ = Symbol('counted as read');

/** Counts a write as one read, for a route with a quota of its own: programs publish more than people write. */
export const CountedAsRead = () => SetMetadata(COUNTED_AS_READ, true);

/**
 * Limits the writes and reads of one address. An IPv6 address counts as its network. Opening a stream is one read.
 * Every 100 items of a list or 32 KiB of a response, whichever is more, are one read. Every 256 bytes of a body are one
 * write. The files of the page are not counted. The headers follow draft-ietf-httpapi-ratelimit-headers-10.
 */
@Injectable()
export class RateLimit implements CanActivate {
  readonly #writes: RateLimiter | undefined;
  readonly #reads: RateLimiter | undefined;

  readonly #routeOf = perRoute((metadata) => ({
    isUnlimited: metadata(UNLIMITED) === true,
    isCountedAsRead: metadata(COUNTED_AS_READ) === true,
  }));

  constructor({ RATE_LIMIT_PER_MINUTE, READ_LIMIT_PER_MINUTE }: Config) {
    if (RATE_LIMIT_PER_MINUTE > 0) this.#writes = new RateLimiter(RATE_LIMIT_PER_MINUTE, WINDOW);
    if (READ_LIMIT_PER_MINUTE > 0) this.#reads = new RateLimiter(READ_LIMIT_PER_MINUTE, WINDOW);
  }

  canActivate(context: ExecutionContext): boolean {
    const { isUnlimited, isCountedAsRead } = this.#routeOf(context);
    if (isUnlimited) return true;
    const response = context.switchToHttp().getResponse<Response>();
    const request = response.req;
    if (isCountedAsRead || READS.has(request.method)) this.#countRead(request, response);
    else this.#countWrite(request, response);
    return true;
  }

  /** Counts the opening of a stream as one read. @returns whether the quota allows it. */
  readonly takeRead = (request: Request): boolean =>
    !this.#reads?.take(networkOf(request), 1).isExceeded;

  #countWrite(request: Request, response: Response): void {
    if (!this.#writes) return;
    const { isExceeded, remaining, seconds } = this.#writes.take(
      networkOf(request),
      Math.max(1, Math.ceil((request.bodyBytes ?? 0) / BYTES_PER_WRITE)),
    );
    response
      .set('RateLimit-Policy', `"writes";q=${this.#writes.limit};w=${WINDOW}`)
      .set('RateLimit', `"writes";r=${remaining};t=${seconds}`);
    if (isExceeded) throw tooManyWrites(this.#writes.limit, seconds);
  }

  #countRead(request: Request, response: Response): void {
    const reads = this.#reads;
    if (!reads) return;
    const [network, cost] = [networkOf(request), costOf(request)];
    const { isExceeded, seconds } = reads.take(network, cost);
    if (isExceeded) throw tooManyReads(reads.limit, seconds);
    // The length is known only after reading, so it counts against the next requests.
    response.countContent = (bytes) => {
      reads.take(network, Math.max(0, Math.ceil(bytes / BYTES_PER_READ) - cost));
    };
  }
}

/** The cost of the requested number of items. Invalid numbers are refused later. */
function costOf({ query }: Request): number {
  const items = Math.min(Number(query['limit']) || 0, MAX_PAGE_SIZE);
  return Math.max(1, Math.ceil(items / ITEMS_PER_READ));
}

export const tooManyWrites = (limit: number, seconds: number): Problem =>
  tooManyRequests(
    'RATE_LIMIT_PER_MINUTE',
    `This address may make at most ${limit} writes per minute. Every ${BYTES_PER_WRITE} bytes of a body count as one write.`,
    seconds,
  );

export const tooManyReads = (limit: number, seconds: number): Problem =>
  tooManyRequests(
    'READ_LIMIT_PER_MINUTE',
    `This address may make at most ${limit} reads per minute. Every ${ITEMS_PER_READ} items of a list, or ${BYTES_PER_READ} bytes of a response, count as one read.`,
    seconds,
  );
