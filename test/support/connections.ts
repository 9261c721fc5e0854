import { ENGINES } from './engines.js';

/** Both ways in which a stream is written, for `describe.each`: both send the same bytes. */
export const CONNECTIONS = [
  { connection: 'the socket', settings: { STREAM_DIRECT: 'true' } },
  { connection: 'the response', settings: { STREAM_DIRECT: 'false' } },
];

/** Both engines, and both ways on the first of them: an engine does not know how a stream is written. */
export const ENGINES_AND_CONNECTIONS = [
  ...ENGINES.map((engine) => Object.assign({}, engine, CONNECTIONS[0]!)),
  { ...ENGINES[0]!, ...CONNECTIONS[1]! },
];
