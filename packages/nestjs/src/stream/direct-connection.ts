import type { Response } from 'express';
import type { Socket } from 'node:net';
import type { Chunk } from './chunk.js';
import { bytesTaken, type SseConnection } from './sse-connection.js';
import { releaseParser } from './http-parser.js';
import { writeHead } from './stream-head.js';

/**
 * Takes the socket over from Nest and node. Both treat the response as complete, so they release what they keep
 * for a request (some 20 KiB), and only the socket remains. Frames for many subscribers are built once, including HTTP's
 * chunked coding, and each socket is handed the same bytes.
 */
export class DirectConnection implements SseConnection {
  readonly #socket: Socket;
  readonly #isChunked: boolean;

  private constructor(socket: Socket, isChunked: boolean) {
    this.#socket = socket;
    this.#isChunked = isChunked;
  }

  /** Writes the head of the response and the opening frame, in one piece. */
  static open(response: Response, opening: string): DirectConnection {
    writeHead(response);
    const connection = new DirectConnection(response.req.socket, response.chunkedEncoding);
    finish(response, inLatin1(opening));
    return connection;
  }

  /**
   * The same with a head that is already known, for a complete request whose response nothing has used yet.
   *
   * @param head of a response with chunked coding.
   */
  static openWith(head: string, response: Response, opening: string): DirectConnection {
    const { socket } = response.req;
    response.detachSocket(socket);
    releaseParser(socket);
    socket.write(head + chunkOf(inLatin1(opening)), 'latin1');
    return new DirectConnection(socket, true);
  }

  write({ chunked, plain }: Chunk): boolean {
    return this.#socket.write(this.#isChunked ? chunked : plain);
  }

  get pending(): number {
    return this.#socket.writableLength;
  }

  get taken(): number {
    return bytesTaken(this.#socket);
  }

  on(event: 'drain' | 'close', work: () => void): void {
    this.#socket.on(event, work);
  }

  end(): void {
    if (this.#isChunked) this.#socket.write('0\r\n\r\n');
    this.#socket.destroySoon();
  }

  cut(): void {
    this.#socket.destroy();
  }
}

/** Node writes a head as Latin-1, and in one piece with a text of the same encoding. */
const inLatin1 = (text: string): string =>
  Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');

/**
 * Ends a response for node after its first bytes, without the last chunk of its body and without closing its connection.
 *
 * @param bytes as Latin-1.
 */
function finish(response: Response, bytes: string): void {
  const { socket } = response.req;
  const { chunkedEncoding: isChunked } = response;
  // Node calls it once for a connection that ends with the response.
  if (!isChunked || !response.shouldKeepAlive)
    socket.destroySoon = () => Reflect.deleteProperty(socket, 'destroySoon');
  // A stream may be silent for longer than an idle connection.
  response.once('finish', () => {
    socket.setTimeout(0);
    if (response.req.complete) releaseParser(socket);
  });
  response.chunkedEncoding = false;
  response.end(isChunked ? chunkOf(bytes) : bytes, 'latin1');
}

const chunkOf = (bytes: string): string => `${bytes.length.toString(16)}\r\n${bytes}\r\n`;
