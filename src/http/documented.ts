import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { PROBLEM_TYPE, type ProblemCode, PROBLEMS, problemTypeUri } from './problems.js';

const PROBLEM_SCHEMA = { $ref: '#/components/schemas/Problem' };

/** What any write of a caller who is signed in may be answered with. */
export const WRITE_PROBLEMS = [
  'malformed-request',
  'unauthenticated',
  'cross-site-request',
  'too-many-requests',
] as const;

/** What a request with a body may be answered with. */
export const BODY_PROBLEMS = [
  'content-too-large',
  'unsupported-media-type',
  'validation-failed',
] as const;

/** Documents the problems that an operation may answer with, one response for each status. */
export const ApiProblems = (...codes: ProblemCode[]): MethodDecorator =>
  ApiUnlimitedProblems(...codes, 'too-many-requests');

/** The same for an operation that answers without regard to quotas: a health check, or a stream, which ends instead. */
export function ApiUnlimitedProblems(...codes: ProblemCode[]): MethodDecorator {
  const byStatus = Map.groupBy(
    [...new Set<ProblemCode>([...codes, 'misdirected-request', 'internal-error', 'unavailable'])],
    (code) => PROBLEMS[code].status,
  );
  return applyDecorators(
    ...[...byStatus].map(([status, sameStatus]) =>
      ApiResponse({
        status,
        description: sameStatus.map((code) => PROBLEMS[code].title).join('; '),
        ...(status === 401 && { headers: { 'WWW-Authenticate': challenge } }),
        ...(status === 409 && { headers: { 'Retry-After': retryAfter } }),
        ...(status === 412 && { headers: pickHeaders('ETag') }),
        ...(status === 429 && { headers: { 'Retry-After': retryAfter, ...rateLimitHeaders } }),
        ...(status === 503 && { headers: { 'Retry-After': retryAfter } }),
        content: { [PROBLEM_TYPE]: { schema: PROBLEM_SCHEMA, examples: examplesOf(sameStatus) } },
      }),
    ),
  );
}

const examplesOf = (codes: readonly ProblemCode[]) =>
  Object.fromEntries(
    codes.map((code) => [
      code,
      { value: { type: problemTypeUri(code), ...PROBLEMS[code], detail: PROBLEMS[code].title } },
    ]),
  );

const text = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const },
  example,
});

const retryAfter = {
  description: 'Seconds after which to try again.',
  schema: { type: 'integer' as const },
  example: 5,
};

const challenge = text(
  'Which credentials would be right (RFC 6750, 3).',
  'Bearer realm="Carillon"',
);

const rateLimitHeaders = {
  'RateLimit-Policy': text(
    'The allowance: so many writes in so many seconds.',
    '"writes";q=6000;w=60',
  ),
  RateLimit: text(
    'What is left of it, and the seconds until it is full again.',
    '"writes";r=5999;t=60',
  ),
};

/** Headers that answers carry. */
export const documentedHeaders = {
  'X-Request-Id': text(
    'The id under which the request is logged.',
    'b2d3a1c4-0f5e-4a6b-8c7d-9e0f1a2b3c4d',
  ),
  ETag: text('The version of the representation, for `If-Match`.', '"Q2FyaWxsb24gcmluZ3MgYQ"'),
  Location: text('Where the new one is.', '/api/users/019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071'),
  Link: text(
    'The next page, where there is one (RFC 8288).',
    '</api/users?limit=100&order=asc&after=AYb…>; rel="next"',
  ),
  'Last-Event-ID': text('The cursor of this snapshot: open the stream from it.', '6b1f0c2a-1042'),
  'Last-Seq': text('The `seq` of the last message of the room.', '1042'),
  'Preference-Applied': text('That `Prefer: return=minimal` was followed.', 'return=minimal'),
  'Idempotency-Replayed': text('That this answer is that of an earlier request.', 'true'),
  'Set-Cookie': text(
    'The session, for a browser: `HttpOnly`, `SameSite=Lax`, and `Secure` but on this machine.',
    '__Host-carillon_session=carillon_…; Path=/; HttpOnly; Secure; SameSite=Lax',
  ),
  ...rateLimitHeaders,
};

export const pickHeaders = (...names: (keyof typeof documentedHeaders)[]) =>
  Object.fromEntries(names.map((name) => [name, documentedHeaders[name]]));

const requestHeader = (name: string, description: string, example: string) =>
  ApiHeader({ name, description, required: false, schema: { type: 'string', example } });

export const ApiPrefer = () =>
  requestHeader(
    'Prefer',
    '`return=minimal` leaves out the body of the answer (RFC 7240).',
    'return=representation',
  );

export const ApiIfMatch = () =>
  requestHeader(
    'If-Match',
    'The `ETag` that you read: 412 where it has changed since (RFC 9110).',
    '*',
  );

export const ApiIdempotencyKey = () =>
  requestHeader(
    'Idempotency-Key',
    'A new UUID for each new request: a repeat with the same key is not carried out, for a day, and is answered with the current state.',
    '"0b9f4b9e-6a52-4b7e-9d5c-3f1f7d3f0a11"',
  );
