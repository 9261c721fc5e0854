import type { Socket } from 'node:net';

/** The log messages of requests whose connections were handed over. */
const messages = new WeakMap<Socket, string>();

/**
 * Hands a connection over to its request, whose response may never end. No other response is written to the connection,
 * not even an error.
 *
 * @param message the log message of the request.
 */
export const handOver = (socket: Socket, message: string): void =>
  void messages.set(socket, message);

/** The log message of a request whose connection was handed over; `undefined` for other requests. */
export const handOverMessage = (socket: Socket): string | undefined => messages.get(socket);

export const isHandedOver = (socket: Socket): boolean => messages.has(socket);
