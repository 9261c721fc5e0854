import type { Request } from 'express';

/**
 * Whether a client prefers JSON to an event stream (RFC 9110, 12.5.1). Without a preference, as with curl, it gets the
 * stream.
 */
export const prefersJson = (request: Request): boolean =>
  request.accepts(['text/event-stream', 'application/json']) === 'application/json';
