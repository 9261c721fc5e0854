import { FollowError } from './errors.js';
import { loadParser } from './load-parser.js';
import type { OpenStream } from './transport.js';

/**
 * Reads the stream with the browser's `EventSource` (WHATWG HTML, 9.2). It sends no headers, delivers only
 * the types it listens for, and reports neither the status nor `retry`. It never reconnects by itself
 * here, since it would do so after a delay that it does not reveal.
 */
export const openEventSource: OpenStream = ({ url, types, credentials }, sink) => {
  const source = new EventSource(url, { withCredentials: credentials === 'include' });
  source.addEventListener('open', () => {
    sink.onOpen();
    loadParser().catch(() => undefined);
  });
  source.addEventListener('error', () => {
    const { readyState } = source;
    source.close();
    sink.onEnd(readyState === EventSource.CLOSED ? gaveUp() : cut());
  });
  for (const type of new Set([...types, 'heartbeat', 'reset']))
    source.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
      // Events that were dispatched to a closed source are still delivered.
      if (source.readyState !== EventSource.CLOSED)
        sink.onFrame({ type, data, id: lastEventId === '' ? null : lastEventId });
    });
  return { close: () => source.close() };
};

export const isEventSourceAvailable = (): boolean =>
  typeof EventSource === 'function' && typeof document !== 'undefined';

const cut = (): FollowError => new FollowError('network', 'The connection was cut.');

/** For good: the response was not 200, or not an event stream. */
const gaveUp = (): FollowError =>
  new FollowError(
    'gave-up',
    'The EventSource failed without a reason: the response was not 200 or not an event stream. ' +
      'Unless `transport` is `event-source`, the next attempt uses fetch, which reports the reason.',
  );
