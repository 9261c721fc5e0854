import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Turns } from './turns.js';

/**
 * Has streams opened in turns of the event loop, before anything is done for them: when all listeners come back at
 * once, their requests arrive in one turn, and what each costs, some 0.3 ms, would add up before anyone else is served.
 */
export const openInTurns =
  (turns: Turns): RequestHandler =>
  (request: Request, _response: Response, next: NextFunction): void => {
    if (request.headers.accept?.includes('text/event-stream')) turns.add('opening', next);
    else next();
  };
