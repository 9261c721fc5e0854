import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Query, QueryBus } from '@nestjs/cqrs';
import type { Request, Response } from 'express';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { networkOf } from './client-address.js';
import { IdempotencyKeys, type StoredAnswer } from './idempotency-keys.js';
import { canonicalPath, readId } from './ids.js';
import { keyInProgress, keyReused } from './key-problems.js';
import { Problem } from './problems.js';
import { represent } from './representations.js';

const SECRET = Symbol('secret');

/** Says of a route that what it is sent or answers must not be stored, so an `Idempotency-Key` means nothing there. */
export const Secret = () => SetMetadata(SECRET, true);

const READ_AGAIN = Symbol('read again');

/** A request that was carried out before. */
interface RepeatedRequest {
  /** Empty where nobody signed in. */
  readonly callerId: string;
  /** The ids in its path, by the names of the parameters. */
  readonly ids: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The last part of the `Location` of the first answer; empty where it had none. */
  readonly createdId: string;
}

/** The query for what a POST answered with, as its caller may see it now. */
type ReadAgain = (request: RepeatedRequest) => Query<object>;

/** Says of a POST what a repeat with the same `Idempotency-Key` is answered with. Without it the repeat has no body. */
export const ReadsAgain = (query: ReadAgain) => SetMetadata(READ_AGAIN, query);

/** What a request is, for its `Idempotency-Key`. */
interface KeyedRequest {
  readonly scope: string;
  readonly key: string;
  /** Whose keys it counts to: the user, or the network where nobody signed in. */
  readonly owner: string;
  readonly fingerprint: string;
}

type Outcome = { readonly body: unknown } | { readonly stored: StoredAnswer };

/**
 * `Idempotency-Key` on POST (draft-ietf-httpapi-idempotency-key-header-07): a repeat is not carried out. The key is stored
 * in the transaction of the command itself, so there is no moment at which one is on disk without the other. Of the answer
 * only the status and the `Location` are stored; a repeat reads the body again, with the permissions that the caller has
 * by then. See docs/decisions/0010-repeats-are-read-again.md.
 */
@Injectable()
export class Idempotency implements NestInterceptor {
  readonly #inProgress = new Set<string>();

  constructor(
    private readonly reflector: Reflector,
    private readonly work: UnitOfWork,
    private readonly keys: IdempotencyKeys,
    private readonly queries: QueryBus,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const header = request.get('Idempotency-Key');
    const isSecret = this.reflector.get<true | undefined>(SECRET, context.getHandler());
    if (request.method !== 'POST' || header === undefined || isSecret) return next.handle();

    const keyed = this.#keyedRequest(request, header);
    const outcome = await this.#alone(keyed, () => this.#once(keyed, request.res!, next));
    if ('body' in outcome) return of(outcome.body);
    return of(await this.#repeat(outcome.stored, context));
  }

  #keyedRequest(request: Request, header: string): KeyedRequest {
    return {
      scope: scopeOf(request),
      key: parseKey(header),
      owner: request.caller?.userId ?? networkOf(request),
      fingerprint: this.keys.fingerprintOf(request.body),
    };
  }

  /** @throws Problem `request-in-progress` */
  async #alone<T>({ scope, key }: KeyedRequest, work: () => Promise<T>): Promise<T> {
    const id = `${scope} ${key}`;
    if (this.#inProgress.has(id)) throw keyInProgress();
    this.#inProgress.add(id);
    try {
      return await work();
    } finally {
      this.#inProgress.delete(id);
    }
  }

  #once(keyed: KeyedRequest, response: Response, next: CallHandler): Promise<Outcome> {
    return this.work.run(async (tx) => {
      const found = await this.keys.find(tx, keyed.scope, keyed.key);
      if (!found) {
        const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
        await this.keys.store(tx, { ...keyed, answer: answerOf(response) });
        return { body };
      }
      if (found.fingerprint !== keyed.fingerprint) throw keyReused();
      return { stored: found.answer };
    });
  }

  /** @throws Problem where the caller may not see it any more, or it is gone. */
  async #repeat(
    { status, location }: StoredAnswer,
    context: ExecutionContext,
  ): Promise<object | undefined> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const readAgain = this.reflector.get<ReadAgain | undefined>(READ_AGAIN, context.getHandler());
    const createdId = location?.split('/').at(-1) ?? '';
    const body =
      readAgain && (await this.queries.execute(readAgain(repeatedRequest(request, createdId))));
    response.status(status).set('Idempotency-Replayed', 'true');
    if (location) response.location(location);
    return body && represent(response, body);
  }
}

const repeatedRequest = (
  { caller, params, body }: Request,
  createdId: string,
): RepeatedRequest => ({
  callerId: caller?.userId ?? '',
  ids: Object.fromEntries(Object.entries(params).map(([name, id]) => [name, readId(String(id))])),
  body,
  createdId,
});

/**
 * Whose key it is, and the address that it was sent to. Two callers may draw the same key, and must not get each other's
 * answers.
 */
function scopeOf(request: Request): string {
  const address = `${request.method} ${canonicalPath(request)}`;
  return request.caller ? `${request.caller.userId} ${address}` : address;
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

function answerOf(response: Response): StoredAnswer {
  const location = response.get('Location');
  return { status: response.statusCode, ...(location !== undefined && { location }) };
}
