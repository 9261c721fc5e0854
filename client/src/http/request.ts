import { problemOf } from './problem.js';
import { tellSignedOut } from './signed-out.js';

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface Answer<Body> {
  readonly body: Body;
  readonly headers: Headers;
}

/** No answer came: whether the server carried the request out is not known. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

const TIME_LIMIT = 20_000;

/**
 * Sends and receives JSON.
 *
 * @throws ProblemError when the answer is not 2xx
 * @throws NoAnswerError when there is none, or not in time
 */
export async function request<Body>(
  url: string,
  { method = 'GET', headers = {}, body, signal }: RequestOptions = {},
): Promise<Answer<Body>> {
  const timeLimit = AbortSignal.timeout(TIME_LIMIT);
  const response = await answered(() =>
    fetch(url, {
      method,
      headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeLimit]) : timeLimit,
      // A snapshot from the HTTP cache would come with a cursor that is not its own.
      cache: 'no-store',
    }),
  );
  if (response.status === 401) tellSignedOut();
  if (!response.ok) throw await answered(() => problemOf(response));
  const empty = response.status === 204;
  return {
    body: empty ? (undefined as Body) : await answered(() => response.json() as Promise<Body>),
    headers: response.headers,
  };
}

async function answered<T>(receive: () => Promise<T>): Promise<T> {
  try {
    return await receive();
  } catch (cause) {
    throw new NoAnswerError('No answer from the server', { cause });
  }
}
