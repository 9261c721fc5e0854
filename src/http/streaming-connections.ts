import type { NextFunction, Request, Response } from 'express';
import type { Socket } from 'node:net';

const streaming = new WeakSet<Socket>();
const pipelined = new WeakSet<Socket>();

/** Whether a connection carries an open stream: nothing else can be answered on it. */
export const isStreaming = (socket: Socket): boolean => streaming.has(socket);

/**
 * Marks a connection as carrying a stream from now on.
 *
 * @returns whether it may: a stream has to be alone, and its client has not sent more requests at once.
 */
export function claimForStream(socket: Socket): boolean {
  streaming.add(socket);
  return !pipelined.has(socket);
}

/** Closes a stream whose client sends one more request on its connection: an answer would end up inside it. */
export function keepStreamsAlone(request: Request, response: Response, next: NextFunction): void {
  const { socket } = request;
  if (streaming.has(socket)) return void socket.destroy();
  // Behind an answer that is still on its way, node gives a response no socket yet (RFC 9112, 9.3.2).
  if (!response.socket) pipelined.add(socket);
  next();
}
