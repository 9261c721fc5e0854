import type { MessageEvent } from '@nestjs/common';
import type { Response } from 'express';
import type { Socket } from 'node:net';
import type { Subscriber } from 'rxjs';
import { claimForStream } from '../http/streaming-connections.js';
import type { Chunk } from './chunk.js';

/**
 * The fast path: a connection that Nest's `@Sse()` has opened, and that is then written to directly.
 *
 * Nest answers the request, sends the headers and the opening message, and is then told that the stream is complete;
 * only the end of the response is kept from it. Node is told that the response is finished. So both let go of all that
 * they keep for a request (some 20 KiB), and what stays is a socket. What many listeners hear is framed once, HTTP's
 * chunked coding included, and handed to each socket as it is.
 *
 * To do without this, emit the messages on the Observable's subscriber instead: listeners hear the same.
 */
export class Outlet {
  private constructor(
    private readonly socket: Socket,
    private readonly chunked: boolean,
  ) {}

  /**
   * Has Nest open the stream with this message, and takes it over.
   *
   * @returns `undefined` where the client has left before, or has sent more requests on the connection.
   */
  static async takeOver(
    nest: Subscriber<MessageEvent>,
    response: Response,
    opening: MessageEvent,
  ): Promise<Outlet | undefined> {
    nest.next(opening);
    await endOfNest(nest, response);
    const { chunkedEncoding } = response;
    const { socket } = response.req;
    if (!claimForStream(socket)) socket.destroy();
    if (!socket.writable) return undefined;
    // Not where the connection ends with the answer: node would close it.
    if (chunkedEncoding && response.shouldKeepAlive) {
      response.emit('finish');
      socket.setTimeout(0);
    }
    return new Outlet(socket, chunkedEncoding);
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

/** Resolves where Nest would end the response: all before it is written, or the client has left. */
function endOfNest(nest: Subscriber<MessageEvent>, response: Response): Promise<void> {
  return new Promise((resolve) => {
    response.end = (): Response => {
      Reflect.deleteProperty(response, 'end');
      resolve();
      return response;
    };
    nest.complete();
  });
}
