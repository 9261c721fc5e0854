import { applyDecorators, Catch, Sse, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DatabaseUnavailable } from '../database/errors.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { Problem, type ProblemCode } from '../http/problems.js';
import { ClosingFrame, retryDelayAfter } from './closing-frame.js';

/** What passes: the same request succeeds later. */
const TEMPORARY: readonly ProblemCode[] = ['unavailable', 'too-many-requests'];

/**
 * Closes a stream that cannot be opened now, before its handler is reached: with status 200, since an EventSource never
 * comes back after an error. A client that does not accept event streams gets the error of any other route.
 */
@Catch()
export class ClosingFrameFilter extends ProblemFilter {
  constructor(private readonly closing: ClosingFrame) {
    super();
  }

  protected override answer(error: unknown, request: Request, response: Response): void {
    const takesStreams = request.accepts('text/event-stream') !== false;
    if (!isTemporary(error) || !takesStreams || response.headersSent)
      return super.answer(error, request, response);
    Object.assign(response, { err: error });
    this.closing.send(request, retryOf(error));
  }
}

/** A quota says when it is full again; nobody knows how long anything else lasts. */
function retryOf(error: unknown): number | undefined {
  const isQuota = error instanceof Problem && error.code === 'too-many-requests';
  const seconds = isQuota && Number(error.extras.headers?.['Retry-After']);
  return seconds ? retryDelayAfter(seconds) : undefined;
}

const isTemporary = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  (error instanceof Problem && TEMPORARY.includes(error.code));

/** A route that is an event stream: `@Sse()`, for clients that have to come back whatever happens. */
export const EventStream = (path?: string): MethodDecorator =>
  applyDecorators(Sse(path), UseFilters(ClosingFrameFilter));
