import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ApiProblems, KEY_PROBLEMS, WRITE_PROBLEMS } from '../../http/documented.js';
import { Problem, tooManyRequests } from '../../http/problems.js';
import { NewEvent } from './new-event.js';
import { BODY_LIMITS, MAX_EVENTS } from './publish-body.js';
import { PublishedId } from './published-events.js';

const MIB = 1024 * 1024;
const one = { $ref: getSchemaPath(NewEvent) };
const answer = { $ref: getSchemaPath(PublishedId) };
const EXAMPLE = { topic: 'orders/42', type: 'order.shipped', data: { orderId: 42 } };

/** Documents `POST /api/events`. */
export const DocumentedPublication = (): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(NewEvent, PublishedId),
    ApiOperation({
      operationId: 'publishEvents',
      summary: 'Publish events',
      description: `Publishes one event, or up to ${MAX_EVENTS} events that are recorded together or not at all. When the response arrives, they are on disk. The caller needs a key or an access token that grants publishing on every topic. The body may have ${BODY_LIMITS.bytes / MIB} MiB.`,
    }),
    ApiBody({
      schema: {
        description: 'One event, or a list of events.',
        oneOf: [one, { type: 'array', items: one, minItems: 1, maxItems: MAX_EVENTS }],
      },
      examples: {
        one: { summary: 'One event', value: EXAMPLE },
        several: {
          summary: 'Several events',
          value: [EXAMPLE, { ...EXAMPLE, topic: ['orders/43', 'customers/7/orders'] }],
        },
      },
    }),
    ApiResponse({
      status: 201,
      description: 'The events are recorded. A list has one entry for each event, in their order.',
      schema: { oneOf: [answer, { type: 'array', items: answer }] },
    }),
    ApiProblems(...WRITE_PROBLEMS, ...KEY_PROBLEMS, {
      forbidden:
        'You may not publish on the topic "stock/7". You may publish on: orders/*, customers/*.',
      'not-found': 'The events were published, and are no longer kept.',
      'validation-failed': new Problem('validation-failed', 'topic is missing.', {
        errors: [{ field: 'topic', pointer: '#/topic', detail: 'is missing' }],
      }),
      'content-too-large': `The body is too large. The maximum is ${BODY_LIMITS.bytes} bytes.`,
      'too-many-requests': tooManyRequests(
        'PUBLISH_PER_MINUTE',
        'You can publish at most 6000 events per minute.',
        5,
      ),
    }),
  );
