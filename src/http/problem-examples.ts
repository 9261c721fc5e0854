import type { Type } from '@nestjs/common';
import { unauthenticated } from './caller.js';
import { keyInProgress, keyReused } from './key-problems.js';
import { changed } from './preconditions.js';
import { Problem, type ProblemCode, type ProblemDocument, PROBLEMS } from './problems.js';
import { tooManyWrites } from './rate-limit.js';
import { bodyTypeOf, propertiesOf, queryTypeOf, type Route } from './route-input.js';
import { unknownParameter } from './strict-input.js';
import { refusalOf } from './validation.js';

const EXAMPLE_REQUEST = 'b2d3a1c4-0f5e-4a6b-8c7d-9e0f1a2b3c4d';

/** What the `detail` says, where an operation has nothing of its own to say. */
const TYPICAL: Partial<Record<ProblemCode, string | Problem>> = {
  unauthenticated: unauthenticated(),
  'cross-site-request':
    'A page of https://elsewhere.example may not do this unless CORS_ORIGINS lists its origin.',
  'recipient-unavailable': 'This user does not accept direct messages or invitations.',
  'request-in-progress': keyInProgress(),
  'precondition-failed': changed('"…"'),
  'content-too-large': 'The body may have at most 101376 bytes.',
  'unsupported-media-type': 'Content-Type is text/plain; send JSON in UTF-8 as application/json.',
  'misdirected-request':
    '"elsewhere.example" is not in PUBLIC_URL. The operator has to add its URL there, or have the proxy pass on the Host that browsers send.',
  'idempotency-key-reused': keyReused(),
  'too-many-requests': tooManyWrites(6000, 5),
  'internal-error': 'The request failed. It is logged under its request id.',
  unavailable: 'The database cannot be reached or written. Try again later.',
};

/**
 * A problem document as the route answers with it. The errors of a body or of parameters are those that its own class
 * finds, so they name the properties of this operation.
 *
 * @param detail what is wrong, in the words of the operation; or all of the problem.
 */
export function exampleOf(
  code: ProblemCode,
  route: Route,
  detail?: string | Problem,
): ProblemDocument {
  return documentOf(problemOf(code, route, detail));
}

/** A problem as an example. */
export const documentOf = (problem: Problem): ProblemDocument => problem.document(EXAMPLE_REQUEST);

function problemOf(
  code: ProblemCode,
  route: Route,
  detail: string | Problem | undefined = TYPICAL[code],
): Problem {
  if (detail instanceof Problem) return detail;
  if (detail !== undefined) return new Problem(code, detail);
  const body = bodyTypeOf(route);
  if (code === 'validation-failed' && body) return refusedBody(body);
  if (code === 'invalid-parameter') return refusedQuery(route);
  if (code === 'malformed-request') return new Problem(code, malformed(body !== undefined));
  return new Problem(code, `${PROBLEMS[code].title}.`);
}

const malformed = (hasBody: boolean): string =>
  hasBody
    ? 'The body is not JSON: Unexpected end of JSON input.'
    : 'A request has one Host header, not several.';

/** What an empty body is answered with, or one whose first property is of another type. */
function refusedBody(type: Type<object>): Problem {
  const samples = [{}, ...propertiesOf(type).map((name) => ({ [name]: 0 }))];
  const refusal = firstRefusal(samples, type, 'body');
  if (!refusal) throw new Error(`${type.name} refuses nothing.`);
  return refusal;
}

/** What a parameter is answered with that has a value of no use, or that is misspelt. */
function refusedQuery(route: Route): Problem {
  const type = queryTypeOf(route);
  const samples = type ? propertiesOf(type).map((name) => ({ [name]: '?' })) : [];
  return (type && firstRefusal(samples, type, 'query')) ?? unknownParameter('misspelt', route);
}

function firstRefusal(
  samples: object[],
  type: Type<object>,
  kind: 'body' | 'query',
): Problem | undefined {
  for (const sample of samples) {
    const refusal = refusalOf(sample, type, kind);
    if (refusal) return refusal;
  }
  return undefined;
}
