import type { Response } from 'express';
import { DirectConnection } from './direct-connection.js';
import type { SseConnection } from './sse-connection.js';
import { writeHead } from './stream-head.js';
import { claimForStream, closeAfter } from './streaming-connections.js';

/** Writes the head of a stream and its opening frame, and opens its connection. */
export type Open = (response: Response, opening: string) => SseConnection;

/** Takes the socket over from Nest and node. */
export const openDirectly: Open = (response, opening) => DirectConnection.open(response, opening);

/**
 * Opens the connection of a stream.
 *
 * @param opening the frame.
 * @returns `undefined` if the client has left, or has sent more requests on the connection.
 */
export function openConnection(
  open: Open,
  response: Response,
  opening: string,
): SseConnection | undefined {
  const { socket } = response.req;
  if (!claimForStream(socket)) {
    closeAfter(response);
    writeHead(response).end(opening);
    return undefined;
  }
  const connection = open(response, opening);
  return socket.writable ? connection : undefined;
}
