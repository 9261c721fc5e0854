import type { NextFunction, Request, Response } from 'express';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

/** The large files of Swagger UI. The others are icons. */
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js'];

const PATHS = new Set([
  '/api/openapi.json',
  '/api/openapi-3.1.json',
  '/api/asyncapi.json',
  '/api/docs',
  '/api/docs/',
  '/api/docs/index.html',
  '/api/docs/swagger-ui-init.js',
  // Nest also serves the script at this path.
  '/api/docs/docs/swagger-ui-init.js',
  ...FILES.map((name) => `/api/docs/${name}`),
]);

interface Kept {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * Middleware: builds each document once, then sends the same bytes, so that it is also compressed only once. These
 * routes have no quota, and compressing the largest file takes 100 ms of CPU time.
 */
export function keepDocuments() {
  const kept = new Map<string, Kept>();
  return (request: Request, response: Response, next: NextFunction): void => {
    const { path } = request;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || !PATHS.has(path)) return next();
    const found = kept.get(path) ?? fileOf(path);
    if (found) return send(response, found);
    const sendText = response.send.bind(response);
    response.send = (body?: unknown): Response => {
      if (response.statusCode !== 200 || typeof body !== 'string') return sendText(body);
      const made = { type: response.get('Content-Type') ?? 'html', content: Buffer.from(body) };
      kept.set(path, made);
      response.type(made.type);
      return sendText(made.content);
    };
    next();
  };

  function fileOf(path: string): Kept | undefined {
    const name = FILES.find((file) => path.endsWith(`/${file}`));
    if (name === undefined) return undefined;
    const file = { type: extname(name), content: readFileSync(join(folder(), name)) };
    kept.set(path, file);
    return file;
  }
}

const send = (response: Response, { type, content }: Kept): void =>
  void response.type(type).send(content);

/** Swagger UI is a dependency of `@nestjs/swagger`. */
function folder(): string {
  const nest = createRequire(import.meta.url).resolve('@nestjs/swagger');
  return dirname(createRequire(nest).resolve('swagger-ui-dist/package.json'));
}
