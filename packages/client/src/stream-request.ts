import type { ConnectionOptions } from './connection-options.js';
import type { Credentials } from './credentials.js';
import { isEventSourceAvailable, openEventSource } from './event-source-transport.js';
import { openFetchStream } from './fetch-transport.js';
import { streamUrl } from './stream-url.js';
import type { OpenStream, TransportRequest } from './transport.js';

/** @param types of event to ask for; `null` for all. */
export function usesFetch(
  { transport = 'auto', headers, token, snapshot, cursor }: ConnectionOptions,
  types: readonly string[] | null,
): boolean {
  if (transport !== 'auto') return transport === 'fetch';
  // An EventSource does not see the id of the opening frame, nor events whose types it does not know.
  const blind = types === null || !(snapshot ?? cursor);
  return blind || headers !== undefined || token !== undefined || !isEventSourceAvailable();
}

export const transportOf = (isFetch: boolean): OpenStream =>
  isFetch ? openFetchStream : openEventSource;

export function requestOf(
  options: ConnectionOptions,
  credentials: Credentials,
  types: readonly string[] | null,
  cursor: string | null,
): TransportRequest {
  return {
    url: streamUrl(options, cursor),
    types: types ?? [],
    headers: () => credentials.headers(),
    credentials: options.credentials ?? 'same-origin',
    // Unbound: a browser's fetch refuses to be called as the method of something else.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
  };
}
