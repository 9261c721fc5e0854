import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { ENTITY_TAGS } from './entity-tags.js';
import { exampleOf } from './problem-examples.js';
import {
  type Problem,
  PROBLEM_TYPE,
  type ProblemCode,
  type ProblemDocument,
  PROBLEMS,
} from './problems.js';
import { tooManyReads } from './rate-limit.js';

const PROBLEM_SCHEMA = { $ref: '#/components/schemas/Problem' };

/** The problems of every write of a signed-in caller. A body is read and checked even where none is expected. */
export const WRITE_PROBLEMS = [
  'malformed-request',
  'unauthenticated',
  'cross-site-request',
  'too-many-requests',
  'content-too-large',
  'unsupported-media-type',
  'validation-failed',
] as const;

/** The problems of every POST with an `Idempotency-Key`. */
export const KEY_PROBLEMS = ['request-in-progress', 'idempotency-key-reused'] as const;

/** Problems by code, each with the `detail` of this operation. */
type Details = Partial<Record<ProblemCode, string | Problem>>;
type Described = ProblemCode | Details;

/** Documents the problems of an operation, one response for each status. Every operation can get an unknown parameter. */
export const ApiProblems = (...problems: Described[]): MethodDecorator =>
  ApiUnlimitedProblems(...problems, 'invalid-parameter', 'too-many-requests');

/** The same for an operation without quotas: a health check, or a stream, which is closed instead. */
export function ApiUnlimitedProblems(...problems: Described[]): MethodDecorator {
  const details: Details = Object.assign({}, ...problems.filter((one) => typeof one === 'object'));
  const codes = problems.flatMap((one) =>
    typeof one === 'string' ? one : (Object.keys(one) as ProblemCode[]),
  );
  const byStatus = Map.groupBy(
    [...new Set<ProblemCode>([...codes, 'misdirected-request', 'internal-error', 'unavailable'])],
    (code) => PROBLEMS[code].status,
  );
  // Pages of other origins may read, but not write.
  if (!codes.includes('cross-site-request'))
    details['too-many-requests'] ??= tooManyReads(60_000, 5);
  return (target, key, descriptor) => {
    const responses = [...byStatus].map(([status, sameStatus]) =>
      ApiResponse({
        status,
        ...problemResponse(sameStatus, (code) => exampleOf(code, { target, key }, details[code])),
      }),
    );
    applyDecorators(...responses)(target, key, descriptor);
  };
}

/** The response to problems of one status, with an example of each. */
export const problemResponse = (
  codes: readonly ProblemCode[],
  example: (code: ProblemCode) => ProblemDocument,
) => ({
  description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
  headers: problemHeaders(codes),
  content: {
    [PROBLEM_TYPE]: {
      schema: PROBLEM_SCHEMA,
      examples: Object.fromEntries(codes.map((code) => [code, lazyExample(code, example)])),
    },
  },
});

/** Computed when a description is built: 50 ms of CPU time for all operations, which a start does not need. */
const lazyExample = (code: ProblemCode, example: (code: ProblemCode) => ProblemDocument) => ({
  summary: PROBLEMS[code].title,
  get value() {
    return example(code);
  },
});

function problemHeaders(codes: readonly ProblemCode[]) {
  const { status } = PROBLEMS[codes[0]!];
  const isTemporary = [429, 503].includes(status) || codes.includes('request-in-progress');
  return {
    ...(isTemporary && pickHeaders('Retry-After')),
    ...(status === 401 && pickHeaders('WWW-Authenticate')),
    ...(status === 412 && pickHeaders('ETag')),
    ...(status === 415 && pickHeaders('Accept-Post', 'Accept-Patch', 'Accept-Encoding')),
  };
}

const text = (description: string, example: string, pattern?: string) => ({
  description,
  schema: { type: 'string' as const, ...(pattern && { pattern }) },
  example,
});

const MEDIA_TYPES = 'application/json, application/merge-patch+json';

