import type { NextFunction, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';

const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** Sets the id of a request in the logs: its own `X-Request-Id`, or a new one. */
export function identify(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('X-Request-Id');
  request.id = given && REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', request.id);
  next();
}
