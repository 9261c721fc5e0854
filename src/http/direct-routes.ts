import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';

/** What this file needs to know about a layer of the router of Express. */
interface Layer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): { readonly params: Request['params'] } | false;
  handleRequest(request: Request, response: Response, next: NextFunction): void;
}

/** A route with parameters. */
interface ParameterRoute {
  readonly layer: Layer;
  /** The segments of its path; `undefined` for a parameter. */
  readonly segments: readonly (string | undefined)[];
}

interface DirectRoutes {
  /** By method and path. */
  readonly plain: ReadonlyMap<string, Layer>;
  /** By method and number of segments, in the order of the router. */
  readonly withParameters: ReadonlyMap<string, readonly ParameterRoute[]>;
}

/**
 * Finds a route by the segments of its path. The router tries its layers one after the other: 30 for `POST /api/users`,
 * which takes 4 µs, and more for a message in a room, whose path also matches a regular expression.
 *
 * @param isDirect whether no middleware between this step and the route applies to its path.
 */
export function directRoutes(app: Express, isDirect: (path: string) => boolean): RequestHandler {
  let routes: DirectRoutes | undefined;
  return (request, response, next) => {
    // When the first request arrives, all routes are registered.
    routes ??= routesOf(app, isDirect);
    const layer = find(routes, request);
    if (layer) layer.handleRequest(request, response, next);
    else next();
  };
}

/** Also sets the parameters of the request. */
function find({ plain, withParameters }: DirectRoutes, request: Request): Layer | undefined {
  const { method, path } = request;
  const layer = plain.get(`${method} ${path}`);
  if (layer) return layer;
  const segments = path.split('/');
  for (const route of withParameters.get(`${method} ${segments.length}`) ?? []) {
    const match = isSimilar(route, segments) && route.layer.match(path);
    if (!match) continue;
    request.params = match.params;
    return route.layer;
  }
  return undefined;
}

const isSimilar = (route: ParameterRoute, segments: readonly string[]): boolean =>
  route.segments.every((text, index) => text === undefined || text === segments[index]);

function routesOf(app: Express, isDirect: (path: string) => boolean): DirectRoutes {
  const { stack } = app.router as unknown as { stack: readonly Layer[] };
  const plain = new Map<string, Layer>();
  const withParameters = new Map<string, ParameterRoute[]>();
  for (const layer of stack) {
    const path = layer.route?.path;
    if (typeof path !== 'string' || !isDirectPath(path) || !isDirect(path)) continue;
    for (const method of Object.keys(layer.route!.methods)) {
      if (method === 'head') continue; // also served by routes for GET
      const name = method.toUpperCase();
      const first = stack.find((one) => one.route?.methods[method] && one.match(path));
      if (!path.includes(':')) {
        if (first === layer) plain.set(`${name} ${path}`, layer);
        continue;
      }
      // An earlier route with parameters for the same paths is found earlier here, too.
      if (!isDirectPath(String(first?.route?.path))) continue;
      const segments = path.split('/').map((text) => (text.startsWith(':') ? undefined : text));
      const key = `${name} ${segments.length}`;
      withParameters.set(key, [...(withParameters.get(key) ?? []), { layer, segments }]);
    }
  }
  return { plain, withParameters };
}

/** Whether each segment is a text or a parameter. */
const isDirectPath = (path: string): boolean => /^(?:\/(?::\w+|[^:*{}()\\/]+))+$/.test(path);
