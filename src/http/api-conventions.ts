import type { OpenAPIObject } from '@nestjs/swagger';
import { ACCESS_EXTENSION, type Access } from './caller.js';
import { CODINGS } from './content-codings.js';
import { describeLinks } from './described-links.js';
import {
  type Answer,
  answersOf,
  type Described,
  type Operation,
  operationsOf,
  type Parameter,
  parametersOf,
  type Security,
  takes,
} from './described-operations.js';
import { addProblem } from './described-problems.js';
import { pickHeaders, TAGS } from './documented.js';
import { noCoding } from './negotiated-reads.js';
import { changed, noTags } from './preconditions.js';

type Schema = Record<string, unknown>;

const JSON_TYPE = 'application/json';
const MERGE_PATCH = 'application/merge-patch+json';

/**
 * Adds to each operation what applies to every route: who may use it, its request and response headers, and that
 * unknown properties are refused.
 */
export function describeConventions(
  document: OpenAPIObject,
  securityOf: (access: Access) => Security,
): void {
  for (const described of operationsOf(document)) {
    describeAccess(described, securityOf);
    describeRepeats(described);
    describePreference(described);
    describeVersions(described);
    describeHeaders(described);
    describeLinks(described);
    describeBody(described, document);
  }
}

const addHeaders = (answer: Answer, ...names: Parameters<typeof pickHeaders>): void => {
  answer.headers = { ...answer.headers, ...pickHeaders(...names) };
};

function describeAccess({ operation }: Described, securityOf: (access: Access) => Security): void {
  const extended = operation as Operation & { [ACCESS_EXTENSION]?: Access };
  operation.security = securityOf(extended[ACCESS_EXTENSION] ?? 'signed-in');
  delete extended[ACCESS_EXTENSION];
}

function describeRepeats({ operation }: Described): void {
  if (!takes(operation, 'Idempotency-Key')) return;
  const answers = answersOf(operation, /^2/).map(([, answer]) => answer);
  for (const answer of answers) addHeaders(answer, 'Idempotency-Replayed');
  if (!answers.some(({ content }) => content)) return;
  for (const [, answer] of answersOf(operation, /^404$/))
    answer.description +=
      ' A repeat with the same `Idempotency-Key` also gets it if the resource that the first request created no longer exists, or the caller may no longer see it.';
}

/** With `return=minimal`, 200 and 201 become 204 with the same headers (RFC 7240, 4.2). */
function describePreference({ operation }: Described): void {
  if (!takes(operation, 'Prefer')) return;
  const answers = answersOf(operation, /^20[01]$/);
  for (const [, answer] of answers) addHeaders(answer, 'Preference-Applied');
  const statuses = answers.map(([status]) => status).join(' or ');
  operation.responses['204'] = {
    description: `Like ${statuses}, but without a body, because the request has \`Prefer: return=minimal\`.`,
    headers: Object.assign({}, ...answers.map(([, { headers }]) => headers)),
  };
}

/** Every read has an entity tag, and gets 304 if the client already has that version (RFC 9110, 13.1.2). */
function describeVersions({ method, operation }: Described): void {
  if (method !== 'get') return;
  const [[, found] = []] = answersOf(operation, /^200$/);
  const isJson = found?.content?.[JSON_TYPE] && !found.headers?.['Content-Disposition'];
  if (!found || !(isJson || found.headers?.['ETag'])) return;
  addHeaders(found, 'ETag');
  operation.parameters = [...parametersOf(operation), ifMatch, ifNoneMatch];
  operation.responses['304'] = {
    description: '`If-None-Match` names the current version. The response has no body.',
    headers: pickHeaders('ETag'),
  };
  addProblem(operation, noTags('If-Match'));
  if (isJson) addProblem(operation, noCoding(CODINGS));
  addProblem(operation, changed('"…"'));
}

const tags = (
  name: string,
  description: string,
  schema: NonNullable<Parameter['schema']>,
): Parameter => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
});

const ifMatch = tags(
  'If-Match',
  'The `ETag` that you expect. If it is not the current one, the response is 412 (RFC 9110, section 13.1.1).',
  TAGS,
);

/** Has no pattern: a malformed value gets the current version, not an error. */
const ifNoneMatch = tags(
  'If-None-Match',
  'The `ETag` that you have. If it is still the current one, the response is 304 without a body (RFC 9110, section 13.1.2).',
  { type: 'string', examples: TAGS.examples },
);

function describeHeaders({ method, operation }: Described): void {
  for (const [, answer] of answersOf(operation, /./)) addHeaders(answer, 'X-Request-Id');
  if (method === 'get') return;
  for (const [, answer] of answersOf(operation, /^(2|429)/))
    addHeaders(answer, 'RateLimit', 'RateLimit-Policy');
}

/**
 * The validation refuses unknown properties of every body. Responses can gain properties. A PATCH body is a JSON Merge
 * Patch (RFC 7396) with either media type.
 */
function describeBody({ method, operation }: Described, { components }: OpenAPIObject): void {
  const { requestBody } = operation;
  if (!requestBody || !('content' in requestBody)) return;
  requestBody.required = true;
  if (method === 'patch') requestBody.content[MERGE_PATCH] = requestBody.content[JSON_TYPE]!;
  const schemas = components!.schemas as Record<string, Schema>;
  const media = requestBody.content[JSON_TYPE] as { schema: Schema } | undefined;
  if (!media) return;
  const alternatives = media.schema['oneOf'] as Schema[] | undefined;
  for (const one of alternatives ?? [media.schema]) {
    const { $ref: reference } = one;
    if (typeof reference !== 'string') continue;
    const name = reference.split('/').at(-1)!;
    schemas[name]!['additionalProperties'] = false;
  }
  if (!alternatives) return;
  // Some generators create types only for components, and would lose an inline schema.
  const name = `${operation.operationId!.replace(/^./, (first) => first.toUpperCase())}Body`;
  schemas[name] = media.schema;
  media.schema = { $ref: `#/components/schemas/${name}` };
}

/**
 * Moves `example` of schemas, which OpenAPI 3.1 deprecates, to `examples`. Swagger UI fills in `example` everywhere,
 * but `examples` only in bodies. The example of a header or query parameter is rarely the value that a user wants to
 * send.
 */
export function modernizeExamples(document: OpenAPIObject): void {
  for (const schema of Object.values(document.components!.schemas!) as Schema[])
    for (const one of [schema, ...Object.values(schema['properties'] ?? {})] as Schema[])
      modernize(one);
  for (const { operation } of operationsOf(document))
    for (const parameter of parametersOf(operation)) {
      const schema = parameter.schema as Schema;
      modernize(schema, parameter as unknown as Schema);
      modernize(schema);
    }
}

function modernize(schema: Schema, from: Schema = schema): void {
  if (from['example'] === undefined) return;
  schema['examples'] = [from['example']];
  delete from['example'];
}
