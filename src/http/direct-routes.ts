import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';

/** What this file needs to know about a layer of the router of Express. */
interface Layer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): unknown;
  handleRequest(request: Request, response: Response, next: NextFunction): void;
}

/**
 * Finds the routes of paths without parameters in a map. The router tries its layers one after the other: 30 for
 * `POST /api/users`, which takes 4 µs.
 *
 * @param isDirect whether no middleware between this step and the route applies to its path.
 */
export function directRoutes(app: Express, isDirect: (path: string) => boolean): RequestHandler {
  let routes: ReadonlyMap<string, Layer> | undefined;
  return (request, response, next) => {
    // When the first request arrives, all routes are registered.
    routes ??= routesOf(app, isDirect);
    const layer = routes.get(`${request.method} ${request.path}`);
    if (layer) layer.handleRequest(request, response, next);
    else next();
  };
}

function routesOf(app: Express, isDirect: (path: string) => boolean): Map<string, Layer> {
  const { stack } = app.router as unknown as { stack: readonly Layer[] };
  const found = new Map<string, Layer>();
  for (const { route } of stack) {
    const path = route?.path;
    if (!route || typeof path !== 'string' || !isPlain(path) || !isDirect(path)) continue;
    for (const method of Object.keys(route.methods)) {
      if (method === 'head') continue; // also served by routes for GET
      const name = `${method.toUpperCase()} ${path}`;
      const first = stack.find((one) => one.route?.methods[method] && one.match(path));
      if (first?.route === route) found.set(name, first);
    }
  }
  return found;
}

/** Only the router reads parameters, also when a request spells them as the route does: `/api/users/:id`. */
const isPlain = (path: string): boolean => !/[:*{]/.test(path);
