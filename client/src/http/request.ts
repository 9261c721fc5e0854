import { problemOf } from './problem.js';
import { reportSignedOut } from './signed-out.js';

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface Received<Body> {
  readonly body: Body;
  readonly headers: Headers;
}

/** No response arrived. The server may have carried out the request. */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
}

const TIME_LIMIT = 20_000;

/**
 * Sends and receives JSON.
 *
 * @throws ProblemError if the status is not 2xx
 * @throws NoResponseError if there is no response, or not in time
 */
export async function request<Body>(
  url: string,
  { method = 'GET', headers = {}, body, signal }: RequestOptions = {},
): Promise<Received<Body>> {
  const timeLimit = AbortSignal.timeout(TIME_LIMIT);
  const response = await responded(() =>
    fetch(url, {
      method,
      headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeLimit]) : timeLimit,
      // A snapshot from the HTTP cache would have the wrong cursor.
      cache: 'no-store',
    }),
  );
  if (response.status === 401) reportSignedOut();
  if (!response.ok) throw await responded(() => problemOf(response));
  const empty = response.status === 204;
  return {
    body: empty ? (undefined as Body) : await responded(() => response.json() as Promise<Body>),
    headers: response.headers,
  };
}

async function responded<T>(receive: () => Promise<T>): Promise<T> {
  try {
    return await receive();
  } catch (cause) {
    throw new NoResponseError('No response from the server', { cause });
  }
}
