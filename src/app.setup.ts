import { Streams } from '@carillon/nestjs';
import { connectionMaximum } from '@carillon/nestjs/internal';
import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { Logger } from 'nestjs-pino';
import { isDocumentation, serveDocumentation } from './app.documentation.js';
import { AppModule } from './app.module.js';
import { negotiatePage } from './app.page.js';
import type { Config } from './config.js';
import { answerOptions } from './http/allowed-methods.js';
import { bodies } from './http/bodies.js';
import { closeConnections, keepIdleConnections, limitConnections } from './http/connections.js';
import { directRoutes } from './http/direct-routes.js';
import { handOver } from './http/handed-over.js';
import { HttpAdapter } from './http/http-adapter.js';
import { negotiateReads } from './http/negotiated-reads.js';
import { Origins } from './http/origins.js';
import { inOneStep } from './http/pipeline.js';
import { identify } from './http/request-id.js';
import { RepeatedStreams } from './events/repeated-streams.js';
import { RequestLog } from './http/request-log.js';
import { RequestStatistics } from './http/request-statistics.js';
import { securityHeaders } from './http/security-headers.js';
import { largestBody } from './http/text-fields.js';
import { answerUnreadableRequests } from './http/unreadable-requests.js';
import { Lifecycle } from './operations/lifecycle.js';

/** Headers that a page of another origin may read. By default it can read almost none. */
const EXPOSED_HEADERS = [
  'ETag',
  'Idempotency-Replayed',
  'Last-Event-ID',
  'Last-Seq',
  'Link',
  'Location',
  'Member-Count',
  'Mercure-Last-Event-ID',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
];

/**
 * Logs while the application starts. It skips the modules and routes, which are useless to an operator, and errors,
 * which `main.ts` reports in one line.
 */
class StartupLogger extends ConsoleLogger {
  override error(...args: [unknown, ...unknown[]]): void {
    if (args.at(-1) !== 'ExceptionHandler') super.error(...args);
  }
}

/**
 * Creates the application, which does not listen yet. `main.ts` and the tests use it.
 *
 * @throws StartupError the database cannot be used.
 */
export async function createApplication(config: Config): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(config),
    new HttpAdapter(strictExpress()),
    {
      abortOnError: false,
      bodyParser: false,
      logger: new StartupLogger('', { logLevels: ['warn', 'error', 'fatal'] }),
    },
  );
  app.disable('x-powered-by');
  app.set('trust proxy', config.TRUST_PROXY === 'false' ? false : config.TRUST_PROXY);
  // negotiateReads sets the entity tags of reads. Writes set the tag of the representation that they return.
  app.disable('etag');
  useMiddleware(app, config);
  serveDocumentation(app);
  const requests = app.get(RequestStatistics, { strict: false });
  keepIdleConnections(app.getHttpServer());
  limitConnections(
    app.getHttpServer(),
    connectionMaximum(),
    config.CONNECTIONS_MAX_PER_ADDRESS,
    app.getHttpAdapter().getInstance().get('trust proxy fn'),
    (limit) => requests.exceeded(limit),
  );
  answerUnreadableRequests(app.getHttpServer(), (problem) => requests.countUnreadable(problem));
  handOverStreams(app, config);
  app.get(RepeatedStreams, { strict: false }).serve(app.getHttpServer());
  await app.init();
  app.useLogger(app.get(Logger));
  return app;
}

/** The documentation and the hub have middleware of their own. */
const isApiRoute = (path: string): boolean => path.startsWith('/api/') && !isDocumentation(path);

/** Two steps of the router, because pages of other origins may read the responses of the second step only. */
function useMiddleware(app: NestExpressApplication, config: Config): void {
  const lifecycle = app.get(Lifecycle, { strict: false });
  const { observe, enter } = app.get(RequestLog, { strict: false });
  app.use(
    inOneStep(
      identify,
      securityHeaders(),
      closeConnections(() => lifecycle.isStopping),
      app.get(Origins, { strict: false }).check,
    ),
  );
  if (config.CORS_ORIGINS.length > 0) allowOrigins(app, config.CORS_ORIGINS);
  app.use(
    inOneStep(
      answerOptions,
      negotiateReads,
      negotiatePage(config),
      observe,
      bodies(largestBody()),
      // After the body, whose events arrive outside of the context of its request.
      enter,
      directRoutes(app.getHttpAdapter().getInstance(), isApiRoute),
    ),
  );
}

/** For the log, the response of a direct stream is finished as soon as the stream is open. */
function handOverStreams(app: NestExpressApplication, { STREAM_DIRECT }: Config): void {
  const message = STREAM_DIRECT ? 'stream opened' : 'stream ended';
  app.get(Streams, { strict: false }).openings.subscribe((socket) => handOver(socket, message));
}

/**
 * Makes paths case-sensitive (RFC 3986, 6.2.2.1) and trailing slashes significant: each resource has exactly one
 * address, so other code that reads paths does not have to know what the router treats as equal.
 */
function strictExpress(): express.Express {
  // Set these before Nest registers anything: Express creates the router with the settings of that moment.
  return express().enable('case sensitive routing').enable('strict routing');
}

function allowOrigins(app: NestExpressApplication, origins: string[]): void {
  app.enableCors({
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    // For cookies. Browsers refuse it together with *.
    credentials: !origins.includes('*'),
    maxAge: 600,
  });
}
