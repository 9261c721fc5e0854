import { ProblemError, type Problem } from './problem.js';
import { NoAnswerError } from './request.js';

/** What went wrong, in words for the person in front of the page. */
export interface Failure {
  /** About the whole; null when the fields say it all. */
  readonly message: string | null;
  readonly fields: Readonly<Record<string, string>>;
}

export const noFailure: Failure = { message: null, fields: {} };

/** `fields` names those that can show an error of their own. */
export function failureOf(error: unknown, fields: readonly string[] = []): Failure {
  if (error instanceof NoAnswerError) {
    return failure('The server did not answer. Nothing is lost: try again in a moment.');
  }
  if (!(error instanceof ProblemError)) {
    console.error(error);
    return failure('Something went wrong on this page. Try again, or reload it.');
  }
  if (error.status === 429) return failure(tooMany(error.retryAfter));
  const details = detailsOf(error.problem, fields);
  return Object.keys(details).length > 0
    ? { message: null, fields: details }
    : failure(error.message);
}

function failure(message: string): Failure {
  return { message, fields: {} };
}

function tooMany(seconds: number | null): string {
  if (seconds === null) return 'Too many requests just now. Try again in a moment.';
  return `Too many requests just now. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
}

function detailsOf({ errors = [] }: Problem, fields: readonly string[]): Record<string, string> {
  const details = errors
    .map(({ field, detail }) => [field.replace(/^#?\//, ''), sentence(detail)] as const)
    .filter(([field]) => fields.includes(field));
  return Object.fromEntries(details);
}

/** What `mistakes` finds wrong, by field, as the server would say it; fields without a mistake are left out. */
export function mistakesOf(
  mistakes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const found = Object.entries(mistakes).filter(([, mistake]) => mistake !== undefined);
  return Object.fromEntries(found.map(([field, mistake]) => [field, sentence(mistake!)]));
}

/** Below its field, where a detail such as "must have 1 to 200 characters" stands by itself. */
function sentence(detail: string): string {
  const text = detail.charAt(0).toUpperCase() + detail.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}
