import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { DatabaseUnavailable } from '../database/errors.js';
import { allowedMethods, methodNotAllowed } from './allowed-methods.js';
import { Problem, PROBLEM_TYPE, type ProblemCode, PROBLEMS } from './problems.js';

/** Turns whatever was thrown into a problem document. The one place that does. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('ProblemFilter');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = toProblem(error, request);
    if (problem.getStatus() >= 500) this.#logger.error(error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    send(response, problem);
  }
}

function send(response: Response, problem: Problem): void {
  const requestId = response.getHeader('X-Request-Id');
  const body = JSON.stringify(problem.document(requestId as string | undefined));
  response.status(problem.getStatus()).set({
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    ...problem.extras.headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function toProblem(error: unknown, request: Request): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DatabaseUnavailable)
    return new Problem('unavailable', 'The database cannot be reached or written. Try again later.', {
      headers: { 'Retry-After': '5' },
    });
  // Nest's router throws it where no route matched.
  if (error instanceof NotFoundException) return noRoute(request);
  if (error instanceof HttpException)
    return new Problem(codeOf(error.getStatus()), error.message, { members: membersOf(error) });
  return fromMiddleware(error);
}

function noRoute(request: Request): Problem {
  const allowed = allowedMethods(request);
  if (allowed.length === 0)
    return new Problem('not-found', `There is nothing at ${request.path}. See /api/docs.`);
  return methodNotAllowed(request, allowed);
}

/** Express and its parsers throw errors with a status and a `type`: https://github.com/jshttp/http-errors */
function fromMiddleware(error: unknown): Problem {
  const { status, expose, message, type, limit } = error as Record<string, unknown>;
  if (typeof status !== 'number' || !expose)
    return new Problem('internal-error', 'The request failed. It is logged under its request id.');
  if (type === 'entity.parse.failed')
    return new Problem('malformed-request', `The body is not JSON: ${String(message)}.`);
  if (type === 'entity.too.large')
    return new Problem('content-too-large', `The body may have at most ${String(limit)} bytes.`);
  return new Problem(codeOf(status), `${String(message)}.`);
}

function codeOf(status: number): ProblemCode {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  const fallback = status >= 500 ? 'internal-error' : 'malformed-request';
  return codes.find((code) => PROBLEMS[code].status === status) ?? fallback;
}

/** A health check tells what it found: the object that Terminus throws. */
function membersOf(error: HttpException): Record<string, unknown> {
  const body = error.getResponse();
  return typeof body === 'object' && 'details' in body ? { checks: body.details } : {};
}
