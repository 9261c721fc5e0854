import type { MessageEvent } from '@nestjs/common';
import type { Response } from 'express';
import type { Socket } from 'node:net';
import type { Subscriber } from 'rxjs';
import { closeAfter } from '../http/connections.js';
import { claimForStream } from '../http/streaming-connections.js';
import type { Chunk } from './chunk.js';
import { frame } from './frames.js';
import { beginStream } from './stream-head.js';

/**
 * The fast path: the connection of an `@Sse()` endpoint, which is written to directly.
 *
 * The head of the response and the opening frame are written here: Nest would begin every stream with a blank line, and
 * number a message that has no id. Nest and node are then told that the response is complete, so both release what they
 * keep for a request (some 20 KiB), and a socket remains. Frames for many subscribers are built once, HTTP's chunked
 * coding included, and handed to each socket as they are.
 *
 * To do without this, emit the messages on the Observable's subscriber instead: subscribers receive the same events.
 */
export class Outlet {
  private constructor(
    private readonly socket: Socket,
    private readonly chunked: boolean,
  ) {}

  /**
   * Opens the stream with this frame, and takes over its connection.
   *
   * @returns `undefined` where the client has left before, or has sent more requests on the connection.
   */
  static takeOver(
    nest: Subscriber<MessageEvent>,
    response: Response,
    opening: MessageEvent,
  ): Outlet | undefined {
    const { socket } = response.req;
    const isAlone = claimForStream(socket);
    if (!isAlone) closeAfter(response);
    beginStream(response).write(frame(opening));
    const { chunkedEncoding } = response;
    if (isAlone) release(response);
    else response.end();
    // Nest sends a head of its own unless the response has ended.
    nest.complete();
    return isAlone && socket.writable ? new Outlet(socket, chunkedEncoding) : undefined;
  }

  /** @returns whether the socket takes more; where not, it emits `drain` when it does. */
  write({ chunked, plain }: Chunk): boolean {
    return this.socket.write(this.chunked ? chunked : plain);
  }

  /** Bytes that the socket has not handed to the kernel. */
  get pending(): number {
    return this.socket.writableLength;
  }

  /** Bytes that the kernel has taken, ever: it grows while the client reads, however slowly. */
  get taken(): number {
    const { _handle: handle } = this.socket as Socket & { _handle?: { writeQueueSize: number } };
    return this.socket.bytesWritten - this.socket.writableLength - (handle?.writeQueueSize ?? 0);
  }

  on(event: 'drain' | 'close', listener: () => void): void {
    this.socket.on(event, listener);
  }

  /** Ends the stream, and the connection with it as soon as all is written. */
  end(): void {
    if (this.chunked) this.socket.write('0\r\n\r\n');
    this.socket.destroySoon();
  }

  /** Drops the connection with what waits in it. */
  cut(): void {
    this.socket.destroy();
  }
}

/** Ends a response for node, and neither its body, by the last chunk, nor its connection. */
function release(response: Response): void {
  const { socket } = response.req;
  const isLast = !response.chunkedEncoding || !response.shouldKeepAlive;
  // Node calls it once for a connection that ends with the response.
  if (isLast) socket.destroySoon = () => Reflect.deleteProperty(socket, 'destroySoon');
  // A stream may be silent for longer than an idle connection.
  response.once('finish', () => socket.setTimeout(0));
  // Node collects what is written in one turn of the event loop; that is still to be a chunk.
  response.uncork();
  response.chunkedEncoding = false;
  response.end();
}
