import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import helmet from 'helmet';
import { Logger } from 'nestjs-pino';
import { serveDocumentation } from './app.documentation.js';
import { AppModule } from './app.module.js';
import { negotiatePage } from './app.page.js';
import type { Config } from './config.js';
import { openDatabase } from './database/database.module.js';
import { openInTurns } from './events/openings.js';
import { Turns } from './events/turns.js';
import { answerOptions } from './http/allowed-methods.js';
import { closeConnections, keepIdleConnections, limitConnections } from './http/connections.js';
import { negotiateReads } from './http/negotiated-reads.js';
import { Origins } from './http/origins.js';
import { identify } from './http/request-id.js';
import { keepStreamsAlone } from './http/streaming-connections.js';
import { answerUnreadableRequests } from './http/unreadable-requests.js';
import { Lifecycle } from './operations/lifecycle.js';

/** Headers that a page of another origin may read; by default it sees next to none. */
const EXPOSED_HEADERS = [
  'ETag',
  'Idempotency-Replayed',
  'Last-Event-ID',
  'Last-Seq',
  'Link',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
];

/**
 * The application as it is served, not yet listening: the same for `main.ts` and for the tests.
 *
 * @throws StartupError the database cannot be used.
 */
export async function createApplication(config: Config): Promise<NestExpressApplication> {
  const engine = await openDatabase(config.DATABASE_URL, config.DATABASE_CONNECTIONS);
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(config, engine),
    new ExpressAdapter(strictExpress()),
    {
      abortOnError: false,
      bodyParser: false,
      // While it starts, Nest tells of each module and route; that is of no use to an operator.
      logger: ['warn', 'error', 'fatal'],
    },
  );
  app.disable('x-powered-by');
  app.set('trust proxy', config.TRUST_PROXY === 'false' ? false : config.TRUST_PROXY);
  // Reads get theirs from negotiateReads, writes from what they answer with.
  app.disable('etag');
  app.use(identify);
  app.use(keepStreamsAlone);
  app.use(helmet(securityHeaders));
  const lifecycle = app.get(Lifecycle, { strict: false });
  app.use(closeConnections(() => lifecycle.isStopping));
  app.use(app.get(Origins, { strict: false }).check);
  if (config.CORS_ORIGINS.length > 0) allowOrigins(app, config.CORS_ORIGINS);
  app.use(openInTurns(app.get(Turns, { strict: false })));
  app.use(answerOptions);
  app.use(negotiateReads);
  negotiatePage(app);
  serveDocumentation(app);
  keepIdleConnections(app.getHttpServer());
  limitConnections(
    app.getHttpServer(),
    config.CONNECTIONS_MAX_PER_ADDRESS,
    app.getHttpAdapter().getInstance().get('trust proxy fn'),
  );
  answerUnreadableRequests(app.getHttpServer());
  await app.init();
  app.useLogger(app.get(Logger));
  return app;
}

/**
 * Paths are case-sensitive (RFC 3986, 6.2.2.1), and a slash at the end makes another one: each resource has one address, so
 * whatever else reads paths need not know what the router takes for the same.
 */
function strictExpress(): express.Express {
  // Before Nest registers anything: the router is made with the settings of that moment.
  return express().enable('case sensitive routing').enable('strict routing');
}

function allowOrigins(app: NestExpressApplication, origins: string[]): void {
  app.enableCors({
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  });
}

/** The page loads nothing but its own files, and nothing in it is inline. */
const securityHeaders: Parameters<typeof helmet>[0] = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
};
