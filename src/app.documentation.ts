import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { Express, NextFunction, Request, Response } from 'express';
import { describeApi } from './app.description.js';
import { publicUrl } from './public-url.js';
import { Config } from './config.js';
import { asyncApiOf } from './events/asyncapi.js';
import { asOpenApi31 } from './openapi-3.1.js';
import { endStreams } from './swagger-ui/end-streams.js';
import { keepDocuments } from './swagger-ui/kept-documents.js';
import { fillInUuids, showUuidsToCome } from './swagger-ui/new-uuids.js';

/**
 * Serves the description of the API at `/api/openapi.json`, the same as OpenAPI 3.1 at `/api/openapi-3.1.json`, Swagger
 * UI at `/api/docs`, and the description of the streams at `/api/asyncapi.json`.
 */
export function serveDocumentation(app: NestExpressApplication): void {
  const openApi = once(() => describeApi(app));
  const asyncApi = once(() => asyncApiOf(openApi(), publicUrl(app.get(Config, { strict: false }))));
  app.use('/api/docs', allowInlineStyles);
  app.use(keepDocuments());
  const express: Express = app.getHttpAdapter().getInstance();
  express.get(
    '/api/openapi-3.1.json',
    (_request, response) => void response.json(asOpenApi31(openApi())),
  );
  express.get('/api/asyncapi.json', (_request, response) => void response.json(asyncApi()));
  SwaggerModule.setup('api/docs', app, openApi, {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Carillon API',
    swaggerOptions: {
      displayRequestDuration: true,
      tryItOutEnabled: true,
      requestInterceptor: fillInUuids,
      plugins: [
        { afterLoad: showUuidsToCome },
        { statePlugins: { spec: { wrapActions: { executeRequest: endStreams } } } },
      ],
    },
  });
}

/** Whether a path belongs to the documentation, which has middleware of its own. */
export const isDocumentation = (path: string): boolean =>
  /^\/api\/(?:docs|openapi|asyncapi)\b/.test(path);

/** Calls `make` at the first request: the features register their events while the application starts. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Swagger UI has an inline style element. Its scripts are files. */
function allowInlineStyles(_request: Request, response: Response, next: NextFunction): void {
  const policy = String(response.getHeader('Content-Security-Policy'));
  response.setHeader('Content-Security-Policy', `${policy};style-src 'self' 'unsafe-inline'`);
  next();
}
