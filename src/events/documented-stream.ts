import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiUnlimitedProblems } from '../http/documented.js';

interface Documentation {
  readonly operationId: string;
  readonly summary: string;
  /** What a stream is answered with of which the topics are unknown; nothing where it names none. */
  readonly notFound?: string;
}

/** Documents an event stream. Its events are added by `describeStream`: the swagger module knows nothing of them. */
export function DocumentedStream({
  operationId,
  summary,
  notFound,
}: Documentation): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, summary }),
    ApiResponse({
      status: 200,
      description: 'An event stream (HTML standard, 9.2) that stays open.',
      content: { 'text/event-stream': { examples: FRAMES } },
    }),
    ApiUnlimitedProblems('invalid-parameter', 'unauthenticated', 'not-acceptable', {
      ...(notFound !== undefined && { 'not-found': notFound }),
    }),
  );
}

const USER =
  '{"id":"019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071","firstname":"John","lastname":"DOE","createdAt":"2026-03-01T12:00:00.000Z","updatedAt":"2026-03-01T12:00:00.000Z"}';

const FRAMES = {
  opening: { value: 'retry: 2140\nid: 6b1f0c2a-1041\n\n' },
  event: { value: `event: update\nid: 6b1f0c2a-1042\ndata: ${USER}\n\n` },
  heartbeat: { value: 'event: heartbeat\nid: 6b1f0c2a-1042\ndata: {}\n\n' },
  reset: {
    value:
      'event: reset\nid: 6b1f0c2a-1042\ndata: {"reason":"expired","snapshot":"/api/users"}\n\n',
  },
  closing: { value: 'retry: 1320\n\n' },
};
