import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiUnlimitedProblems } from '../http/documented.js';

interface Documentation {
  readonly operationId: string;
  readonly summary: string;
  /** What each event carries, by its name. */
  readonly events: Readonly<Record<string, string>>;
}

const CURSOR =
  'The cursor from which to go on: the `id` of the last event, or the `Last-Event-ID` of a snapshot; `earliest` for all that is kept. Without one, the stream begins now.';

/** Documents an event stream with its frames; the swagger module knows nothing of them. */
export function DocumentedStream({ operationId, summary, events }: Documentation): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, summary, description: describeEvents(events) }),
    ApiHeader({ name: 'Last-Event-ID', required: false, description: CURSOR }),
    ApiResponse({
      status: 200,
      description: 'An event stream (HTML standard, 9.2) that stays open.',
      content: { 'text/event-stream': { schema: { type: 'string' }, examples: FRAMES } },
    }),
    ApiUnlimitedProblems('invalid-parameter', 'unauthenticated', 'not-found', 'not-acceptable'),
  );
}

/** In Markdown: what a stream carries, by the names of its events. */
export function describeEvents(events: Readonly<Record<string, string>>): string {
  const rows = Object.entries({
    ...events,
    heartbeat: '`{}`, after some seconds of silence',
    reset:
      '`{"reason":"expired"|"unknown","snapshot":"<URL>"|null}`: the cursor is of no use; fetch the snapshot again',
  }).map(([name, data]) => `| \`${name}\` | ${data} |`);
  return [
    'Every event carries the `id` from which a new connection goes on. The connection may end at any time; come back with the last `id`, and nothing is missed or told twice.',
    ['| event | data |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

const USER =
  '{"id":"019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071","firstname":"John","lastname":"DOE","createdAt":"2026-03-01T12:00:00.000Z","updatedAt":"2026-03-01T12:00:00.000Z"}';

const FRAMES = {
  opening: { value: 'retry: 2140\nid: 6b1f0c2a-1041\n\n' },
  fact: { value: `event: update\nid: 6b1f0c2a-1042\ndata: ${USER}\n\n` },
  heartbeat: { value: 'event: heartbeat\nid: 6b1f0c2a-1042\ndata: {}\n\n' },
  reset: {
    value:
      'event: reset\nid: 6b1f0c2a-1042\ndata: {"reason":"expired","snapshot":"/api/users"}\n\n',
  },
  farewell: { value: 'retry: 1320\n\n' },
};
