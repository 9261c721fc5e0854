import { Histogram } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { handOverMessage } from './handed-over.js';
import { LIMIT_NAMES, type LimitName } from './limit-names.js';
import { type Problem, type ProblemCode, PROBLEMS } from './problems.js';

declare module 'express-serve-static-core' {
  interface Response {
    /** What the client was told, also if a stream was closed with status 200 because of it. */
    problem?: Problem;
  }
}

/** Upper bounds in seconds. Few, because each route and method has a histogram. */
const DURATIONS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Clients can send others, which no route serves. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = 'other';
/** Requests that no route handles: files of the page, and all others. */
const FILE = '(file)';
const NO_ROUTE = '(none)';
/** The connection was closed before the response was complete. */
const ABORTED = 'aborted';

/** The requests with one method to one route. */
export interface RouteStatistics {
  readonly method: string;
  /** The pattern of the route, such as `/api/users/:id`. */
  readonly route: string;
  /** The number of responses, by status. */
  readonly statuses: Map<string, number>;
  /** In seconds, from the end of the request's head to the end of the response; of a stream, to its opening. */
  readonly durations: Histogram;
}

/** Counts the requests of this process. The labels are bounded: no path, address or name of a client is kept. */
@Injectable()
export class RequestStatistics {
  readonly #routes = new Map<string, Map<string, RouteStatistics>>();
  readonly problems = zeros(Object.keys(PROBLEMS) as ProblemCode[]);
  readonly limits = zeros(LIMIT_NAMES);
  inFlight = 0;

  get routes(): RouteStatistics[] {
    return [...this.#routes.values()].flatMap((methods) => Array.from(methods.values()));
  }

  exceeded(limit: LimitName): void {
    this.limits[limit]++;
  }

  /** Counts a request whose response has ended, or whose connection has closed. */
  count(request: Request, response: Response, seconds: number): void {
    const found = this.#statisticsOf(request.method, routeOf(request, response));
    countStatus(found, statusOf(request, response));
    found.durations.observe(seconds);
    if (response.problem) this.#countProblem(response.problem);
  }

  /** Counts a request that is refused before the request log observes it. */
  countWhenClosed(request: Request, response: Response): void {
    const start = performance.now();
    response.once('close', () => this.count(request, response, (performance.now() - start) / 1000));
  }

  /** Counts a request that could not be read, so that its route is unknown. */
  countUnreadable(problem: Problem): void {
    countStatus(this.#statisticsOf(OTHER_METHOD, NO_ROUTE), String(problem.getStatus()));
    this.#countProblem(problem);
  }

  #countProblem({ code, extras: { limit } }: Problem): void {
    this.problems[code]++;
    if (limit) this.exceeded(limit);
  }

  #statisticsOf(given: string, route: string): RouteStatistics {
    let methods = this.#routes.get(route);
    if (!methods) this.#routes.set(route, (methods = new Map()));
    const method = METHODS.has(given) ? given : OTHER_METHOD;
    let found = methods.get(method);
    if (!found) {
      found = { method, route, statuses: new Map(), durations: new Histogram(DURATIONS) };
      methods.set(method, found);
    }
    return found;
  }
}

const countStatus = ({ statuses }: RouteStatistics, status: string): void =>
  void statuses.set(status, (statuses.get(status) ?? 0) + 1);

const zeros = <Name extends string>(names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;

function routeOf({ route, method }: Request, { statusCode }: Response): string {
  const path = (route as { path?: unknown } | undefined)?.path;
  // Nest registers middleware as routes with a wildcard.
  if (typeof path === 'string' && !path.includes('*')) return path;
  const isFile = (method === 'GET' || method === 'HEAD') && statusCode < 400;
  return isFile ? FILE : NO_ROUTE;
}

/** The response of a stream may never end. */
function statusOf({ socket }: Request, { statusCode, writableEnded }: Response): string {
  const isComplete = writableEnded || handOverMessage(socket) !== undefined;
  return isComplete ? String(statusCode) : ABORTED;
}
