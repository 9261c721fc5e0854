import { HttpException } from '@nestjs/common';
import type { LimitName } from './limit-names.js';

/**
 * All errors of the API. The codes are stable: programs can rely on them. `docs/problems.md` describes the meaning of
 * each code and what to do.
 */
export const PROBLEMS = {
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'invalid-parameter': { status: 400, title: 'A parameter is not valid' },
  unauthenticated: { status: 401, title: 'Authentication required' },
  forbidden: { status: 403, title: 'You are not allowed to do this' },
  'cross-site-request': { status: 403, title: 'This request is not allowed from other sites' },
  'recipient-unavailable': {
    status: 403,
    title: 'This user does not accept direct messages or invitations',
  },
  'not-found': { status: 404, title: 'Nothing was found at this address' },
  'method-not-allowed': { status: 405, title: 'This address does not support this method' },
  'not-acceptable': {
    status: 406,
    title: 'The response is not available in the requested format',
  },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'request-in-progress': {
    status: 409,
    title: 'A request with this idempotency key is still in progress',
  },
  conflict: { status: 409, title: 'The request conflicts with the current state' },
  'precondition-failed': { status: 412, title: 'The resource does not have the expected version' },
  'content-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': {
    status: 415,
    title: 'The format of the body is not supported',
  },
  'range-not-satisfiable': { status: 416, title: 'The requested range is not in the file' },
  'expectation-failed': { status: 417, title: 'The Expect header is not supported' },
  'misdirected-request': { status: 421, title: 'This service does not use this host name' },
  'validation-failed': { status: 422, title: 'The body is not valid' },
  'idempotency-key-reused': {
    status: 422,
    title: 'This idempotency key was used for another request',
  },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Internal server error' },
  unavailable: { status: 503, title: 'The service is temporarily unavailable' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** The error of one property or parameter: RFC 9457, section 3, example of a validation error. */
export interface FieldError {
  /** The name of the property or parameter. */
  readonly field: string;
  /** Its location in the body, as a JSON Pointer in a URI fragment (RFC 6901, section 6). */
  readonly pointer?: string;
  readonly detail: string;
}

export interface ProblemExtras {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Additional members of the document. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** The exceeded limit, for the metrics. */
  readonly limit?: LimitName | undefined;
  /** Only for the log. */
  readonly cause?: unknown;
  /** The id of the affected user, only for the security log. */
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

/** The response for a problem, independent of how it is written. */
export function problemAnswer(problem: Problem, requestId?: string) {
  const body = JSON.stringify(problem.document(requestId));
  const headers: Record<string, string> = {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    // Every 401 has a challenge (RFC 9110, 11.6.1), here for bearer tokens (RFC 6750, 3).
    ...(problem.code === 'unauthenticated' && { 'WWW-Authenticate': 'Bearer realm="Carillon"' }),
    ...problem.extras.headers,
  };
  return { status: problem.getStatus(), headers, body };
}

export const problemTypeUri = (code: ProblemCode): string => `urn:carillon:problem:${code}`;

/** The problem of one invalid property of a body. `detail` states the requirement. */
export function invalidProperty(field: string, detail: string): Problem {
  const errors = [{ field, pointer: `#/${field}`, detail }];
  return new Problem('validation-failed', `${field} ${detail}.`, { errors });
}

/**
 * The problem of an exceeded limit. `allowance` is a sentence that states the limit.
 *
 * @param limit its name in the metrics.
 * @param seconds after which the client can try again.
 */
export const tooManyRequests = (
  limit: LimitName,
  allowance: string,
  seconds: number,
  extras: ProblemExtras = {},
): Problem =>
  new Problem('too-many-requests', `${allowance} Try again in ${seconds} s.`, {
    ...extras,
    limit,
    headers: { 'Retry-After': String(seconds) },
  });

/** Maximum length of a `detail` in UTF-16 code units. It can quote data of the client. */
const MAX_DETAIL_LENGTH = 2000;

/** Truncates a text that is too long, with an ellipsis. */
export const shorten = (text: string, maxLength: number): string =>
  text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).toWellFormed()}…`;

/** An error that is reported to the client. */
export class Problem extends HttpException {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(shorten(detail, MAX_DETAIL_LENGTH), PROBLEMS[code].status, { cause: extras.cause });
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
