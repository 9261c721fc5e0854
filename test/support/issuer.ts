import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const DISCOVERY = '/.well-known/openid-configuration';

/** A part of a JSON Web Token. */
export const encoded = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

interface TokenOptions {
  readonly alg?: string;
  readonly foreign?: boolean;
  readonly typ?: string;
}

/** A real issuer on a port of its own: discovery, key set, and tokens that jose signs. */
export class TestIssuer {
  readonly #handlers = new Map<string, (response: ServerResponse) => unknown>();
  readonly #asked: string[] = [];
  #keysAt = '/keys';
  #keys!: Awaited<ReturnType<typeof generateKeyPair>>;
  #kid = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TestIssuer> {
    const server = createServer();
    const issuer = new TestIssuer(server);
    await issuer.rotate();
    server.on('request', ({ url = '' }, response) => {
      issuer.#asked.push(url);
      const handler = issuer.#handlers.get(url);
      if (handler) return void handler(response);
      void issuer.#answer(url).then((body) => response.end(JSON.stringify(body)));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async rotate(): Promise<void> {
    this.#keys = await generateKeyPair('RS256', { extractable: true });
    this.#kid++;
  }

  /** Has it answer in another way at an address, or as before. */
  answers(path: string, handler?: (response: ServerResponse) => unknown): void {
    if (handler) this.#handlers.set(path, handler);
    else this.#handlers.delete(path);
  }

  /** How often it was asked at an address. */
  asked(path: string): number {
    return this.#asked.filter((url) => url === path).length;
  }

  moveKeys(path: string): void {
    this.answers(this.#keysAt, (response) => response.writeHead(404).end());
    this.#keysAt = path;
  }

  /** A claim that is undefined is left out. */
  async token(
    claims: { readonly [claim: string]: unknown },
    { alg = 'RS256', foreign = false, typ }: TokenOptions = {},
  ): Promise<string> {
    const exp = Math.floor(Date.now() / 1000) + 300;
    const payload = { iss: this.url, exp, ...claims };
    if (alg === 'none') return `${encoded({ alg, typ: 'JWT' })}.${encoded(payload)}.`;
    const key =
      alg === 'HS256'
        ? new TextEncoder().encode(JSON.stringify(await exportJWK(this.#keys.publicKey)))
        : (foreign ? await generateKeyPair('RS256') : this.#keys).privateKey;
    return new SignJWT(payload)
      .setProtectedHeader({ alg, kid: `${this.#kid}`, ...(typ && { typ }) })
      .sign(key);
  }

  stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(path: string): Promise<object> {
    if (path === DISCOVERY) return { issuer: this.url, jwks_uri: this.url + this.#keysAt };
    const key = await exportJWK(this.#keys.publicKey);
    return { keys: [{ ...key, kid: `${this.#kid}`, alg: 'RS256', use: 'sig' }] };
  }
}
