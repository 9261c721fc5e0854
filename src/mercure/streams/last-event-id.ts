import type { Request } from 'express';

/** Node reads and writes headers as Latin-1, and ids are UTF-8. */
const inUtf8 = (header: string): string => Buffer.from(header, 'latin1').toString();
export const inHeader = (id: string): string => Buffer.from(id).toString('latin1');

/**
 * The event after which a subscriber wants to continue. The header wins. An id of the query is moved into the header, where
 * `Streams` looks for it.
 */
export function takeLastEventId(
  request: Request,
  fromQuery: string | undefined,
): string | undefined {
  const header = request.get('Last-Event-ID');
  if (header) return inUtf8(header);
  if (fromQuery !== undefined) request.headers['last-event-id'] = inHeader(fromQuery);
  return fromQuery;
}
