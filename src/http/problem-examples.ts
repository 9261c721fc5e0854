import type { Type } from '@nestjs/common';
import { unauthenticated } from './caller.js';
import { keyInProgress, keyReused } from './key-problems.js';
import { changed } from './preconditions.js';
import { Problem, type ProblemCode, type ProblemDocument, PROBLEMS } from './problems.js';
import { tooManyWrites } from './rate-limit.js';
import { bodyOf, propertiesOf, queryOf, type Route } from './route-input.js';
import { unexpectedProperties, unknownParameter } from './strict-input.js';
import { refusalOf } from './validation.js';

const EXAMPLE_REQUEST = 'b2d3a1c4-0f5e-4a6b-8c7d-9e0f1a2b3c4d';

/** The typical `detail` of a problem, for operations without one of their own. */
const TYPICAL: Partial<Record<ProblemCode, string | Problem>> = {
  unauthenticated: unauthenticated(),
  'cross-site-request':
    'Pages of https://elsewhere.example are not allowed to send this request. The operator can allow them in CORS_ORIGINS.',
  'recipient-unavailable': 'This user does not accept direct messages or invitations.',
  'request-in-progress': keyInProgress(),
  'precondition-failed': changed('"…"'),
  'content-too-large': 'The body is too large. The maximum is 101376 bytes.',
  'unsupported-media-type': 'Content-Type is text/plain. Send JSON in UTF-8 as application/json.',
  'misdirected-request':
    '"elsewhere.example" is not in PUBLIC_URL. The operator must add its URL to PUBLIC_URL, or make the proxy forward the Host header of the browser.',
  'idempotency-key-reused': keyReused(),
  'too-many-requests': tooManyWrites(6000, 5),
  'internal-error':
    'The server failed to process the request. The log has the details under the request id.',
  unavailable: 'The database cannot be reached or written. Try again later.',
};

/**
 * An example of a problem document for a route. The errors of bodies and parameters come from the validation of its own
 * classes, so they name its own properties.
 *
 * @param detail what is wrong in this operation, or the complete problem.
 */
export function exampleOf(
  code: ProblemCode,
  route: Route,
  detail?: string | Problem,
): ProblemDocument {
  return documentOf(problemOf(code, route, detail));
}

/** The document of a problem with an example request id. */
export const documentOf = (problem: Problem): ProblemDocument => problem.document(EXAMPLE_REQUEST);

function problemOf(
  code: ProblemCode,
  route: Route,
  detail: string | Problem | undefined = TYPICAL[code],
): Problem {
  if (detail instanceof Problem) return detail;
  if (detail !== undefined) return new Problem(code, detail);
  const body = bodyOf(route)?.type;
  if (code === 'validation-failed')
    return body ? refusedBody(body) : unexpectedProperties(['misspelt']);
  if (code === 'invalid-parameter') return refusedQuery(route);
  if (code === 'malformed-request') return new Problem(code, malformed(body !== undefined));
  return new Problem(code, `${PROBLEMS[code].title}.`);
}

const malformed = (hasBody: boolean): string =>
  hasBody
    ? 'The body is not JSON: Unexpected end of JSON input.'
    : 'The request has several Host headers. Send exactly one.';

/** The problem of an empty body, or of one whose first property has the wrong type. */
function refusedBody(type: Type<object>): Problem {
  const samples = [{}, ...propertiesOf(type).map((name) => ({ [name]: 0 }))];
  const refusal = firstRefusal(samples, type, 'body');
  if (!refusal)
    throw new Error(
      `${type.name} accepts every sample, so there is no example of a validation error.`,
    );
  return refusal;
}

/** The problem of a parameter with an invalid value, or of a misspelled parameter. */
function refusedQuery(route: Route): Problem {
  const type = queryOf(route)?.type;
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
