import { PROBLEMS, type ProblemCode, problemTypeUri } from './problems.js';

/** The schema of a problem document. It is open: problems can have more members (RFC 9457, section 3.2). */
export const problemSchema = {
  type: 'object',
  description: 'A problem document (RFC 9457).',
  externalDocs: { url: 'https://www.rfc-editor.org/rfc/rfc9457', description: 'RFC 9457' },
  required: ['type', 'title', 'status', 'detail'],
  additionalProperties: true,
  properties: {
    type: {
      type: 'string',
      format: 'uri',
      enum: (Object.keys(PROBLEMS) as ProblemCode[]).map(problemTypeUri),
      description: 'The type of the problem. It is stable: programs can rely on it.',
    },
    title: { type: 'string', description: 'The type of the problem in words.' },
    status: {
      type: 'integer',
      minimum: 400,
      maximum: 599,
      description: 'The status code of the response.',
    },
    detail: {
      type: 'string',
      description: 'What is wrong with this request, and often what to do.',
    },
    requestId: {
      type: 'string',
      description:
        'The id of the request in the log. The header `X-Request-Id` has the same value.',
    },
    errors: {
      type: 'array',
      description: 'Each invalid property or parameter.',
      items: {
        type: 'object',
        required: ['field', 'detail'],
        properties: {
          field: { type: 'string', description: 'The name of the property or parameter.' },
          pointer: {
            type: 'string',
            format: 'uri-reference',
            description:
              'Its location in the body: a JSON Pointer in a URI fragment (RFC 6901, section 6).',
          },
          detail: { type: 'string', description: 'What is wrong with it, or what it must be.' },
        },
      },
    },
    checks: {
      type: 'object',
      description: 'The result of each check, if a health check fails.',
      additionalProperties: { $ref: '#/components/schemas/HealthIndicator' },
    },
  },
};
