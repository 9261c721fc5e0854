import type { Schema } from '../api/api.js';

/** Empty if the response is not one of Carillon, for example that of a proxy. */
export type Problem = Partial<Schema<'Problem'>>;

/** The server refused the request. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly problem: Problem;
  /** Empty without a problem document. */
  readonly code: string;
  /** In seconds, if the response says so. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Problem, retryAfter: number | null) {
    super(problem.detail ?? problem.title ?? `Status ${status}`);
    this.status = status;
    this.problem = problem;
    this.code = problem.type?.split(':').at(-1) ?? '';
    this.retryAfter = retryAfter;
  }
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ProblemError && error.status === status;
}

export async function problemOf(response: Response): Promise<ProblemError> {
  const isProblem = response.headers.get('Content-Type')?.includes('application/problem+json');
  const problem = isProblem ? ((await response.json()) as Problem) : {};
  return new ProblemError(response.status, problem, secondsOf(response.headers));
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3). */
function secondsOf(headers: Headers): number | null {
  const value = headers.get('Retry-After');
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.ceil(seconds));
}
