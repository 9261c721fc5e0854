import type { RequestMethod } from '@nestjs/common';
import type { Request } from 'express';
import type { Route } from './route-input.js';

/** A route with its handler, which has the metadata of its decorators. */
export interface HandledRoute extends Route {
  readonly handler: Function;
  readonly method: RequestMethod;
}

/**
 * Runs around the handler of a route.
 *
 * @param parameters of the handler, which it may change.
 */
export type Around = (request: Request, handle: () => unknown, parameters: unknown[]) => unknown;

/** Something that runs around the handlers of some routes. */
export interface AroundHandlers {
  /** Decides once for each route what runs around its handler; `undefined` if nothing does. */
  around(route: HandledRoute): Around | undefined;
}
