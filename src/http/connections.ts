import type { NextFunction, Request, Response } from 'express';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkOfAddress } from './client-address.js';
import { connectionMaximum } from './descriptors.js';

/**
 * Milliseconds for which an idle connection is kept. Longer than the 60 s of the usual proxies: whoever closes first must
 * be the one that sends the requests, or a request can meet the closing and fail.
 */
const KEEP_ALIVE = 75_000;
/** Milliseconds for which a connection that is closed still takes what its client sends. */
const LINGER = 2000;

const lingering = new WeakSet<Socket>();

/** Whether a connection is being closed: what still arrives on it is dropped. */
export const isLingering = (socket: Socket): boolean => lingering.has(socket);

export function keepIdleConnections(server: Server): void {
  server.keepAliveTimeout = KEEP_ALIVE;
}

/**
 * Bounds the connections of a process, and those of one network: a client that opens many and says nothing leaves
 * descriptors for the others. A trusted proxy opens connections for all of its clients, and is not limited.
 */
export function limitConnections(
  server: Server,
  perNetwork: number,
  isTrusted: (address: string, hop: number) => boolean,
): void {
  const maximum = connectionMaximum();
  if (Number.isFinite(maximum)) server.maxConnections = maximum;
  const limit = perNetwork > 0 ? Math.min(perNetwork, Math.ceil(maximum / 2)) : Infinity;
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    if (isTrusted(address, 0)) return;
    const network = networkOfAddress(address);
    const count = (open.get(network) ?? 0) + 1;
    if (count > limit) return void socket.destroy();
    open.set(network, count);
    socket.once('close', () => {
      const left = open.get(network)! - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
  });
}

/** Middleware: closes the connection after a response where the client asks for that (RFC 9112, 9.6), or the process stops. */
export const closeConnections =
  (isStopping: () => boolean) =>
  (request: Request, response: Response, next: NextFunction): void => {
    // A server must not process what follows the request after which it closes.
    if (lingering.has(request.socket)) return;
    if (!response.shouldKeepAlive || isStopping()) closeAfter(response);
    next();
  };

/**
 * Closes the connection after this response, and until then drops what the client still sends (RFC 9112, 9.6). Closed with
 * unread data, the connection would be reset, and the client, or the proxy, would lose the response.
 */
export function closeWithoutReading(response: ServerResponse): void {
  const { socket } = response.req;
  closeAfter(response);
  // Node calls it when the response is written.
  socket.destroySoon = () => linger(socket);
}

/** The same for what never became a request. */
export function endWithoutReading(socket: Socket, bytes: string): void {
  socket.write(bytes);
  linger(socket);
}

function linger(socket: Socket): void {
  lingering.add(socket);
  socket.end();
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER);
  socket.once('close', () => clearTimeout(timer));
}

/** Closes the connection after this response, which has not begun. */
export function closeAfter(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  response.setHeader('Connection', 'close');
}
