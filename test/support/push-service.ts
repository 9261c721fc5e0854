import ece from 'http_ece';
import { jwtVerify } from 'jose';
import { createECDH, createPublicKey, type ECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A notification as a browser receives it. */
export interface ReceivedPush {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly payload: { readonly tag: string; readonly [name: string]: unknown };
  /** The verified claims of the sender's token (RFC 8292). */
  readonly claims: object;
}

interface Browser {
  readonly keys: ECDH;
  readonly secret: Buffer;
}

/** A push service on a port of its own, and the browsers to which it delivers: they decrypt what arrives with `http_ece`. */
export class TestPushService {
  readonly received: ReceivedPush[] = [];
  readonly #browsers = new Map<string, Browser>();
  readonly #answers = new Map<string, (response: ServerResponse) => unknown>();
  #requests = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TestPushService> {
    const server = createServer();
    const service = new TestPushService(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        service.#requests++;
        const answer = service.#answers.get(request.url!);
        if (answer) return void answer(response);
        void service
          .#receive(request.url!, request.headers, Buffer.concat(chunks))
          .then(() => response.writeHead(201).end());
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** All requests, however they were answered. */
  get requests(): number {
    return this.#requests;
  }

  /** The body of `PUT /api/push/subscription` for a new browser. */
  subscribe(path: string, base = this.url) {
    const keys = createECDH('prime256v1');
    keys.generateKeys();
    const secret = randomBytes(16);
    this.#browsers.set(path, { keys, secret });
    return {
      endpoint: base + path,
      p256dh: keys.getPublicKey('base64url'),
      auth: secret.toString('base64url'),
    };
  }

  /** Answers requests for a browser in another way, or as before. */
  answers(path: string, answer?: (response: ServerResponse) => unknown): void {
    if (answer) this.#answers.set(path, answer);
    else this.#answers.delete(path);
  }

  onConnection(listener: () => void): void {
    this.server.on('connection', listener);
  }

  /** The messages of which a browser was notified. */
  tagsOf(path: string): string[] {
    return this.received.filter((push) => push.path === path).map(({ payload }) => payload.tag);
  }

  stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  async #receive(path: string, headers: IncomingHttpHeaders, body: Buffer): Promise<void> {
    const { keys, secret } = this.#browsers.get(path)!;
    const text = ece.decrypt(body, { version: 'aes128gcm', privateKey: keys, authSecret: secret });
    const claims = await verifiedClaims(headers.authorization!);
    this.received.push({ path, headers, claims, payload: JSON.parse(text.toString()) });
  }
}

async function verifiedClaims(authorization: string): Promise<object> {
  const [, token, key] = /^vapid t=(\S+), k=(\S+)$/.exec(authorization)!;
  const point = Buffer.from(key!, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) =>
    part.toString('base64url'),
  );
  const publicKey = createPublicKey({
    key: { kty: 'EC', crv: 'P-256', x: x!, y: y! },
    format: 'jwk',
  });
  return { ...(await jwtVerify(token!, publicKey)).payload, key };
}
