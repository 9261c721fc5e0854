import type { NextFunction, Request, Response } from 'express';
import { Problem } from './problems.js';

/** More methods than any explicit route has. `@All()` registers about thirty. */
const MAX_EXPLICIT_METHODS = 10;

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** The methods that the path of a request supports, for the `Allow` header (RFC 9110, 10.2.1). Empty if no route matches. */
function allowedMethods({ app, path }: Request): string[] {
  const { stack } = app.router as unknown as { stack: Layer[] };
  const methods = new Set<string>();
  for (const layer of stack) {
    // Nest registers middleware as routes with a wildcard.
    if (!layer.route || layer.route.path.includes('*') || !layer.match(path)) continue;
    const served = Object.keys(layer.route.methods);
    // `@All()` handles every request, so later routes do not apply to this path.
    if (served.length > MAX_EXPLICIT_METHODS) break;
    for (const method of served) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return methods.size > 0 ? [...methods, 'OPTIONS'] : [];
}

/** The problem for a request that no route handles: 405 if the path supports other methods, otherwise 404. */
export function noRoute(request: Request): Problem {
  const { path, method } = request;
  const methods = allowedMethods(request);
  if (methods.length === 0 || methods.includes(method))
    return new Problem(
      'not-found',
      `Nothing exists at ${path}. Paths are case-sensitive and have no trailing slash. /api/docs lists them.`,
    );
  const allowed = methods.join(', ');
  return new Problem(
    'method-not-allowed',
    `${path} does not support ${method}. It supports ${allowed}.`,
    {
      headers: { Allow: allowed },
    },
  );
}

/** Responds to OPTIONS with the methods that the path supports. */
export function answerOptions(request: Request, response: Response, next: NextFunction): void {
  const allowed = request.method === 'OPTIONS' ? allowedMethods(request) : [];
  if (allowed.length === 0) return next();
  response.status(204).set('Allow', allowed.join(', ')).end();
}
