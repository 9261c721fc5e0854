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
import { noRoute } from './allowed-methods.js';
import { Problem, PROBLEM_TYPE, type ProblemCode, PROBLEMS } from './problems.js';

/** Turns whatever was thrown into a problem document. The one place that does. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('ProblemFilter');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = toProblem(error, request);
    if (problem.code === 'internal-error') this.#logger.error(error);
    else if (error instanceof DatabaseUnavailable) this.#logger.error(error.message);
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
    return new Problem(
      'unavailable',
      'The database cannot be reached or written. Try again later.',
      {
        headers: { 'Retry-After': '5' },
      },
    );
  // Nest's router throws it where no route matched; whatever else is not there is told by a Problem.
  if (error instanceof NotFoundException) return noRoute(request);
  if (error instanceof HttpException && 'details' in Object(error.getResponse()))
    return unready(error);
  if (error instanceof HttpException) return new Problem(codeOf(error.getStatus()), error.message);
  return new Problem('internal-error', 'The request failed. It is logged under its request id.');
}

function codeOf(status: number): ProblemCode {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  const fallback = status >= 500 ? 'internal-error' : 'malformed-request';
  return codes.find((code) => PROBLEMS[code].status === status) ?? fallback;
}

/** A health check that failed tells what it found, in the object that Terminus throws. */
function unready(error: HttpException): Problem {
  const { details } = error.getResponse() as {
    details: Record<string, { status: string; message?: string }>;
  };
  const down = Object.entries(details).filter(([, { status }]) => status === 'down');
  const detail = down.map(([name, { message }]) => `${name}: ${message ?? 'down'}`).join('; ');
  return new Problem('unavailable', `${detail}.`, { members: { checks: details } });
}
