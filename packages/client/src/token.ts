/** A token, or a function that returns the current one. */
export type Token = string | (() => string | Promise<string>);

/** A token is replaced this long before it expires, in ms. */
const EARLY = 30_000;

/**
 * Keeps a token until shortly before it expires. Only a JWT with `exp` (RFC 7519, 4.1.4) says when that is;
 * any other token is kept until the server refuses it.
 */
export class TokenSource {
  readonly #token: Token | undefined;
  readonly #now: () => number;
  #current: string | null = null;
  #renewAt = Infinity;

  /** @param now in ms since the epoch. */
  constructor(token: Token | undefined, now: () => number = Date.now) {
    this.#token = token;
    this.#now = now;
  }

  /** Whether another token can be had: it comes from a function. */
  get isRenewable(): boolean {
    return typeof this.#token === 'function';
  }

  /** Milliseconds until the current token has to be replaced; `null` if that is not known, or not possible. */
  get renewIn(): number | null {
    if (!this.isRenewable || this.#renewAt === Infinity) return null;
    return Math.max(0, this.#renewAt - this.#now());
  }

  /** The server refused the current token. */
  expire(): void {
    this.#current = null;
  }

  /** @returns `undefined` without a token; an empty string if the function returned none. */
  async get(): Promise<string | undefined> {
    if (typeof this.#token !== 'function') return this.#token;
    if (this.#current === null || this.#now() >= this.#renewAt) await this.#renew(this.#token);
    return this.#current!;
  }

  async #renew(token: () => string | Promise<string>): Promise<void> {
    this.#current = (await token()) ?? '';
    const now = this.#now();
    const left = expiryOf(this.#current) - now;
    // A token that is short-lived, or has expired already, must not be replaced all the time.
    this.#renewAt = left > 0 ? now + Math.max(left - EARLY, left / 2) : Infinity;
  }
}

/** In ms since the epoch; `Infinity` if the token does not say. */
export function expiryOf(token: string): number {
  try {
    const payload = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1_000 : Infinity;
  } catch {
    return Infinity;
  }
}
