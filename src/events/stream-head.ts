import type { Response } from 'express';

const HEAD = {
  'Content-Type': 'text/event-stream',
  // What a proxy must neither keep nor change, nor, as with compression, hold back.
  'Cache-Control': 'no-store, no-transform',
  // nginx passes each event on as it comes.
  'X-Accel-Buffering': 'no',
};

/** Writes the head of every event stream, and of one that is closed at once. Its body follows, from its first byte. */
export const beginStream = (response: Response): Response => response.writeHead(200, HEAD);

/**
 * Keeps a response as it is until `release` is called. Nest sends a head and a blank line in the next turn of the event
 * loop, while the stream may still be opened, and takes them for sent afterwards.
 */
export function holdHead(response: Response): () => void {
  // oxlint-disable-next-line typescript/unbound-method -- they are put back where they were
  const { writeHead, flushHeaders, write } = response;
  Object.assign(response, {
    writeHead: () => response,
    flushHeaders: () => undefined,
    write: () => true,
  });
  return () => void Object.assign(response, { writeHead, flushHeaders, write });
}
