import { Problem } from '../http/problems.js';

/** What a client is answered with that does not accept an event stream. */
export const streamsOnly = (): Problem =>
  new Problem('not-acceptable', 'This is an event stream; accept text/event-stream.');
