import type { OpenAPIObject } from '@nestjs/swagger';
import type { DescribedEvent } from './described-event.js';
import { COMMON_EVENTS } from './stream-events.js';

/** A stream as the API's descriptions have it. */
export interface DescribedStream {
  readonly path: string;
  /** The path of the state that its events are folded into. */
  readonly snapshot: string;
  readonly events: readonly DescribedEvent[];
}

/**
 * Adds the events of a stream to the API's description: a component for each, and `itemSchema` for the stream (OpenAPI
 * 3.2, "Special Considerations for Server-Sent Events"). The data are a string of JSON there, as on the wire.
 *
 * @param url where the service is reached, for the examples.
 */
export function describeStream(
  document: OpenAPIObject,
  { path, snapshot, events }: DescribedStream,
  url: string,
): void {
  const all = [...events, ...COMMON_EVENTS];
  const operation = document.paths[path]!.get!;
  operation.description = [
    'Sends each event once and in order. Every event has an `id`, the cursor after it: a client that comes back with it misses nothing and receives nothing twice. The connection may end at any time.',
    howToSubscribe(`${url}${path}`, `${url}${snapshot}`, events[0]!.type),
    tableOf(all),
  ].join('\n\n');
  operation.externalDocs = {
    description: 'The same streams as AsyncAPI',
    url: `${url}/api/asyncapi.json`,
  };
  const named = all.map((event) => [componentName(event.type), eventSchema(event)] as const);
  document.components!.schemas = {
    ...document.components!.schemas,
    EventId: eventId,
    RetryFrame: retryFrame,
    ...Object.fromEntries(named),
  };
  const { content } = operation.responses['200'] as { content: Record<string, object> };
  Object.assign(content['text/event-stream']!, {
    itemSchema: { oneOf: ['RetryFrame', ...named.map(([name]) => name)].map(referenceTo) },
  });
}

/** `message.posted` is `MessagePostedEvent`. */
const componentName = (type: string): string =>
  `${type
    .split('.')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Event`;

const referenceTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const eventSchema = ({ type, description, data, isTransient = false }: DescribedEvent) => ({
  type: 'object' as const,
  description: isTransient ? `${description} Has no \`id\`, and is not sent again.` : description,
  required: ['event', ...(isTransient ? [] : ['id']), 'data'],
  properties: {
    event: { type: 'string', const: type, description: 'The type of the event.' },
    ...(!isTransient && { id: referenceTo('EventId') }),
    data: {
      type: 'string',
      contentMediaType: 'application/json',
      contentSchema: referenceTo(data.name),
    },
  },
});

const eventId = {
  type: 'string' as const,
  pattern: '^[0-9a-f]{8}-[0-9]+$',
  description: 'The cursor after the event: the epoch of the log, and a position in it.',
  example: '6b1f0c2a-1042',
};

const retryFrame = {
  type: 'object' as const,
  description:
    'The first frame of a stream, or its closing frame. It has no data: it sets the cursor, and the delay before the client connects again.',
  required: ['retry'],
  properties: {
    retry: { type: 'integer' as const, minimum: 0, description: 'Milliseconds.', example: 2140 },
    id: referenceTo('EventId'),
  },
  not: { required: ['data'], properties: { data: {} } },
};

const tableOf = (events: readonly DescribedEvent[]): string =>
  [
    '| event | data | sent when |',
    '| --- | --- | --- |',
    ...events.map(
      ({ type, data, description, isTransient }) =>
        `| \`${type}\` | \`${data.name}\` | ${description}${isTransient ? ' Without an `id`, and not sent again.' : ''} |`,
    ),
  ].join('\n');

const howToSubscribe = (stream: string, snapshot: string, event: string): string => `\
Subscribe from a terminal:

\`\`\`sh
curl -N '${stream}'
\`\`\`

Subscribe from a page, from the moment of a snapshot on. The browser reconnects by itself, with the cursor of the last event:

\`\`\`js
const response = await fetch('${snapshot}');
const state = await response.json();
const cursor = response.headers.get('Last-Event-ID');
const events = new EventSource('${stream}?lastEventId=' + cursor);
events.addEventListener('${event}', ({ data }) => console.log(JSON.parse(data)));
\`\`\`

Outside a browser, send the header \`Authorization: Bearer <token>\` to sign in. "Try it out" in Swagger UI ends the stream after five seconds and shows what has arrived.`;
