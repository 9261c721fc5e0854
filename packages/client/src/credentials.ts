import { FollowError } from './errors.js';
import type { Recovery } from './options.js';
import { type Token, TokenSource } from './token.js';

export interface CredentialsOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: Token;
}

/** The headers that authenticate the stream and its snapshot. */
export class Credentials {
  #headers: Readonly<Record<string, string>>;
  #token: TokenSource;
  /** The server refused a token, and nothing has been delivered with the next one. */
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

  /** @throws FollowError `token` if the function that returns the token failed. */
  async headers(): Promise<Record<string, string>> {
    const token = await this.#token.get().catch((cause: unknown) => {
      throw new FollowError('token', 'The function that returns the token failed.', { cause });
    });
    return { ...this.#headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) };
  }

  /** @returns whether it is worth a try with another token. */
  renew(): boolean {
    if (this.#renewed || !this.#token.isRenewable) return false;
    this.#renewed = true;
    this.#token.expire();
    return true;
  }

  accepted(): void {
    this.#renewed = false;
  }
}
