import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from './config.js';
import { cookieNameFor } from './accounts/session-cookie.js';
import { type DescribedStream, describeStream } from './events/stream-description.js';
import { COMMON_EVENTS } from './events/stream-events.js';
import { Topics } from './events/topics.js';
import { describeConventions, modernizeExamples } from './http/api-conventions.js';
import type { Access } from './http/caller.js';
import type { Security } from './http/described-operations.js';
import { documentedHeaders } from './http/documented.js';
import { problemSchema } from './http/problem-schema.js';
import { largestBody } from './http/text-fields.js';
import { DIRECTORY, DIRECTORY_EVENTS } from './users/users.stream.js';

const { description, version } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
) as { description: string; version: string };

const conventions = (): string => `${description}

- Every error is a problem document (RFC 9457) with a stable \`type\`. Besides the responses of each operation, any request may be answered with 405, 408, 417 or 431.
- Request bodies are JSON in UTF-8 of at most ${largestBody() / 1024} KiB; unknown properties and parameters are refused, and so is a body where none is described. Responses may gain properties at any time: ignore those that you do not know.
- Every GET is also served as HEAD; the HEAD of a stream ends at once.
- Generators that do not read OpenAPI 3.2 take the same description as OpenAPI 3.1: \`/api/openapi-3.1.json\`.
- Times are in RFC 3339 with milliseconds, in UTC. Ids are UUIDs.`;

/** The OpenAPI document of what this process serves, with its configuration. */
export function describeApi(app: NestExpressApplication): OpenAPIObject {
  const config = app.get(Config, { strict: false });
  const streams = streamsOf(app);
  const document = SwaggerModule.createDocument(app, foundation(config), {
    extraModels: [...streams.flatMap(({ events }) => events), ...COMMON_EVENTS].map(
      ({ data }) => data,
    ),
  });
  for (const stream of streams) describeStream(document, stream, publicUrl(config));
  document.components!.schemas!['Problem'] = problemSchema;
  document.components!.headers = documentedHeaders;
  describeConventions(document, (access) => securityOf(access, config));
  modernizeExamples(document);
  return document;
}

function streamsOf(app: NestExpressApplication): readonly DescribedStream[] {
  const topics = app.get(Topics, { strict: false });
  return [
    { path: '/api/users/event', snapshot: DIRECTORY, events: DIRECTORY_EVENTS },
    { path: '/api/events', snapshot: topics.home(true), events: topics.events, isOpen: true },
  ];
}

/** Where people reach the service; on this machine, where nobody has said it. */
export const publicUrl = ({ PUBLIC_URL, PORT }: Config): string =>
  PUBLIC_URL[0] ?? `http://localhost:${PORT}`;

function foundation(config: Config): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.2.0')
    .setTitle('Carillon')
    .setVersion(version)
    .setDescription(conventions())
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addTag('Accounts', 'Sign-up, sign-in, sessions, and the data of the caller.')
    .addTag('Messages', 'Messages in rooms, and the search in them.')
    .addTag('Operations', 'Health checks for load balancers and supervisors.')
    .addTag('Rooms', 'Rooms and direct conversations, their members and invitations.')
    .addTag('Streams', 'Every event that the caller may see, as Server-Sent Events.')
    .addTag('Users', 'The user directory.')
    .addBearerAuth(bearer(config), 'token')
    .addCookieAuth(
      cookieNameFor(!isPlain(config)),
      { type: 'apiKey', description: COOKIE },
      'cookie',
    );
  for (const [url, what] of serversOf(config)) builder.addServer(url, what);
  const document = builder.build();
  document.info.contact = contactOf(config);
  document.security = SIGNED_IN;
  return document;
}

/** The operator runs the service, and is the one to ask; the address of the service is all that is known of them. */
const contactOf = ({ PUBLIC_URL: [url] }: Config) => ({
  name: 'The operator of this service',
  ...(url && { url }),
});

/** Without `PUBLIC_URL` any address of the service, which is relative to that of the document (RFC 3986, 5). */
const serversOf = ({ PUBLIC_URL }: Config): [string, string][] =>
  PUBLIC_URL.length === 0
    ? [['/', 'This server']]
    : PUBLIC_URL.map((url) => [url, 'The address at which browsers reach the service']);

const bearer = ({ AUTH_ISSUER }: Config) => ({
  type: 'http' as const,
  bearerFormat: AUTH_ISSUER ? 'opaque or JWT' : 'opaque',
  description: [
    'The `token` in the response of `POST /api/session`.',
    ...(AUTH_ISSUER ? [`Or an access token (JWT) of ${AUTH_ISSUER}.`] : []),
  ].join(' '),
});

const COOKIE =
  'The session cookie that `POST /api/session` sets. It is named `__Host-carillon_session`, but `carillon_session` on localhost or at a `PUBLIC_URL` over plain HTTP. Pages of other origins cannot use it.';

const isPlain = ({ PUBLIC_URL: [url] }: Config): boolean => url?.startsWith('http:') ?? false;

const SIGNED_IN: Security = [{ token: [] }, { cookie: [] }];

/** As the guard decides: an empty requirement is one that is always met. */
function securityOf(access: Access, { SIGN_UP_OPEN, USERS_OPEN }: Config): Security {
  if (access === 'anyone' || (access === 'sign-up' && SIGN_UP_OPEN)) return [];
  return access === 'directory' && USERS_OPEN ? [...SIGNED_IN, {}] : SIGNED_IN;
}
