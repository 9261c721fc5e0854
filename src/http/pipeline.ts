import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** Combines middleware into one step of the router of Express, which costs about 1 µs for each step. */
export const inOneStep =
  (...steps: readonly RequestHandler[]): RequestHandler =>
  (request, response, next) =>
    runFrom(0, steps, request, response, next);

/** Catches errors itself, because a step can continue in another turn of the event loop. */
function runFrom(
  index: number,
  steps: readonly RequestHandler[],
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  const step = steps[index];
  if (!step) return next();
  try {
    void step(request, response, (error?: unknown) => {
      if (error === undefined) runFrom(index + 1, steps, request, response, next);
      else next(error);
    });
  } catch (error) {
    next(error);
  }
}
