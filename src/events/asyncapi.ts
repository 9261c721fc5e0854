import type { OpenAPIObject } from '@nestjs/swagger';
import { exampleOf, type Schema, type Schemas } from './example-of.js';

type Json = Readonly<Record<string, unknown>>;

interface Reference {
  readonly $ref: string;
}

interface StreamOperation {
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly description: string;
    readonly schema: Json;
  }[];
  readonly responses: {
    readonly '200'?: {
      readonly content?: {
        readonly 'text/event-stream'?: { readonly itemSchema: { readonly oneOf: Reference[] } };
      };
    };
  };
}

interface EventSchema {
  readonly description: string;
  readonly properties: {
    readonly event: Schema & { readonly const?: string };
    readonly id?: Schema;
    readonly data: { readonly contentSchema: Reference };
  };
}

/**
 * Describes the event streams of an OpenAPI document as AsyncAPI 3: a channel for each stream, and a message for each of
 * its events, with the same schemas.
 *
 * @param url the URL of the service.
 */
export function asyncApiOf(document: OpenAPIObject, url: string): Json {
  const schemas = document.components!.schemas as Schemas;
  const streams = streamsIn(document);
  const names = new Set(streams.flatMap(({ events }) => events));
  const messages = [...names].map((name) => [name, messageOf(name, schemas)] as const);
  const { title, version, license, contact } = document.info;
  const { host, protocol } = new URL(url);
  return {
    asyncapi: '3.1.0',
    info: {
      title: `${title}: event streams`,
      version,
      description:
        'Every event that Carillon sends to its subscribers, as Server-Sent Events over HTTP. The headers of a message are the other fields of its frame.',
      license,
      contact,
      tags: tagsOf(document, streams),
      externalDocs: { description: 'All operations (OpenAPI)', url: `${url}/api/openapi.json` },
    },
    defaultContentType: 'application/json',
    servers: {
      carillon: { host, protocol: protocol.replace(':', ''), security: securityOf(document) },
    },
    channels: Object.fromEntries(
      streams.map((stream) => [stream.operation.operationId, channelOf(stream)]),
    ),
    operations: Object.fromEntries(
      streams.map(({ operation }) => [operation.operationId, operationOf(operation)]),
    ),
    components: {
      messages: Object.fromEntries(messages),
      schemas: reachable(messages, schemas),
      securitySchemes: securitySchemesOf(document),
    },
  };
}

const reference = (kind: string, name: string): Reference => ({
  $ref: `#/components/${kind}/${name}`,
});

const nameIn = ({ $ref }: Reference): string => $ref.split('/').at(-1)!;

interface Stream {
  readonly path: string;
  readonly operation: StreamOperation;
  /** The components of its events. A frame without data is not a message. */
  readonly events: readonly string[];
}

function streamsIn({ paths, components }: OpenAPIObject): Stream[] {
  return Object.entries(paths).flatMap(([path, { get }]) => {
    const operation = get as unknown as StreamOperation | undefined;
    const stream = operation?.responses['200']?.content?.['text/event-stream'];
    if (!operation || !stream) return [];
    const schemas = components!.schemas as Schemas;
    const names = stream.itemSchema.oneOf.map(nameIn);
    return [
      { path, operation, events: names.filter((name) => schemas[name]!.properties?.['event']) },
    ];
  });
}

/** The operations that are streams. */
const tagsOf = ({ tags = [] }: OpenAPIObject, streams: readonly Stream[]): Json[] =>
  tags
    .filter(({ name }) => streams.some(({ operation }) => operation.tags.includes(name)))
    .map(({ name, description }) => ({ name, description }));

/** Parameters of JSON pages, which streams refuse. */
const OF_PAGES = ['limit', 'wait'];

const channelOf = ({ path, operation, events }: Stream): Json => ({
  address: path,
  title: operation.summary,
  description: operation.description,
  messages: Object.fromEntries(events.map((name) => [name, reference('messages', name)])),
});

const operationOf = ({ operationId, summary, parameters }: StreamOperation): Json => ({
  action: 'send',
  channel: { $ref: `#/channels/${operationId}` },
  title: summary,
  description:
    'Carillon sends each event to every subscriber who is allowed to see it. A client opens the stream with a GET.',
  bindings: {
    http: {
      method: 'GET',
      query: {
        type: 'object',
        properties: Object.fromEntries(
          parameters
            .filter((parameter) => parameter.in === 'query' && !OF_PAGES.includes(parameter.name))
            .map(({ name, description, schema }) => [name, { ...schema, description }]),
        ),
        additionalProperties: false,
      },
      bindingVersion: '0.3.0',
    },
  },
});

/** The fields of a frame other than its data are the headers of a message. */
function messageOf(name: string, schemas: Schemas): Json {
  const { description, properties } = schemas[name] as unknown as EventSchema;
  const { event, id, data } = properties;
  const title = event.const ?? name;
  const headers = {
    type: 'object',
    required: id ? ['event', 'id'] : ['event'],
    properties: { event, ...(id && { id }) },
  };
  return {
    name: title,
    title,
    summary: description,
    contentType: 'application/json',
    headers,
    payload: data.contentSchema,
    examples: [
      { headers: exampleOf(headers, schemas), payload: exampleOf(data.contentSchema, schemas) },
    ],
  };
}

/** The schemas that the given ones refer to, directly or indirectly. */
function reachable(roots: readonly unknown[], schemas: Schemas): Schemas {
  const found: Record<string, Schema> = {};
  const visit = (schema: unknown): void => {
    for (const [, name] of JSON.stringify(schema ?? null).matchAll(
      /"#\/components\/schemas\/(\w+)"/g,
    )) {
      if (found[name!]) continue;
      found[name!] = schemas[name!]!;
      visit(found[name!]);
    }
  };
  visit(roots);
  return found;
}

/** In AsyncAPI, `apiKey` is not sent over HTTP. */
const securitySchemesOf = ({ components }: OpenAPIObject): Json =>
  Object.fromEntries(
    Object.entries(components!.securitySchemes ?? {}).map(([name, scheme]) => [
      name,
      'type' in scheme && scheme.type === 'apiKey' ? { ...scheme, type: 'httpApiKey' } : scheme,
    ]),
  );

const securityOf = ({ components }: OpenAPIObject): Reference[] =>
  Object.keys(components!.securitySchemes ?? {}).map((name) => reference('securitySchemes', name));
