import { EXPOSED, FollowError, problemErrorOf } from './errors.js';
import { MAX_DELAY } from './timer.js';

export interface ReadOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly credentials?: RequestCredentials | undefined;
  /** In ms; 20,000 by default. */
  readonly timeout?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
}

export interface ReadResult<Body> {
  readonly body: Body;
  /** The header `Last-Event-ID`: every event after it is newer than the body. */
  readonly cursor: string;
  /** The target of `rel="next"` in the header `Link` (RFC 8288), or `null` on the last page. */
  readonly next: string | null;
}

/**
 * Reads a snapshot with its cursor.
 *
 * @throws ProblemError if the response is not 2xx
 * @throws FollowError `snapshot` if the response has no `Last-Event-ID`; another origin has to expose that
 *   header (`Access-Control-Expose-Headers`)
 */
export async function readJson<Body>(
  url: string,
  {
    headers = {},
    signal,
    credentials = 'same-origin',
    timeout = 20_000,
    ...options
  }: ReadOptions = {},
): Promise<ReadResult<Body>> {
  const limit = AbortSignal.timeout(Math.min(timeout, MAX_DELAY));
  const response = await (options.fetch ?? fetch)(url, {
    headers: { Accept: 'application/json', ...headers },
    credentials,
    // From the HTTP cache it would come with a cursor that is too old.
    cache: 'no-store',
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
  if (!response.ok) throw await problemErrorOf(response);
  const cursor = response.headers.get('Last-Event-ID');
  if (cursor === null) throw noCursor(url);
  return { body: (await response.json()) as Body, cursor, next: nextOf(response) };
}

function noCursor(url: string): FollowError {
  return new FollowError(
    'snapshot',
    `The response of ${url} has no header Last-Event-ID that can be read. ${EXPOSED}`,
  );
}

function nextOf({ headers, url }: Response): string | null {
  const target = headers.get('Link')?.match(/<([^>]*)>[^<]*;\s*rel="?next"?/)?.[1];
  return target === undefined ? null : new URL(target, url).href;
}
