import { type Feature } from '@carillon/nestjs';
import { Features, Topics } from '@carillon/nestjs/internal';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Config, hasDirectory } from './config.js';
import { publicUrl } from './public-url.js';
import { cookieNameFor } from './accounts/session-cookie.js';
import { type DescribedStream, describeStream } from './events/stream-description.js';
import { COMMON_EVENTS } from './events/stream-events.js';
import { COMMON_TAGS } from './http/api-tags.js';
import { describeConventions, modernizeExamples } from './http/api-conventions.js';
import type { Access } from './http/caller.js';
import type { Security } from './http/described-operations.js';
import { documentedHeaders } from './http/documented.js';
import { problemSchema } from './http/problem-schema.js';
import { largestBody } from './http/text-fields.js';
import { DIRECTORY, DIRECTORY_EVENTS } from './users/users.stream.js';
import { description, version } from './version.js';

const conventions = (): string => `${description}

- Every error is a problem document (RFC 9457) with a stable \`type\`. In addition to the responses of its operation, any request can get 405, 408, 417 or 431.
- Request bodies are JSON in UTF-8 of at most ${largestBody() / 1024} KiB; unknown properties and parameters are refused, and so is a body if the operation describes none. Responses can gain properties at any time: ignore unknown ones.
- Every GET is also served as HEAD; the response to HEAD on a stream ends immediately.
- For generators that do not support OpenAPI 3.2, the same description is available as OpenAPI 3.1: \`/api/openapi-3.1.json\`.
- Times are in RFC 3339 with milliseconds, in UTC. Ids are UUIDs.`;

/** The OpenAPI document of this process, which depends on its configuration. */
export function describeApi(app: NestExpressApplication): OpenAPIObject {
  const config = app.get(Config, { strict: false });
  const streams = streamsOf(app);
  const { on: features } = app.get(Features, { strict: false });
  const document = SwaggerModule.createDocument(app, foundation(config, features), {
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
  const directory = { path: '/api/users/event', snapshot: DIRECTORY, events: DIRECTORY_EVENTS };
  return [
    ...(hasDirectory(app.get(Config, { strict: false })) ? [directory] : []),
    {
      path: '/api/events',
      snapshot: topics.home(true) ?? DIRECTORY,
      events: topics.events,
      isOpen: true,
    },
  ];
}

function foundation(config: Config, features: readonly Feature[]): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.2.0')
    .setTitle('Carillon')
    .setVersion(version)
    .setDescription(conventions())
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addBearerAuth(bearer(config), 'token')
    .addCookieAuth(
      cookieNameFor(!isPlain(config)),
      { type: 'apiKey', description: cookie(config) },
      'cookie',
    );
  for (const [name, about] of tagsOf(features)) builder.addTag(name, about);
  for (const [url, what] of serversOf(config)) builder.addServer(url, what);
  const document = builder.build();
  document.info.contact = contactOf(config);
  document.security = SIGNED_IN;
  return document;
}

/** In alphabetical order. */
const tagsOf = (features: readonly Feature[]): [string, string][] =>
  Object.entries(
    Object.assign({}, COMMON_TAGS, ...features.map(({ apiTags }) => apiTags)) as Record<
      string,
      string
    >,
  ).toSorted(([one], [other]) => (one < other ? -1 : 1));

/** The contact is the operator. The document knows only the URL of the service. */
const contactOf = ({ PUBLIC_URL: [url] }: Config) => ({
  name: 'The operator of this service',
  ...(url && { url }),
});

/** Without `PUBLIC_URL`, the server is relative to the URL of the document (RFC 3986, 5). */
const serversOf = ({ PUBLIC_URL }: Config): [string, string][] =>
  PUBLIC_URL.length === 0
    ? [['/', 'This server']]
    : PUBLIC_URL.map((url) => [url, 'The address at which browsers reach the service']);

const bearer = ({ AUTH_ISSUER, PASSWORDS }: Config) => ({
  type: 'http' as const,
  bearerFormat: AUTH_ISSUER ? 'opaque or JWT' : 'opaque',
  description: [
    ...(PASSWORDS ? ['The `token` in the response of `POST /api/session`.'] : []),
    ...(AUTH_ISSUER ? [`An access token (JWT) of ${AUTH_ISSUER}.`] : []),
    'A key, where the operation accepts keys.',
  ].join(' '),
});

const cookie = ({ AUTH_ISSUER, PASSWORDS }: Config): string =>
  [
    PASSWORDS ? 'The session cookie that `POST /api/session` sets.' : 'A session cookie.',
    ...(AUTH_ISSUER ? [`It may contain an access token (JWT) of ${AUTH_ISSUER}.`] : []),
    'Its name is `__Host-carillon_session`, or `carillon_session` on localhost and at a `PUBLIC_URL` over plain HTTP. Only pages of listed origins can use it.',
  ].join(' ');

const isPlain = ({ PUBLIC_URL: [url] }: Config): boolean => url?.startsWith('http:') ?? false;

const SIGNED_IN: Security = [{ token: [] }, { cookie: [] }];

/** The same rules as in the guard. An empty requirement is always met. */
function securityOf(access: Access, config: Config): Security {
  if (access === 'anyone' || (access === 'sign-up' && config.SIGN_UP_OPEN)) return [];
  const isOpen = access === 'directory' && config.DIRECTORY === 'open';
  return isOpen || access === 'public' ? [...SIGNED_IN, {}] : SIGNED_IN;
}
