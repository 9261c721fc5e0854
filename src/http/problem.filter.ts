import { DatabaseUnavailable, TooManyWaiting } from '@carillon/nestjs';
import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { noRoute } from './allowed-methods.js';
import { hasBody } from './bodies.js';
import { closeWithoutReading } from './connections.js';
import { Problem, problemAnswer, type ProblemCode, PROBLEMS } from './problems.js';
import { canDecode } from './url-encoding.js';

/** Converts everything that is thrown into a problem document. This is the only place that does. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('ProblemFilter');

  catch(error: unknown, host: ArgumentsHost): void {
    this.answer(
      error,
      host.switchToHttp().getRequest<Request>(),
      host.switchToHttp().getResponse<Response>(),
    );
  }

  protected answer(error: unknown, request: Request, response: Response): void {
    const problem = toProblem(error, request);
    response.problem = problem;
    if (problem.code === 'internal-error') this.#logger.error(error);
    // Logged in the line of the request, not in one of its own.
    else if (error instanceof DatabaseUnavailable) Object.assign(response, { err: error });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    send(response, problem);
  }
}

/** Headers that a handler may have set before it failed. */
const RESPONSE_HEADERS = [
  'Content-Encoding',
  'ETag',
  'Last-Event-ID',
  'Link',
  'Location',
  'Preference-Applied',
];

function send(response: Response, problem: Problem): void {
  const requestId = response.getHeader('X-Request-Id') as string | undefined;
  const { status, headers, body } = problemAnswer(problem, requestId);
  for (const name of RESPONSE_HEADERS) response.removeHeader(name);
  if (hasBody(response.req) && !response.req.complete) closeWithoutReading(response);
  response.status(status).set(headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

export function toProblem(error: unknown, request: Request): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TooManyWaiting)
    return new Problem(
      'unavailable',
      'Too many changes are waiting for the disk. Try again in a moment.',
      {
        headers: { 'Retry-After': '1' },
      },
    );
  if (error instanceof DatabaseUnavailable)
    return new Problem(
      'unavailable',
      'The database cannot be reached or written. Try again later.',
      {
        headers: { 'Retry-After': '5' },
      },
    );
  // The router of Nest throws it if no route matches. Missing resources are reported by a Problem instead.
  if (error instanceof NotFoundException) return noRoute(request);
  if (error instanceof HttpException && 'details' in Object(error.getResponse()))
    return unready(error);
  // Nest makes it of the error of the router.
  if (error instanceof BadRequestException && !canDecode(request.path))
    return new Problem('malformed-request', 'The path must be percent-encoded UTF-8.');
  if (error instanceof HttpException) return new Problem(codeOf(error.getStatus()), error.message);
  return new Problem(
    'internal-error',
    'The server failed to process the request. The log has the details under the request id.',
  );
}

function codeOf(status: number): ProblemCode {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  const fallback = status >= 500 ? 'internal-error' : 'malformed-request';
  return codes.find((code) => PROBLEMS[code].status === status) ?? fallback;
}

/** Terminus throws the results of a failed health check. */
function unready(error: HttpException): Problem {
  const { details } = error.getResponse() as {
    details: Record<string, { status: string; message?: string }>;
  };
  const down = Object.entries(details).filter(([, { status }]) => status === 'down');
  const detail = down.map(([name, { message }]) => `${name}: ${message ?? 'down'}`).join('; ');
  return new Problem('unavailable', `${detail}.`, { members: { checks: details } });
}
