import type { NextFunction, Request, Response } from 'express';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkOfAddress } from './client-address.js';
import type { LimitName } from './limit-names.js';

/**
 * Milliseconds until an idle connection is closed. Longer than the usual 60 s of proxies: the side that sends the
 * requests must close first, otherwise a request can arrive at a connection that is being closed.
 */
const KEEP_ALIVE = 75_000;
/** Milliseconds for which a closing connection still reads what its client sends. */
const LINGER_TIME = 2000;

const lingering = new WeakSet<Socket>();

/** Whether a connection is being closed. Data that still arrives on it is dropped. */
export const isLingering = (socket: Socket): boolean => lingering.has(socket);

export function keepIdleConnections(server: Server): void {
  server.keepAliveTimeout = KEEP_ALIVE;
}

/**
 * Limits the connections of a process and those of one network, so that a client that opens many idle connections
 * leaves file descriptors for others. Trusted proxies are not limited, because they open connections for all of their
 * clients.
 */
export function limitConnections(
  server: Server,
  maximum: number,
  perNetwork: number,
  isTrusted: (address: string, hop: number) => boolean,
  exceeded: (limit: LimitName) => void,
): void {
  if (Number.isFinite(maximum)) server.maxConnections = maximum;
  server.on('drop', () => exceeded('open_files'));
  const limit = perNetwork > 0 ? Math.min(perNetwork, Math.ceil(maximum / 2)) : Infinity;
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    if (isTrusted(address, 0)) return;
    const network = networkOfAddress(address);
    const count = (open.get(network) ?? 0) + 1;
    if (count > limit) {
      exceeded('CONNECTIONS_MAX_PER_ADDRESS');
      return void socket.destroy();
    }
    open.set(network, count);
    // Not `once`, which would keep 200 bytes more for each connection.
    socket.on('close', () => {
      const left = open.get(network)! - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
  });
}

/**
 * Middleware: closes the connection after the response if the client asks for that (RFC 9112, 9.6) or the process shuts
 * down.
 */
export const closeConnections =
  (isStopping: () => boolean) =>
  (request: Request, response: Response, next: NextFunction): void => {
    // A server must not process requests after the one that closes the connection.
    if (lingering.has(request.socket)) return;
    if (!response.shouldKeepAlive || isStopping()) closeAfter(response);
    next();
  };

/**
 * Closes the connection after this response, and drops what the client still sends until then (RFC 9112, 9.6). Closing
 * a socket with unread data resets the connection, and the client or proxy would lose the response.
 */
export function closeWithoutReading(response: ServerResponse): void {
  const { socket } = response.req;
  closeAfter(response);
  // Node calls this when the response is written.
  socket.destroySoon = () => linger(socket);
}

/** The same for a connection on which no request was parsed. */
export function endWithoutReading(socket: Socket, bytes: string): void {
  socket.write(bytes);
  linger(socket);
}

function linger(socket: Socket): void {
  lingering.add(socket);
  socket.end();
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_TIME);
  socket.once('close', () => clearTimeout(timer));
}

/** Closes the connection after this response, whose head has not been sent yet. */
export function closeAfter(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  response.setHeader('Connection', 'close');
}
