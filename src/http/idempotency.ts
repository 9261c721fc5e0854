import { UnitOfWork } from '@carillon/nestjs';
import { Injectable, RequestMethod, SetMetadata } from '@nestjs/common';
import { type Query, QueryBus } from '@nestjs/cqrs';
import type { Request, Response } from 'express';
import type { Around, AroundHandlers, HandledRoute } from './around-handlers.js';
import { networkOf } from './client-address.js';
import { IdempotencyKeys, type StoredAnswer } from './idempotency-keys.js';
import { canonicalPath, readId } from './ids.js';
import { keyInProgress, keyReused } from './key-problems.js';
import { Problem } from './problems.js';
import { represent } from './representations.js';

declare module 'express-serve-static-core' {
  interface Response {
    /** The id of what the request created, for a response without `Location`. */
    createdId?: string;
  }
}

const SECRET = Symbol('secret');

/** Marks a route whose requests or responses must not be stored. It ignores `Idempotency-Key`. */
export const Secret = () => SetMetadata(SECRET, true);

const READ_AGAIN = Symbol('read again');

/** A repeated request. */
interface RepeatedRequest {
  /** Empty for an anonymous caller. */
  readonly callerId: string;
  /** The ids in the path, by parameter name. */
  readonly ids: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The last segment of the `Location` of the first response, or its `createdId`; empty if it had neither. */
  readonly createdId: string;
}

/** Creates the query that reads the resource again, as the caller may see it now. */
type ReadAgain = (request: RepeatedRequest) => Query<object>;

/** Sets the query for the response to a repeat with the same `Idempotency-Key`. Without it, the repeat gets no body. */
export const ReadsAgain = (query: ReadAgain) => SetMetadata(READ_AGAIN, query);

/** Identifies a request with an `Idempotency-Key`. */
interface KeyedRequest {
  readonly scope: string;
  readonly key: string;
  /** The owner of the key: the user, or the network of an anonymous caller. */
  readonly owner: string;
  readonly fingerprint: string;
}

type Outcome = { readonly body: unknown } | { readonly stored: StoredAnswer };

/**
 * `Idempotency-Key` on POST (draft-ietf-httpapi-idempotency-key-header-07): a repeat is not carried out. The key is
 * stored in the transaction of the command itself, so either both are on disk or neither. Only the status and the
 * `Location` of the response are stored. A repeat reads the body again, with the current permissions of the caller. See
 * docs/decisions/0010-repeats-return-the-current-state.md.
 */
@Injectable()
export class Idempotency implements AroundHandlers {
  readonly #inProgress = new Set<string>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly keys: IdempotencyKeys,
    private readonly queries: QueryBus,
  ) {}

  /** Every POST supports keys, unless it is secret. */
  around({ handler, method }: HandledRoute): Around | undefined {
    if (method !== RequestMethod.POST || Reflect.hasMetadata(SECRET, handler)) return undefined;
    const readAgain = Reflect.getMetadata(READ_AGAIN, handler) as ReadAgain | undefined;
    return (request, handle) => {
      const header = request.headers['idempotency-key'] as string | undefined;
      return header === undefined ? handle() : this.#handle(request, header, handle, readAgain);
    };
  }

  async #handle(
    request: Request,
    header: string,
    handle: () => unknown,
    readAgain: ReadAgain | undefined,
  ): Promise<unknown> {
    const keyed = this.#keyedRequest(request, header);
    const outcome = await this.#alone(keyed, () => this.#once(keyed, request.res!, handle));
    if ('body' in outcome) return outcome.body;
    return this.#repeat(outcome.stored, request, readAgain);
  }

  #keyedRequest(request: Request, header: string): KeyedRequest {
    return {
      scope: scopeOf(request),
      key: parseKey(header),
      owner: request.caller?.id ?? networkOf(request),
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

  #once(keyed: KeyedRequest, response: Response, handle: () => unknown): Promise<Outcome> {
    return this.work.run(async (tx) => {
      const found = await this.keys.find(tx, keyed.scope, keyed.key);
      if (!found) {
        const body = await handle();
        await this.keys.store(tx, { ...keyed, answer: answerOf(response) });
        return { body };
      }
      if (found.fingerprint !== keyed.fingerprint) throw keyReused();
      return { stored: found.answer };
    });
  }

  /** @throws Problem the resource no longer exists, or the caller may no longer see it. */
  async #repeat(
    { status, location, createdId: id = '' }: StoredAnswer,
    request: Request,
    readAgain: ReadAgain | undefined,
  ): Promise<object | undefined> {
    const response = request.res!;
    const createdId = location?.split('/').at(-1) ?? id;
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
  callerId: caller?.id ?? '',
  ids: Object.fromEntries(Object.entries(params).map(([name, id]) => [name, readId(String(id))])),
  body,
  createdId,
});

/**
 * The scope of a key: its caller, the method and the path. Two callers may generate the same key, and must not get the
 * responses of each other.
 */
function scopeOf(request: Request): string {
  const address = `${request.method} ${canonicalPath(request)}`;
  return request.caller ? `${request.caller.id} ${address}` : address;
}

/**
 * Accepts a structured string in quotes (RFC 8941, 3.3.3), as the draft requires, and the bare key, as most clients
 * send it.
 */
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
  const { statusCode: status, createdId } = response;
  return {
    status,
    ...(location !== undefined && { location }),
    ...(createdId !== undefined && { createdId }),
  };
}
