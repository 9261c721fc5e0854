import { type DescribedEvent, frame } from '@carillon/nestjs/internal';
import type { OpenAPIObject } from '@nestjs/swagger';
import { exampleOf, type Schemas } from './example-of.js';
import { COMMON_EVENTS } from './stream-events.js';

/** A stream in the API descriptions. */
export interface DescribedStream {
  readonly path: string;
  /** The path of the state to which its events apply. */
  readonly snapshot: string;
  readonly events: readonly DescribedEvent[];
  /** Whether it also has topics of other programs. */
  readonly isOpen?: boolean;
}

/**
 * Adds the events of a stream to the API's description: a component for each, and `itemSchema` for the stream (OpenAPI
 * 3.2, "Special Considerations for Server-Sent Events"). The data are a JSON string, as on the wire.
 *
 * @param url the URL of the service, for the examples.
 */
export function describeStream(
  document: OpenAPIObject,
  stream: DescribedStream,
  url: string,
): void {
  const operation = document.paths[stream.path]!.get!;
  operation.description = descriptionOf(stream, url);
  operation.externalDocs = {
    description: 'The same streams as AsyncAPI',
    url: `${url}/api/asyncapi.json`,
  };
  const frames = { RetryFrame: retryFrame, ...eventSchemas(stream) };
  const schemas = { ...document.components!.schemas, EventId: eventId, ...frames };
  document.components!.schemas = schemas;
  const { content } = operation.responses['200'] as { content: Record<string, object> };
  content['text/event-stream'] = {
    itemSchema: { oneOf: Object.keys(frames).map(referenceTo) },
    examples: framesOf(stream, schemas),
  };
}

const allOf = ({ events }: DescribedStream) => [...events, ...COMMON_EVENTS];

function descriptionOf(stream: DescribedStream, url: string): string {
  const { path, snapshot, events, isOpen } = stream;
  const parts = [
    'Sends each event once and in order. Every event that is stored has an `id`, the cursor after it: a client that reconnects with it misses nothing and receives nothing twice. The connection may end at any time.',
    howToSubscribe(`${url}${path}`, `${url}${snapshot}`, events[0]!.type),
    tableOf(allOf(stream)),
  ];
  if (isOpen)
    parts.push('Events on topics of other programs have the types and data that those define.');
  return parts.join('\n\n');
}

function eventSchemas(stream: DescribedStream) {
  const all = allOf(stream);
  const own = all.map((event) => [componentName(event.type), eventSchema(event)] as const);
  const other = stream.isOpen && { OtherEvent: otherEvent(all.map(({ type }) => type)) };
  return { ...Object.fromEntries(own), ...other };
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

/** The events that other programs record on their own topics. Their schemas are unknown. */
const otherEvent = (types: string[]) => ({
  type: 'object' as const,
  description:
    'An event that another program recorded on a topic of its own, with a type and data as that program defines them.',
  required: ['event', 'id', 'data'],
  properties: {
    event: {
      type: 'string',
      not: { enum: types },
      description: 'The type of the event.',
      example: 'order.placed',
    },
    id: {
      type: 'string',
      description:
        'The id that the program gave the event, or the cursor after it. A stream continues from either.',
      example: '6b1f0c2a-1043',
    },
    data: {
      type: 'string',
      contentMediaType: 'application/json',
      contentSchema: {
        description: 'An object, or the text of an event that consists of text.',
        anyOf: [
          { type: 'object', additionalProperties: true, examples: [{ orderId: 7 }] },
          { type: 'string' },
        ],
      },
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
    retry: {
      type: 'integer' as const,
      minimum: 0,
      description: 'The delay in milliseconds.',
      example: 2140,
    },
    id: {
      type: 'string' as const,
      description:
        'The cursor at which the stream starts. In a closing frame, the cursor that the client asked for.',
      example: '6b1f0c2a-1041',
    },
  },
  not: { required: ['data'], properties: { data: {} } },
};

/** An example of each kind of frame, as it is sent. */
function framesOf({ events, snapshot }: DescribedStream, schemas: Schemas) {
  const { type, data } = events[0]!;
  const example = JSON.stringify(exampleOf(referenceTo(data.name), schemas));
  const reset = JSON.stringify({ reason: 'expired', snapshot });
  return {
    opening: { value: frame({ retry: 2140, id: '6b1f0c2a-1041' }) },
    event: { value: frame({ type, id: '6b1f0c2a-1042', data: example }) },
    heartbeat: { value: frame({ type: 'heartbeat', id: '6b1f0c2a-1042', data: '{}' }) },
    reset: { value: frame({ type: 'reset', id: '6b1f0c2a-1042', data: reset }) },
    closing: { value: frame({ retry: 1320 }) },
  };
}

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

Subscribe from a page, starting at a snapshot. The browser reconnects by itself, with the cursor of the last event:

\`\`\`js
const response = await fetch('${snapshot}');
const state = await response.json();
const cursor = response.headers.get('Last-Event-ID');
const events = new EventSource('${stream}?lastEventId=' + cursor);
events.addEventListener('${event}', ({ data }) => console.log(JSON.parse(data)));
\`\`\`

Outside a browser, send the header \`Authorization: Bearer <token>\` to sign in. "Try it out" in Swagger UI ends the stream after five seconds and shows what has arrived.`;
