/** Stable codes of the errors of this package. A problem document of the server has codes of its own. */
export type FollowErrorCode =
  | 'network'
  | 'not-an-event-stream'
  | 'gave-up'
  | 'silent'
  | 'fast-loop'
  | 'snapshot'
  | 'token'
  | 'header'
  | 'reset'
  | 'handler'
  | (string & {});

/** Anything that keeps a stream from being followed. The message says what to check. */
export class FollowError extends Error {
  override readonly name: string = 'FollowError';
  readonly code: FollowErrorCode;

  constructor(code: FollowErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether another attempt may succeed without any change. */
  get isTemporary(): boolean {
    return !['header', 'reset', 'handler'].includes(this.code);
  }
}

/**
 * A problem document (RFC 9457). For a JSON error of NestJS it has the `title` and `detail` of that error. It is empty if
 * the response had neither, such as that of a proxy.
 */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly [member: string]: unknown;
}

/**
 * The server refused a request.
 *
 * `code` is the last part of the problem's `type`, such as `not-signed-in` of
 * `urn:carillon:problem:not-signed-in`, or `http-<status>` if the response had no problem document.
 */
export class ProblemError extends FollowError {
  override readonly name = 'ProblemError';
  /** The HTTP status. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly problem: Problem;
  /** In seconds, from the header `Retry-After`; `null` if there is none. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Problem, retryAfter: number | null = null) {
    const title = problem.title ?? `HTTP status ${status}`;
    const detail = problem.detail ?? `The server answered with status ${status}.`;
    super(codeOf(status, problem), `${title}: ${detail}`);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** 408, 425, 429 and 5xx. */
  override get isTemporary(): boolean {
    return this.status >= 500 || [408, 425, 429].includes(this.status);
  }
}

/** The cursor is of no use to the server, and the options have no `snapshot` to read. */
export class ResetError extends FollowError {
  override readonly name = 'ResetError';
  /** Why: `unknown` or `expired`. */
  readonly reason: string;
  /** Where the current state can be read, if the server names a URL. */
  readonly snapshot: string | null;
  /** The head of the log. Return `{ cursor: error.cursor }` to continue there, without the events before it. */
  readonly cursor: string | null;

  constructor(reason: string, snapshot: string | null, cursor: string | null) {
    super(
      'reset',
      `The server cannot continue from the cursor (${reason}): events are missing. ` +
        'Pass `snapshot`, so that the current state is read again.',
    );
    this.reason = reason;
    this.snapshot = snapshot;
    this.cursor = cursor;
  }
}

/** A handler threw, and the options have no `snapshot` to start over from. `cause` is what it threw. */
export class HandlerError extends FollowError {
  override readonly name = 'HandlerError';
  /** The type of the event. */
  readonly type: string;

  constructor(type: string, cause: unknown) {
    super('handler', `The handler of "${type}" threw. The event has not been handled.`, { cause });
    this.type = type;
  }
}

/** @returns the error for a response that is not 2xx. */
export async function problemErrorOf(response: Response): Promise<ProblemError> {
  return new ProblemError(
    response.status,
    await problemOf(response),
    retryAfterOf(response.headers),
  );
}

async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get('Content-Type') ?? '';
  if (type.includes('application/problem+json')) return objectOf(response);
  if (type.includes('application/json')) return problemOfNest(await objectOf(response));
  return discard(response);
}

const objectOf = async (response: Response): Promise<Problem> =>
  Object(await response.json().catch(() => ({}))) as Problem;

/** NestJS answers `{ statusCode, error, message }` by default. `message` is a list for an invalid body. */
function problemOfNest({ error, message }: Problem): Problem {
  const detail = Array.isArray(message) ? message.join('; ') : message;
  return {
    ...(typeof error === 'string' && { title: error }),
    ...(typeof detail === 'string' && detail !== '' && { detail }),
  };
}

export function fastLoopError(streams: number): FollowError {
  return new FollowError(
    'fast-loop',
    `${streams} streams in a row ended without an event or a heartbeat. Attempts are slowed down. Check: ` +
      'does a proxy buffer the response or cut it (turn buffering off, set its read timeout to more than two heartbeats); ' +
      'is the origin of the page refused (CORS); ' +
      'does another client sign in with the same session or token and end this one.',
  );
}

export function silentError(milliseconds: number): FollowError {
  return new FollowError(
    'silent',
    `The stream was silent for ${Math.round(milliseconds / 1000)} s, although the server sends heartbeats. ` +
      'If this repeats, check whether a proxy buffers the response.',
  );
}

/** The usual reason why a header is there and cannot be read. */
export const EXPOSED =
  'A response of another origin has to name that header in Access-Control-Expose-Headers.';

export function noCursorError(instead: unknown): FollowError {
  return new FollowError(
    'snapshot',
    `\`snapshot\` has to resolve to a cursor, such as the header Last-Event-ID, and not to '${String(instead)}'. ${EXPOSED}`,
  );
}

export function slowSnapshotError(milliseconds: number): FollowError {
  return new FollowError(
    'snapshot',
    `The snapshot took more than ${Math.round(milliseconds / 1_000)} s.`,
  );
}

export function headerError(): FollowError {
  return new FollowError(
    'header',
    'The headers cannot be sent: the token has to be a non-empty string without line breaks.',
  );
}

export function snapshotErrorOf(cause: unknown): FollowError {
  if (cause instanceof FollowError) return cause;
  return new FollowError('snapshot', 'The snapshot could not be read.', { cause });
}

/** @param data of the `reset` frame. */
export function resetErrorOf(data: string, cursor: string | null): ResetError {
  const { reason = 'unknown', snapshot = null } = parsedReset(data);
  return new ResetError(reason, snapshot, cursor);
}

function parsedReset(data: string): { readonly reason?: string; readonly snapshot?: string } {
  try {
    return JSON.parse(data) as { reason?: string; snapshot?: string };
  } catch {
    return {};
  }
}

function codeOf(status: number, { type }: Problem): string {
  const code = type?.split(/[:/]/).at(-1);
  return code === undefined || code === '' || type === 'about:blank' ? `http-${status}` : code;
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function retryAfterOf(headers: Headers): number | null {
  const value = headers.get('Retry-After');
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.ceil(seconds));
}

/** A body that nobody reads keeps its connection. */
async function discard(response: Response): Promise<Problem> {
  await response.body?.cancel().catch(() => {});
  return {};
}
