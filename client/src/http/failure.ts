import type { TextMistake } from '../../../src/http/text.js';
import type { ProblemTexts } from '../words/types.js';
import { words } from '../words/words.js';
import { type Problem, ProblemError } from './problem.js';
import { NoResponseError } from './request.js';

/** What went wrong, in words for the user. */
export interface Failure {
  /** About the whole request; null if the fields say everything. */
  readonly message: string | null;
  readonly fields: Readonly<Record<string, string>>;
  /** Whether the server was not reached, or could not work. */
  readonly isOutage?: boolean;
}

/** The message is a text for the user. */
export class ShownError extends Error {
  override readonly name = 'ShownError';
}

export const noFailure: Failure = { message: null, fields: {} };

/**
 * @param fields those that can show an error of their own.
 * @param problems what problem codes mean here; other codes have the texts of the catalogue, or else the server's detail.
 */
export function failureOf(
  error: unknown,
  fields: readonly string[] = [],
  problems: ProblemTexts = {},
): Failure {
  if (error instanceof NoResponseError)
    return { ...failure(words.errors.noResponse), isOutage: true };
  if (error instanceof ShownError) return failure(error.message);
  if (!(error instanceof ProblemError)) {
    console.error(error);
    return failure(words.errors.unexpected);
  }
  const details = detailsOf(error.problem, fields);
  if (Object.keys(details).length > 0) return { message: null, fields: details };
  return { ...failure(textOf(error, problems)), isOutage: error.status >= 500 };
}

function textOf({ status, code, problem, retryAfter }: ProblemError, problems: ProblemTexts) {
  if (status === 429) return words.errors.tooManyRequests(retryAfter);
  const text = problems[code] ?? words.errors.problems[code];
  return text ?? problem.detail ?? problem.title ?? words.errors.status(status);
}

export function messageOf(error: unknown, problems: ProblemTexts = {}): string | null {
  return failureOf(error, [], problems).message;
}

/** Whether the same request may succeed later. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof NoResponseError) return true;
  return error instanceof ProblemError && (error.status >= 500 || error.status === 429);
}

function failure(message: string): Failure {
  return { message, fields: {} };
}

function detailsOf({ errors = [] }: Problem, fields: readonly string[]): Record<string, string> {
  const details = errors
    .map(({ field, detail }) => [field.replace(/^#?\//, ''), sentence(detail)] as const)
    .filter(([field]) => fields.includes(field));
  return Object.fromEntries(details);
}

/** The texts of mistakes, by field; fields without a mistake are left out. */
export function mistakesOf(
  mistakes: Readonly<Record<string, TextMistake | string | undefined>>,
): Record<string, string> {
  const found = Object.entries(mistakes).flatMap(([field, mistake]) => {
    if (mistake === undefined) return [];
    return [[field, typeof mistake === 'string' ? mistake : words.errors.mistakes(mistake)]];
  });
  return Object.fromEntries(found) as Record<string, string>;
}

/** A detail of the server, such as "must be your current password", on its own below a field. */
function sentence(detail: string): string {
  const text = detail.charAt(0).toUpperCase() + detail.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}
