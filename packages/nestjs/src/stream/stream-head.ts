import type { Response } from 'express';

const HEAD = {
  'Content-Type': 'text/event-stream',
  // A proxy must not store, change or, as by compressing, hold back a stream.
  'Cache-Control': 'no-store, no-transform',
  // nginx passes each event on at once.
  'X-Accel-Buffering': 'no',
};

/** Writes the head of every event stream, also of one that is closed at once. The body follows from its first byte. */
export const writeHead = (response: Response): Response => response.writeHead(200, HEAD);

/**
 * Keeps Nest from writing to a response until `release` is called. Nest sends a head of its own and a blank line in the next
 * turn of the event loop, even while the handler is still at work, and then no error could be answered with a status. It
 * writes neither to a response that has ended.
 *
 * Call it after the handler has returned: Nest drops the result of a handler whose response has ended by then.
 */
export function holdHead(response: Response): () => void {
  // What logs the request has to see how it really ended.
  const get = (): boolean => !response.closed;
  Object.defineProperty(response, 'writableEnded', { configurable: true, get });
  return () => void Reflect.deleteProperty(response, 'writableEnded');
}
