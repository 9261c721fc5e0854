import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const streaming = new WeakSet<Socket>();
const pipelined = new WeakSet<Socket>();

/** Whether a connection carries an open stream: nothing else can be answered on it. */
export const isStreaming = (socket: Socket): boolean => streaming.has(socket);

/** Whether a connection may carry a stream: a stream has to be alone, and its client has not sent more requests at once. */
export const mayStream = (socket: Socket): boolean => !pipelined.has(socket);

/**
 * Marks a connection as carrying a stream from now on.
 *
 * @returns whether it may.
 */
export function claimForStream(socket: Socket): boolean {
  streaming.add(socket);
  return mayStream(socket);
}

/** Remembers a connection whose client has sent a request before the response to the one before was complete. */
export function notePipelined(socket: Socket, response: ServerResponse): void {
  // A response has no socket yet while an earlier one is still being sent (RFC 9112, 9.3.2).
  if (!response.socket) pipelined.add(socket);
}

/** Whether the client has closed its connection: nothing can be answered, and Nest may have ended the response. */
export const hasLeft = ({ socket }: IncomingMessage): boolean => !socket.writable;

/** Closes the connection after this response, which has not begun. */
export function closeAfter(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  response.setHeader('Connection', 'close');
}
