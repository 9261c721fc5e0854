import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Config } from '../config.js';
import { networkOf } from './client-address.js';
import { MOST_PER_PAGE } from './paging.js';
import { type Problem, tooManyRequests } from './problems.js';
import { RateLimiter } from './rate-limiter.js';

const WINDOW = 60; // seconds
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Items of a list that count as one read: a list of 1,000 takes about as long as ten of 100. */
export const SHORT_LIST = 100;

/** Bytes of a response that count as one read: 100 users have some 16,000, and 100 messages up to 3,200,000. */
const SHORT_CONTENT = 32_768;

/** Bytes of a body that count as one write: storing and indexing a text takes as long as it has words. */
const SHORT_BODY = 256;

const UNLIMITED = Symbol('unlimited');

/** Excludes a route, or all of a controller, from the quotas: a probe must not fail because of other clients. */
export const Unlimited = () => SetMetadata(UNLIMITED, true);

/**
 * Limits the writes and the reads of one address; an IPv6 address counts by its network. Opening a stream is one read,
 * each 100 items of a list are one, or each 32 KiB of a response where that is more, and each 256 bytes of a body are one
 * write. The page's files are not counted. The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
 */
@Injectable()
export class RateLimit implements CanActivate {
  readonly #writes: RateLimiter | undefined;
  readonly #reads: RateLimiter | undefined;

  constructor(
    private readonly reflector: Reflector,
    { RATE_LIMIT_PER_MINUTE, READ_LIMIT_PER_MINUTE }: Config,
  ) {
    if (RATE_LIMIT_PER_MINUTE > 0) this.#writes = new RateLimiter(RATE_LIMIT_PER_MINUTE, WINDOW);
    if (READ_LIMIT_PER_MINUTE > 0) this.#reads = new RateLimiter(READ_LIMIT_PER_MINUTE, WINDOW);
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<true | undefined>(UNLIMITED, targets)) return true;
    const response = context.switchToHttp().getResponse<Response>();
    if (READS.has(request.method)) this.#countRead(request, response);
    else this.#countWrite(request, response);
    return true;
  }

  #countWrite(request: Request, response: Response): void {
    if (!this.#writes) return;
    const { isExceeded, remaining, seconds } = this.#writes.take(
      networkOf(request),
      Math.max(1, Math.ceil((request.bodyBytes ?? 0) / SHORT_BODY)),
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
    // How long it is shows only once it is read, so it counts against the next requests.
    response.countContent = (bytes) => {
      reads.take(network, Math.max(0, Math.ceil(bytes / SHORT_CONTENT) - cost));
    };
  }
}

/** By the items that are asked for. How many may be is no matter of the quota: a wrong number is refused later. */
function costOf({ query }: Request): number {
  const items = Math.min(Number(query['limit']) || 0, MOST_PER_PAGE);
  return Math.max(1, Math.ceil(items / SHORT_LIST));
}

export const tooManyWrites = (limit: number, seconds: number): Problem =>
  tooManyRequests(
    `This address may write ${limit} times a minute; each ${SHORT_BODY} bytes of a body count as one write.`,
    seconds,
  );

export const tooManyReads = (limit: number, seconds: number): Problem =>
  tooManyRequests(
    `This address may read ${limit} times a minute; each ${SHORT_LIST} items of a list, or ${SHORT_CONTENT} bytes of a response, count as one read.`,
    seconds,
  );
