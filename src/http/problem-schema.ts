import { PROBLEMS, type ProblemCode, problemTypeUri } from './problems.js';

/** The schema of a problem document. It is open: a problem may have further members (RFC 9457, section 3.2). */
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
      description: 'The kind of problem. It is stable: a client may act on it.',
    },
    title: { type: 'string', description: 'The kind of problem in words.' },
    status: {
      type: 'integer',
      minimum: 400,
      maximum: 599,
      description: 'The status code of the response.',
    },
    detail: {
      type: 'string',
      description: 'What is wrong with this request, and what would be right.',
    },
    requestId: {
      type: 'string',
      description: 'The id under which the request is logged, as in `X-Request-Id`.',
    },
    errors: {
      type: 'array',
      description: 'Each property or parameter that is not valid.',
      items: {
        type: 'object',
        required: ['field', 'detail'],
        properties: {
          field: { type: 'string', description: 'The name of the property or parameter.' },
          pointer: {
            type: 'string',
            format: 'uri-reference',
            description:
              'Where it is in the body: a JSON Pointer in a URI fragment (RFC 6901, section 6).',
          },
          detail: { type: 'string', description: 'What it must be.' },
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
