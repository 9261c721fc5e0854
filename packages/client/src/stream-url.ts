import type { Params } from './options.js';

export interface StreamAddress {
  readonly url: string;
  readonly topic?: string | readonly string[] | undefined;
  readonly params?: Params | undefined;
}

/**
 * The cursor goes into the URL: an `EventSource` sends no header of its own, and another origin would have to
 * allow the header in a preflight.
 */
export function streamUrl(
  { url, topic = [], params = {} }: StreamAddress,
  cursor: string | null,
): string {
  const query = new URLSearchParams();
  for (const name of [topic].flat()) query.append('topic', name);
  for (const [name, value] of Object.entries(params))
    for (const each of [value].flat()) query.append(name, each);
  if (cursor !== null) query.append('lastEventId', cursor);
  if (query.size === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${query.toString()}`;
}
