import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ApiUnlimitedProblems } from '../http/documented.js';
import { Problem } from '../http/problems.js';
import { EventOfPage, EventsPage } from './events-page.js';

interface Documentation {
  readonly operationId: string;
  readonly summary: string;
  /** The `detail` of the 404 for unknown topics; omitted for a stream that takes no topics. */
  readonly notFound?: string;
  /** Whether clients that accept JSON get pages. */
  readonly hasPages?: boolean;
}

/** Documents an event stream. `describeStream` adds its frames, which the swagger module does not support. */
export function DocumentedStream({
  operationId,
  summary,
  notFound,
  hasPages = false,
}: Documentation): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, summary }),
    ...(hasPages ? [ApiExtraModels(EventsPage, EventOfPage)] : []),
    ApiResponse({
      status: 200,
      description:
        'An event stream (HTML standard, 9.2) that stays open. A stream that cannot be opened now consists of a closing frame, whose `retry` says when to connect again: after a few seconds, or, when the read quota of the address is exceeded, once the quota is full again (70 s at most).',
      content: {
        'text/event-stream': {},
        ...(hasPages && {
          'application/json': { schema: { $ref: getSchemaPath(EventsPage) } },
        }),
      },
    }),
    ApiUnlimitedProblems('invalid-parameter', 'unauthenticated', {
      'not-acceptable': new Problem(
        'not-acceptable',
        'This is an event stream; accept text/event-stream.',
      ),
      ...(notFound !== undefined && { 'not-found': notFound }),
    }),
  );
}
