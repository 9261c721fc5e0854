import { DatabaseUnavailable } from '@carillon/nestjs';
import { ClosingFrame, retryDelayAfter } from '@carillon/nestjs/internal';
import { applyDecorators, Catch, Sse, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ProblemFilter, toProblem } from '../http/problem.filter.js';
import { prefersJson } from './prefers-json.js';
import { Problem, type ProblemCode } from '../http/problems.js';

/** Temporary errors: the same request succeeds later. */
const TEMPORARY: readonly ProblemCode[] = ['unavailable', 'too-many-requests'];

/**
 * Closes a stream that cannot be opened now, before its handler runs. The status is 200, because an EventSource never
 * reconnects after an error. A client that does not accept event streams gets the error of any other route.
 */
@Catch()
export class ClosingFrameFilter extends ProblemFilter {
  constructor(private readonly closing: ClosingFrame) {
    super();
  }

  protected override answer(error: unknown, request: Request, response: Response): void {
    const takesStreams = request.accepts('text/event-stream') !== false && !prefersJson(request);
    if (!isTemporary(error) || !takesStreams || response.headersSent)
      return super.answer(error, request, response);
    Object.assign(response, { err: error, problem: toProblem(error, request) });
    this.closing.send(request, retryOf(error));
  }
}

/** A quota states when it is full again. For any other error the time is unknown. */
function retryOf(error: unknown): number | undefined {
  const isQuota = error instanceof Problem && error.code === 'too-many-requests';
  const seconds = isQuota && Number(error.extras.headers?.['Retry-After']);
  return seconds ? retryDelayAfter(seconds) : undefined;
}

const isTemporary = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  (error instanceof Problem && TEMPORARY.includes(error.code));

/** A route that is an event stream: `@Sse()`, for clients that must reconnect after every temporary error. */
export const EventStream = (path?: string): MethodDecorator =>
  applyDecorators(Sse(path), UseFilters(ClosingFrameFilter));
