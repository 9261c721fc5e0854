import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as send,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBrotliCompress, createGzip } from 'node:zlib';

/** What a proxy makes of an entity tag when it compresses, and of one that comes back. */
export interface TagPolicy {
  readonly name: string;
  readonly coding: 'gzip' | 'br';
  readonly tag: (tag: string) => string;
  /** Whether it treats the tag of a 304 in the same way. */
  readonly changes304: boolean;
}

/** nginx and HAProxy make it weak; Apache's mod_deflate and mod_brotli append the coding. All pass on what comes back. */
export const TAG_POLICIES: readonly TagPolicy[] = [
  {
    name: 'nginx',
    coding: 'gzip',
    tag: (tag) => (tag.startsWith('W/') ? tag : `W/${tag}`),
    changes304: false,
  },
  { name: 'Apache with mod_deflate', coding: 'gzip', tag: suffixed('gzip'), changes304: true },
  { name: 'Apache with mod_brotli', coding: 'br', tag: suffixed('br'), changes304: true },
];

function suffixed(coding: string): (tag: string) => string {
  return (tag) => tag.replace(/"$/, `-${coding}"`);
}

/** Compresses what comes uncompressed and whatever it is, as a proxy that ignores `no-transform`. */
export class CompressingProxy {
  private constructor(
    private readonly server: Server,
    private readonly origin: URL,
    private readonly policy: TagPolicy,
  ) {}

  static async start(origin: string, policy: TagPolicy): Promise<CompressingProxy> {
    const server = createServer();
    const proxy = new CompressingProxy(server, new URL(origin), policy);
    server.on('request', (request, response) => proxy.#pass(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, url: path, headers } = request;
    const { hostname, port } = this.origin;
    const passed = send({ hostname, port, method, path, headers }, (answer) =>
      this.#answer(request, answer, response),
    );
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  }

  #answer(request: IncomingMessage, answer: IncomingMessage, response: ServerResponse): void {
    const { coding, tag, changes304 } = this.policy;
    const headers = { ...answer.headers };
    const isPlain =
      headers['content-encoding'] === undefined && (changes304 || answer.statusCode !== 304);
    const compresses = isPlain && request.headers['accept-encoding']?.includes(coding);
    if (compresses && headers.etag) headers.etag = tag(headers.etag);
    const hasBody = headers['content-type'] !== undefined && request.method !== 'HEAD';
    if (!compresses || !hasBody) {
      response.writeHead(answer.statusCode!, headers);
      answer.pipe(response);
      return;
    }
    delete headers['content-length'];
    response.writeHead(answer.statusCode!, { ...headers, 'content-encoding': coding });
    answer.pipe(coding === 'br' ? createBrotliCompress() : createGzip()).pipe(response);
  }
}
