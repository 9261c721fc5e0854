import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { Config } from './config.js';
import { type DescribedStream, describeStream } from './events/stream-description.js';
import { COMMON_EVENTS } from './events/stream-events.js';
import { Topics } from './events/topics.js';
import { pickHeaders } from './http/documented.js';
import { PROBLEMS, problemTypeUri } from './http/problems.js';
import { endStreams } from './swagger-ui/end-streams.js';
import { DIRECTORY, DIRECTORY_EVENTS } from './users/users.stream.js';

/** Serves `/api/openapi.json`, and Swagger UI at `/api/docs`. */
export function serveDocumentation(app: NestExpressApplication): void {
  app.use('/api/docs', allowInlineStyles);
  SwaggerModule.setup('api/docs', app, () => describe(app), {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
    customSiteTitle: 'Carillon API',
    swaggerOptions: {
      displayRequestDuration: true,
      tryItOutEnabled: true,
      plugins: [{ statePlugins: { spec: { wrapActions: { executeRequest: endStreams } } } }],
    },
  });
}

/** Swagger UI brings a style element of its own; its scripts are files. */
function allowInlineStyles(_request: Request, response: Response, next: NextFunction): void {
  const policy = String(response.getHeader('Content-Security-Policy'));
  response.setHeader('Content-Security-Policy', `${policy};style-src 'self' 'unsafe-inline'`);
  next();
}

function describe(app: NestExpressApplication): OpenAPIObject {
  const options = new DocumentBuilder()
    .setOpenAPIVersion('3.2.0')
    .setTitle('Carillon')
    .setVersion('0.1.0')
    .setDescription(
      'Realtime over plain HTTP: commands come in over REST, facts go out as Server-Sent Events, and nothing is lost in between.',
    )
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addTag('Users', 'The user directory')
    .addTag('Accounts', 'Who is calling')
    .addTag('Rooms', 'Where people talk, and who is in there')
    .addTag('Messages', 'What they say')
    .addTag('Streams', 'What happens, as it happens')
    .addTag('Operations', 'For probes')
    .addBearerAuth(
      {
        type: 'http',
        bearerFormat: 'opaque',
        description: 'The `token` that `POST /api/session` answers with.',
      },
      'token',
    )
    .addCookieAuth('__Host-carillon_session', { type: 'apiKey' }, 'cookie')
    // One of them, or none where a route is open to all.
    .addSecurityRequirements('token')
    .addSecurityRequirements('cookie')
    .addSecurityRequirements({})
    .build();
  const streams = streamsOf(app);
  const document = SwaggerModule.createDocument(app, options, {
    extraModels: [...streams.flatMap(({ events }) => events), ...COMMON_EVENTS].map(
      ({ data }) => data,
    ),
  });
  const url = publicUrl(app.get(Config, { strict: false }));
  for (const stream of streams) describeStream(document, stream, url);
  describeVersions(document);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problemSchema },
  };
  return document;
}

function streamsOf(app: NestExpressApplication): readonly DescribedStream[] {
  const topics = app.get(Topics, { strict: false });
  return [
    { path: '/api/users/event', snapshot: DIRECTORY, events: DIRECTORY_EVENTS },
    { path: '/api/events', snapshot: topics.home(true), events: topics.events },
  ];
}

/** Where people reach the service; on this machine, where nobody has said it. */
const publicUrl = ({ PUBLIC_URL, PORT }: Config): string =>
  PUBLIC_URL[0] ?? `http://localhost:${PORT}`;

/** Whatever is read has a version, and is not sent to who has it already (RFC 9110, 13.1.2). */
function describeVersions({ paths }: OpenAPIObject): void {
  for (const { get } of Object.values(paths)) {
    const found = get?.responses['200'];
    if (!found || !('content' in found) || !found.content?.['application/json']) continue;
    found.headers = { ...found.headers, ...pickHeaders('ETag') };
    get.responses['304'] = {
      description: '`If-None-Match` names the version that is there.',
      headers: pickHeaders('ETag'),
    };
  }
}

const problemSchema = {
  type: 'object',
  description: 'A problem document (RFC 9457).',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: {
      type: 'string',
      format: 'uri',
      enum: (Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]).map(problemTypeUri),
      description: 'What kind of problem it is. Stable: a client may act on it.',
    },
    title: { type: 'string', description: 'The kind of problem, for a person.' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: {
      type: 'string',
      description: 'What was wrong with this request, and what would be right.',
    },
    requestId: { type: 'string', description: 'The id under which the request is logged.' },
    errors: {
      type: 'array',
      description: 'Each property or parameter that is not valid.',
      items: {
        type: 'object',
        required: ['field', 'detail'],
        properties: {
          field: { type: 'string' },
          pointer: { type: 'string', description: 'A JSON Pointer into the body (RFC 6901).' },
          detail: { type: 'string' },
        },
      },
    },
  },
};
