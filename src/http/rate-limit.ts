import { type ExecutionContext, Injectable } from '@nestjs/common';
import {
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerRequest,
} from '@nestjs/throttler';
import type { Request, Response } from 'express';
import { Config } from '../config.js';
import { Problem } from './problems.js';

const WINDOW = 60; // seconds
const READS = ['GET', 'HEAD', 'OPTIONS'];

export const rateLimitOptions = ({ RATE_LIMIT_PER_MINUTE }: Config): ThrottlerModuleOptions => ({
  throttlers: [
    { name: 'writes', ttl: WINDOW * 1000, limit: RATE_LIMIT_PER_MINUTE, blockDuration: 0 },
  ],
  skipIf: (context) =>
    RATE_LIMIT_PER_MINUTE === 0 ||
    READS.includes(context.switchToHttp().getRequest<Request>().method),
  // One allowance for all writes, not one for each route.
  generateKey: (_context, address) => address,
});

/**
 * Limits the writes of one address, an IPv6 address by its network.
 * The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
 */
@Injectable()
export class RateLimit extends ThrottlerGuard {
  protected override async handleRequest(request: ThrottlerRequest): Promise<boolean> {
    const { context, limit, ttl, blockDuration, getTracker, generateKey, throttler } = request;
    const key = generateKey(context, await getTracker(httpRequest(context), context), 'writes');
    const hits = await this.storageService.increment(
      key,
      ttl,
      limit,
      blockDuration,
      throttler.name!,
    );
    const seconds = hits.isBlocked ? hits.timeToBlockExpire : hits.timeToExpire;
    const left = hits.isBlocked ? 0 : limit - hits.totalHits;
    context
      .switchToHttp()
      .getResponse<Response>()
      .set('RateLimit-Policy', `"writes";q=${limit};w=${WINDOW}`)
      .set('RateLimit', `"writes";r=${left};t=${seconds}`);
    if (!hits.isBlocked) return true;
    throw new Problem(
      'too-many-requests',
      `This address may write ${limit} times a minute. Try again in ${seconds} s.`,
      { headers: { 'Retry-After': String(seconds) } },
    );
  }
}

const httpRequest = (context: ExecutionContext): Request =>
  context.switchToHttp().getRequest<Request>();
