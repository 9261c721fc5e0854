import { HttpException } from '@nestjs/common';

/**
 * Every error that the API answers with. The codes are stable: a client may act on them.
 * `docs/problems.md` says of each what it means and what to do about it.
 */
export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'invalid-parameter': { status: 400, title: 'A parameter of the request is not valid' },
  unauthenticated: { status: 401, title: 'Authentication required' },
  forbidden: { status: 403, title: 'You are not allowed to do this' },
  'cross-site-request': { status: 403, title: 'Pages of other sites are not allowed to do this' },
  'recipient-unavailable': {
    status: 403,
    title: 'This user does not accept direct messages or invitations',
  },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'method-not-allowed': { status: 405, title: 'This address does not support this method' },
  'not-acceptable': {
    status: 406,
    title: 'The response is not available in a requested format',
  },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'request-in-progress': {
    status: 409,
    title: 'A request with this key is still in progress',
  },
  conflict: { status: 409, title: 'This conflicts with the current state' },
  'precondition-failed': { status: 412, title: 'It has changed since you read it' },
  'content-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is in an unsupported format',
  },
  'expectation-failed': { status: 417, title: 'The header Expect is not supported' },
  'misdirected-request': { status: 421, title: 'This service is not reachable under this host' },
  'validation-failed': { status: 422, title: 'The body is not valid' },
  'idempotency-key-reused': { status: 422, title: 'This key was used for another request' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'The service is temporarily unavailable' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** What is wrong with one part of a request: RFC 9457, section 3, the example of a validation error. */
export interface FieldError {
  /** The name of the property, or of the parameter. */
  readonly field: string;
  /** Where it is in the body, as a JSON Pointer in a URI fragment (RFC 6901, section 6). */
  readonly pointer?: string;
  readonly detail: string;
}

export interface ProblemExtras {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the document. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** For the log alone. */
  readonly cause?: unknown;
  /** The id of the user whom it is about, for the security log alone. */
  readonly subject?: string;
}

/** A problem document (RFC 9457): `application/problem+json` on the wire. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId?: string;
  readonly errors?: readonly FieldError[];
}

export const PROBLEM_TYPE = 'application/problem+json';

/** What goes out for a problem, over whatever writes it. */
export function problemAnswer(problem: Problem, requestId?: string) {
  const body = JSON.stringify(problem.document(requestId));
  const headers: Record<string, string> = {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    // The challenge of any 401 (RFC 9110, 11.6.1), for bearer tokens (RFC 6750, 3).
    ...(problem.code === 'unauthenticated' && { 'WWW-Authenticate': 'Bearer realm="Carillon"' }),
    ...problem.extras.headers,
  };
  return { status: problem.getStatus(), headers, body };
}

export const problemTypeUri = (code: ProblemCode): string => `urn:carillon:problem:${code}`;

/** That one property of a body is not valid: `detail` says what it must be. */
export function invalidProperty(field: string, detail: string): Problem {
  const errors = [{ field, pointer: `#/${field}`, detail }];
  return new Problem('validation-failed', `${field} ${detail}.`, { errors });
}

/**
 * That a limit is exceeded: `allowance` is the sentence that says what is allowed.
 *
 * @param seconds after which to try again.
 */
export const tooManyRequests = (
  allowance: string,
  seconds: number,
  extras: ProblemExtras = {},
): Problem =>
  new Problem('too-many-requests', `${allowance} Try again in ${seconds} s.`, {
    ...extras,
    headers: { 'Retry-After': String(seconds) },
  });

/** UTF-16 code units of a `detail`: it repeats what the client has sent. */
const LONGEST_DETAIL = 2000;

/** The beginning of a text that is too long, with an ellipsis. */
export const shorten = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;

/** An error that is told to the client. */
export class Problem extends HttpException {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(shorten(detail, LONGEST_DETAIL), PROBLEMS[code].status, { cause: extras.cause });
  }

  document(requestId?: string): ProblemDocument {
    const { status, title } = PROBLEMS[this.code];
    const { errors, members } = this.extras;
    return {
      type: problemTypeUri(this.code),
      title,
      status,
      detail: this.message,
      ...(requestId && { requestId }),
      ...(errors && { errors }),
      ...members,
    };
  }
}
