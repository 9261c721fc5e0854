import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { createHash } from 'node:crypto';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { IdempotencyKeys, type StoredAnswer } from './idempotency-keys.js';
import { Problem } from './problems.js';

const SECRET = Symbol('secret');

/** Says of a route that what it is sent or answers must not be stored, so an `Idempotency-Key` means nothing there. */
export const Secret = () => SetMetadata(SECRET, true);

const STORED_HEADERS = ['Location', 'ETag', 'Preference-Applied', 'Last-Event-ID'];

/**
 * `Idempotency-Key` on POST (draft-ietf-httpapi-idempotency-key-header-07): a repeat gets the answer that
 * the first one got. The key is stored in the transaction of the command itself, so there is no moment at
 * which one is on disk without the other.
 */
@Injectable()
export class Idempotency implements NestInterceptor {
  readonly #inProgress = new Set<string>();

  constructor(
    private readonly reflector: Reflector,
    private readonly work: UnitOfWork,
    private readonly keys: IdempotencyKeys,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const header = request.get('Idempotency-Key');
    const isSecret = this.reflector.get<true | undefined>(SECRET, context.getHandler());
    if (request.method !== 'POST' || header === undefined || isSecret) return next.handle();

    const key = parseKey(header);
    const scope = scopeOf(request);
    const id = `${scope} ${key}`;
    if (this.#inProgress.has(id))
      throw new Problem(
        'request-in-progress',
        'The first request with this Idempotency-Key is still being carried out. Repeat it a little later.',
        { headers: { 'Retry-After': '1' } },
      );
    this.#inProgress.add(id);
    try {
      const response = context.switchToHttp().getResponse<Response>();
      return of(await this.#once(scope, key, fingerprint(request), response, next));
    } finally {
      this.#inProgress.delete(id);
    }
  }

  #once(
    scope: string,
    key: string,
    fingerprint: string,
    response: Response,
    next: CallHandler,
  ): Promise<unknown> {
    return this.work.run(async (tx) => {
      const stored = await this.keys.find(tx, scope, key);
      if (!stored) {
        const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
        await this.keys.store(tx, scope, key, fingerprint, answerOf(response, body));
        return body;
      }
      if (stored.fingerprint !== fingerprint)
        throw new Problem(
          'idempotency-key-reused',
          'This Idempotency-Key came with another body before. Use a new key for a new request.',
        );
      return repeat(stored.answer, response);
    });
  }
}

/**
 * Whose key it is, and the address that it was sent to; Express takes that in any case, and with a slash behind it. Two
 * callers may draw the same key, and must not get each other's answers.
 */
function scopeOf({ method, path, caller }: Request): string {
  const address = `${method} ${path.toLowerCase().replace(/\/$/, '')}`;
  return caller ? `${caller.userId} ${address}` : address;
}

/** A structured string in quotes (RFC 8941, 3.3.3), as the draft has it, or the bare key, as most send it. */
function parseKey(header: string): string {
  const key = /^"([^"\\]*)"$/.exec(header)?.[1] ?? header;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem(
    'malformed-request',
    'Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID.',
  );
}

const fingerprint = ({ body }: Request): string =>
  createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest('base64url');

function answerOf(response: Response, body: unknown): StoredAnswer {
  const headers = STORED_HEADERS.flatMap((name) => {
    const value = response.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { status: response.statusCode, headers: Object.fromEntries(headers), body };
}

function repeat({ status, headers, body }: StoredAnswer, response: Response): unknown {
  response.status(status).set(headers).set('Idempotency-Replayed', 'true');
  return body;
}
