import type { IncomingMessage } from 'node:http';

const STREAM = 'text/event-stream';

/** The most heads that are remembered, and the longest. */
const MAX_HEADS = 1000;
const MAX_LENGTH = 2000;

/**
 * Headers that make a request different from another one with the same head: credentials, which end, a body, what only one
 * of them wants, and what counts only if a trusted proxy sends it.
 */
const DISTINCT = new Set([
  'authorization',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'transfer-encoding',
  'upgrade',
  'x-forwarded-host',
  'x-request-id',
]);

/** Headers that differ between requests for which everything else is the same. These are read for each of them. */
const OWN = ['last-event-id', 'x-forwarded-for'];

/** The same, but nothing reads them: clients' addresses, and what proxies add to find a request in their logs. */
const UNREAD = [
  'b3',
  'baggage',
  'cf-connecting-ip',
  'cf-ipcountry',
  'cf-ray',
  'fastly-client-ip',
  'fly-client-ip',
  'fly-request-id',
  'sentry-trace',
  'traceparent',
  'tracestate',
  'true-client-ip',
  'via',
  'x-amz-cf-id',
  'x-amzn-trace-id',
  'x-b3-parentspanid',
  'x-b3-spanid',
  'x-b3-traceid',
  'x-client-ip',
  'x-cloud-trace-context',
  'x-correlation-id',
  'x-real-ip',
  'x-request-start',
];

const DIFFERENT = new Set([...OWN, ...UNREAD]);

export const acceptsStream = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers.accept?.includes(STREAM) ?? false;

/**
 * What two requests for a stream must have in common, so that what was decided for one holds for the other; `undefined` if no
 * other one can have it.
 */
export function headOf(
  request: Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'headers' | 'rawHeaders'>,
): string | undefined {
  const { method, url, httpVersion, headers, rawHeaders } = request;
  if (method !== 'GET' || httpVersion !== '1.1' || !acceptsStream({ headers })) return undefined;
  let head = url!;
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const name = rawHeaders[n]!.toLowerCase();
    if (DISTINCT.has(name)) return undefined;
    head += `\n${name}: ${DIFFERENT.has(name) ? '' : rawHeaders[n + 1]!}`;
  }
  return head;
}

/**
 * What was decided for heads, from the second time that one comes: heads that never come again must not displace those that do.
 */
export class RepeatedHeads<Decided> {
  readonly #seen = new Set<string>();
  readonly #decided = new Map<string, Decided>();

  get(head: string): Decided | undefined {
    return this.#decided.get(head);
  }

  add(head: string, decided: Decided): void {
    if (head.length > MAX_LENGTH || this.#decided.has(head)) return;
    if (this.#seen.delete(head)) {
      makeRoom(this.#decided);
      this.#decided.set(head, decided);
    } else {
      makeRoom(this.#seen);
      this.#seen.add(head);
    }
  }
}

/** Removes the oldest, if there are too many. */
function makeRoom(heads: Set<string> | Map<string, unknown>): void {
  if (heads.size >= MAX_HEADS) heads.delete(heads.keys().next().value!);
}