/** The headers of responses: the `headers` of the components of the document. */
export const documentedHeaders = {
  'Retry-After': {
    description: 'The number of seconds to wait before you try again.',
    schema: { type: 'integer' as const, minimum: 1 },
    example: 5,
  },
  'WWW-Authenticate': text('How to authenticate (RFC 6750, section 3).', 'Bearer realm="Carillon"'),
  'Accept-Post': text(
    'The supported media types of a body, if the method is not PATCH.',
    MEDIA_TYPES,
  ),
  'Accept-Patch': text('The supported media types of a body, if the method is PATCH.', MEDIA_TYPES),
  'Accept-Encoding': text(
    'The supported content coding of a body, if the request uses another one.',
    'gzip',
  ),
  'X-Request-Id': text(
    'The id of the request in the log: the `X-Request-Id` of the request if that is valid.',
    'b2d3a1c4-0f5e-4a6b-8c7d-9e0f1a2b3c4d',
    '^[A-Za-z0-9_.:/+=-]{1,128}$',
  ),
  ETag: text(
    'The version of the representation, for `If-Match` and `If-None-Match`.',
    '"Q2FyaWxsb24gcmluZ3MgYQ"',
  ),
  'Last-Event-ID': text(
    'The cursor of this snapshot. Open the stream at this cursor to miss no event.',
    '6b1f0c2a-1042',
    '^[0-9a-f]{8}-[0-9]+$',
  ),
  'Last-Seq': text('The `seq` of the last message in the room.', '1042', '^[0-9]+$'),
  'Member-Count': text('How many members the room has.', '42', '^[0-9]+$'),
  'Preference-Applied': text(
    'The preference that was applied: `return=minimal` or `return=representation` (RFC 7240).',
    'return=minimal',
  ),
  'Idempotency-Replayed': text(
    'An earlier request with the same `Idempotency-Key` was carried out; this one was not.',
    'true',
  ),
  'Set-Cookie': text(
    'The session cookie for browsers: `HttpOnly`, `SameSite=Lax`, and `Secure` except on localhost over plain HTTP.',
    '__Host-carillon_session=carillon_…; Path=/; HttpOnly; Secure; SameSite=Lax',
  ),
  'Content-Disposition': text(
    'Asks browsers to save the response as a file.',
    'attachment; filename="carillon-export.json"',
  ),
  'RateLimit-Policy': text(
    'The number of writes that one address may make (`q`) in a number of seconds (`w`).',
    '"writes";q=6000;w=60',
  ),
  RateLimit: text(
    'The number of writes that are left (`r`), and of seconds until all are available again (`t`).',
    '"writes";r=5999;t=60',
  ),
};

export const pickHeaders = (...names: (keyof typeof documentedHeaders)[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** The `Link` header of a list. `describeLinks` adds the example. */
export const linkToPages = () => ({
  Link: text('The previous and the next page, if they exist (RFC 8288).', ''),
});

/** The `Location` of a created resource, with an example URL. */
export const location = (what: string, example: string) => ({
  Location: text(`The URL of ${what}.`, example),
});

const requestHeader = (name: string, description: string, schema: object) =>
  ApiHeader({ name, description, required: false, schema: { type: 'string', ...schema } });

/** Documents the `Prefer` header of an operation whose response body is optional. */
export const ApiPrefer = () =>
  requestHeader(
    'Prefer',
    '`return=minimal` asks for a response without a body, which has the status 204 (RFC 7240, section 4.2). `Preference-Applied` confirms it.',
    { examples: ['return=minimal'] },
  );

/** The schema of `If-Match` and `If-None-Match`. */
export const TAGS = {
  type: 'string' as const,
  pattern: ENTITY_TAGS,
  examples: ['"Q2FyaWxsb24gcmluZ3MgYQ"'],
};

/** Documents the preconditions of a write. */
export const ApiPreconditions = () =>
  applyDecorators(
    requestHeader(
      'If-Match',
      'The `ETag` of the version that you read. If it is no longer current, nothing is changed, and the response is 412 (RFC 9110, section 13.1.1).',
      TAGS,
    ),
    requestHeader(
      'If-None-Match',
      'An `ETag`. If it is the current one, nothing is changed, and the response is 412 (RFC 9110, section 13.1.2).',
      TAGS,
    ),
  );

/**
 * Documents the key that every POST accepts, except those that handle secrets. Has no example: each request needs its
 * own key.
 */
export const ApiIdempotencyKey = () =>
  requestHeader(
    'Idempotency-Key',
    'A new UUID for each new request, with or without double quotes. For one day, a repeat with the same key and body is not carried out again; its response is the current state of the resource that the first request created, or an error if that resource no longer exists.',
    { pattern: '^([\\x21-\\x7e]{1,255}|"[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255}")$' },
  );
