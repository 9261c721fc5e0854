import type { NextFunction, Request, Response } from 'express';
import { Problem } from './problems.js';

/** More than a route has by intent; one for all methods has some thirty. */
const MOST_METHODS = 10;

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** The methods that this request's path serves, for an `Allow` header (RFC 9110, 10.2.1); empty where none. */
function allowedMethods({ app, path }: Request): string[] {
  const { stack } = app.router as unknown as { stack: Layer[] };
  const methods = new Set<string>();
  for (const layer of stack) {
    // Nest puts middleware on the stack as routes with a wildcard.
    if (!layer.route || layer.route.path.includes('*') || !layer.match(path)) continue;
    const served = Object.keys(layer.route.methods);
    // `@All()`: no request gets past it, so later routes do not serve this path.
    if (served.length > MOST_METHODS) break;
    for (const method of served) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return methods.size > 0 ? [...methods, 'OPTIONS'] : [];
}

/** What to answer where no route matched, or the one that did has nothing: that there is nothing, or not by this method. */
export function noRoute(request: Request): Problem {
  const { path, method } = request;
  const methods = allowedMethods(request);
  if (methods.length === 0 || methods.includes(method))
    return new Problem(
      'not-found',
      `There is nothing at ${path}. See /api/docs; case matters in a path, and so does a slash at its end.`,
    );
  const allowed = methods.join(', ');
  return new Problem('method-not-allowed', `${path} serves ${allowed}, not ${method}.`, {
    headers: { Allow: allowed },
  });
}

/** Answers OPTIONS with the methods that the path serves. */
export function answerOptions(request: Request, response: Response, next: NextFunction): void {
  const allowed = request.method === 'OPTIONS' ? allowedMethods(request) : [];
  if (allowed.length === 0) return next();
  response.status(204).set('Allow', allowed.join(', ')).end();
}
