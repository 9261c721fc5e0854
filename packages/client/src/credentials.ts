import { areHeaders } from './check-options.js';
import { FollowError, headerError } from './errors.js';
import type { Recovery } from './options.js';
import { type Token, TokenSource } from './token.js';

export interface CredentialsOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly token?: Token | undefined;
}

/** The headers that authenticate the stream and its snapshot. */
export class Credentials {
  #headers: Readonly<Record<string, string>>;
  #token: TokenSource;
  /** The server refused a token, and the next one has not been tried to an end. */
  #renewed = false;

  constructor({ headers = {}, token }: CredentialsOptions) {
    this.#headers = headers;
    this.#token = new TokenSource(token);
  }

  /** Milliseconds until the token has to be replaced. */
  get renewIn(): number | null {
    return this.#token.renewIn;
  }

  update({ headers, token }: Recovery): void {
    if (headers) this.#headers = headers;
    if (token !== undefined) this.#token = new TokenSource(token);
  }

  /** @throws FollowError `token` if the function that returns the token failed, `header` if the result cannot be sent. */
  async headers(): Promise<Record<string, string>> {
    const token = await this.#token.get().catch((cause: unknown) => {
      throw new FollowError('token', 'The function that returns the token failed.', { cause });
    });
    const authorization = token !== undefined && { Authorization: `Bearer ${token}` };
    const headers = { ...this.#headers, ...authorization };
    if (token === '' || !areHeaders(headers)) throw headerError();
    return headers;
  }

  /** The server refused the token, which is not sent again. @returns whether another one is worth a try at once. */
  refused(): boolean {
    this.#token.expire();
    if (this.#renewed || !this.#token.isRenewable) return false;
    this.#renewed = true;
    return true;
  }

  /** The server did not refuse the token: it may be replaced at once again. */
  notRefused(): void {
    this.#renewed = false;
  }
}
