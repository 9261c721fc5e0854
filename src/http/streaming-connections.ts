import type { NextFunction, Request, Response } from 'express';
import type { Socket } from 'node:net';

const streaming = new WeakSet<Socket>();

/** Connections that carry an open stream: nothing else can be answered on one. */
export const StreamingConnections = {
  add: (socket: Socket): void => void streaming.add(socket),
  has: (socket: Socket): boolean => streaming.has(socket),
};

/** Closes a stream whose client sends one more request on its connection: an answer would end up inside it. */
export function refuseRequestsOnStreams(
  { socket }: Request,
  _response: Response,
  next: NextFunction,
): void {
  if (streaming.has(socket)) socket.destroy();
  else next();
}
