import { Logger } from '@nestjs/common';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { isConfidential } from '../confidential-url.js';
import { Problem } from '../http/problems.js';

/** Milliseconds for a response of the issuer, to its last byte. */
const DEADLINE = 5000;
/** Bytes of a response of the issuer. */
const MAX_BYTES = 256 * 1024;
/** Milliseconds between two fetches because of unknown keys: so long a token with a new key is refused at the most. */
const COOLDOWN = 5000;
/** Milliseconds after which the keys are fetched again, and those for which they are used while that fails. */
const FRESH = 10 * 60_000;
const RETENTION = 60 * 60_000;
/** Milliseconds without a fetch after a failed one: doubled with each failure, up to the longest. */
const MIN_PAUSE = 1000;
const MAX_PAUSE = 60_000;

interface KnownKeys {
  readonly find: JWTVerifyGetKey;
  readonly fetchedAt: number;
}

/** Why there are no keys. It is for the log alone: callers do not learn who the issuer is. */
class IssuerFault extends Error {
  constructor(
    message: string,
    /** Whether the issuer was not reached, so that nothing is known about the token. */
    readonly isTemporary: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The key set (RFC 7517) of an issuer, found with OpenID Connect Discovery 1.0. Discovery is repeated with each fetch, so
 * keys can rotate and `jwks_uri` can move. Everyone waits for the same fetch; after a failed one nobody asks for a while.
 */
export class IssuerKeys {
  readonly #logger = new Logger(IssuerKeys.name);
  #known: KnownKeys | undefined;
  #fetching: Promise<KnownKeys> | undefined;
  #failures = 0;
  #failure: Problem | undefined;
  #retryAt = -Infinity;

  /** @param setting its name, for the log. */
  constructor(
    private readonly issuer: string,
    private readonly setting: string,
  ) {}

  /**
   * Finds the key of a token.
   *
   * @throws Problem `unavailable`: the issuer was not reached; `unauthenticated`: its metadata cannot be used.
   *   JOSEError: no key matches, also after a fresh fetch.
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const known = await this.#current();
    try {
      return await known.find(header, token);
    } catch (error) {
      const isUnknown = error instanceof errors.JWKSNoMatchingKey;
      if (!isUnknown || ageOf(known) < COOLDOWN) throw error;
      return (await this.#fetch()).find(header, token);
    }
  };

  async #current(): Promise<KnownKeys> {
    const known = this.#known;
    if (known && ageOf(known) < FRESH) return known;
    try {
      return await this.#fetch();
    } catch (error) {
      if (known && ageOf(known) < RETENTION) return known;
      throw error;
    }
  }

  #fetch(): Promise<KnownKeys> {
    if (this.#failure && performance.now() < this.#retryAt) return Promise.reject(this.#failure);
    this.#fetching ??= discover(this.issuer)
      .then(
        (find) => this.#succeeded(find),
        (error: unknown) => this.#failed(error),
      )
      .finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  #succeeded(find: JWTVerifyGetKey): KnownKeys {
    this.#failure = undefined;
    this.#failures = 0;
    this.#known = { find, fetchedAt: performance.now() };
    return this.#known;
  }

  #failed(error: unknown): never {
    const pause = Math.min(MIN_PAUSE * 2 ** this.#failures++, MAX_PAUSE);
    this.#retryAt = performance.now() + pause;
    this.#logger.warn(
      `The keys of ${this.setting} cannot be fetched: ${(error as Error).message}.`,
    );
    const isTemporary = error instanceof IssuerFault && error.isTemporary;
    this.#failure = isTemporary
      ? new Problem('unavailable', 'The issuer of the token is unreachable. Try again later.', {
          headers: { 'Retry-After': String(Math.ceil(pause / 1000)) },
          cause: error,
        })
      : new Problem('unauthenticated', 'The token cannot be verified.', { cause: error });
    throw this.#failure;
  }
}

const ageOf = ({ fetchedAt }: KnownKeys): number => performance.now() - fetchedAt;

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const metadata = (await fetchJson(url)) as { issuer?: unknown; jwks_uri?: unknown } | null;
  // OpenID Connect Discovery 1.0, 4.3: or anyone could name the keys.
  if (metadata?.issuer !== issuer) throw unusable(`${url} is of another issuer`);
  const { jwks_uri: keys } = metadata;
  if (typeof keys !== 'string' || !isConfidential(keys))
    throw unusable(`${url} has no jwks_uri with https`);
  return createLocalJWKSet((await fetchJson(keys)) as JSONWebKeySet);
}

async function fetchJson(url: string): Promise<unknown> {
  const signal = AbortSignal.timeout(DEADLINE);
  // What it redirects to could be anywhere.
  const response = await reached(url, fetch(url, { signal, redirect: 'manual' }));
  const { ok, status } = response;
  if (ok) return JSON.parse(await textOf(url, response)) as unknown;
  await response.body?.cancel();
  throw new IssuerFault(`${url} answers ${status}`, status >= 500 || status === 429);
}

async function textOf(url: string, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  for (;;) {
    const { value } = await reached(url, reader.read());
    if (!value) return Buffer.concat(chunks).toString();
    chunks.push(value);
    length += value.length;
    if (length <= MAX_BYTES) continue;
    await reader.cancel();
    throw unusable(`${url} has more than ${MAX_BYTES} bytes`);
  }
}

const unusable = (message: string): IssuerFault => new IssuerFault(message, false);

/** Errors of the network, and the deadline. */
const reached = <T>(url: string, answer: Promise<T>): Promise<T> =>
  answer.catch((cause: unknown) => {
    throw new IssuerFault(`${url} was not reached: ${reasonOf(cause)}`, true, { cause });
  });

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message ? cause.message : message;
}
