import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiUnlimitedProblems } from '../http/documented.js';
import { streamsOnly } from './streams-only.js';

interface Documentation {
  readonly operationId: string;
  readonly summary: string;
  /** What a stream is answered with of which the topics are unknown; nothing where it names none. */
  readonly notFound?: string;
}

/** Documents an event stream. Its frames are added by `describeStream`: the swagger module knows nothing of them. */
export function DocumentedStream({
  operationId,
  summary,
  notFound,
}: Documentation): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, summary }),
    ApiResponse({
      status: 200,
      description:
        'An event stream (HTML standard, 9.2) that stays open. A stream that cannot be opened now consists of a closing frame, whose `retry` says when to connect again: after a few seconds, or, when the read quota of the address is exceeded, once the quota is full again (70 s at most).',
      content: { 'text/event-stream': {} },
    }),
    ApiUnlimitedProblems('invalid-parameter', 'unauthenticated', {
      'not-acceptable': streamsOnly(),
      ...(notFound !== undefined && { 'not-found': notFound }),
    }),
  );
}
