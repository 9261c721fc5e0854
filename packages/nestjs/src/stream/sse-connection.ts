import type { Socket } from 'node:net';
import type { Chunk } from './chunk.js';

/**
 * The connection that carries one open stream. Both kinds send the same bytes: `DirectConnection` writes to the socket,
 * `ResponseConnection` to Nest's response.
 */
export interface SseConnection {
  /** Bytes that have not been handed to the kernel. */
  readonly pending: number;
  /** Bytes that the kernel has ever taken. The number grows while the client reads, however slowly. */
  readonly taken: number;

  /** @returns whether the connection takes more; if not, it emits `drain` when it does. */
  write(chunk: Chunk): boolean;

  on(event: 'drain' | 'close', work: () => void): void;

  /** Ends the stream, and its connection as soon as everything is written. */
  end(): void;

  /** Closes the connection and drops everything that waits in it. */
  cut(): void;
}

/** Bytes of a socket that the kernel has ever taken. */
export function bytesTaken(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { _handle?: { writeQueueSize: number } };
  return socket.bytesWritten - socket.writableLength - (handle?.writeQueueSize ?? 0);
}
