import type { MessageEvent } from '@nestjs/common';
import type { Response } from 'express';
import type { Socket } from 'node:net';
import type { Subscriber } from 'rxjs';
import type { Chunk } from './chunk.js';
import { bytesTaken, type SseConnection } from './sse-connection.js';
import { writeHead } from './stream-head.js';

/**
 * Writes to Nest's response, which stays open until the stream ends. Nothing relies on node's internals, and node frames
 * each write; an open stream keeps its request and its response in memory.
 *
 * Frames do not pass through Nest's subscriber: it would number those without an id, and it buffers without a signal when
 * the client does not read. The subscriber stays open, so that Nest keeps the request open as well.
 */
export class ResponseConnection implements SseConnection {
  readonly #nest: Subscriber<MessageEvent>;
  readonly #response: Response;
  readonly #socket: Socket;

  /** @param response its head is held (`holdHead`). */
  constructor(nest: Subscriber<MessageEvent>, response: Response, opening: string) {
    this.#nest = nest;
    this.#response = response;
    this.#socket = response.req.socket;
    writeHead(response).write(opening);
  }

  write({ plain }: Chunk): boolean {
    return this.#response.write(plain);
  }

  get pending(): number {
    return this.#response.writableLength;
  }

  get taken(): number {
    return bytesTaken(this.#socket);
  }

  on(event: 'drain' | 'close', work: () => void): void {
    // The response counts as closed once its last bytes have left for the socket.
    if (event === 'close') this.#socket.on(event, work);
    else this.#response.on(event, work);
  }

  end(): void {
    this.#response.end();
    this.#socket.destroySoon();
    this.#nest.complete();
  }

  cut(): void {
    this.#socket.destroy();
  }
}
