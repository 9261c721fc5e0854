import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { describeApi } from './app.description.js';
import { endStreams } from './swagger-ui/end-streams.js';
import { fillInUuids, showUuidsToCome } from './swagger-ui/new-uuids.js';

/** Serves `/api/openapi.json`, and Swagger UI at `/api/docs`. */
export function serveDocumentation(app: NestExpressApplication): void {
  app.use('/api/docs', allowInlineStyles);
  SwaggerModule.setup('api/docs', app, () => describeApi(app), {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
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

/** Swagger UI brings a style element of its own; its scripts are files. */
function allowInlineStyles(_request: Request, response: Response, next: NextFunction): void {
  const policy = String(response.getHeader('Content-Security-Policy'));
  response.setHeader('Content-Security-Policy', `${policy};style-src 'self' 'unsafe-inline'`);
  next();
}
