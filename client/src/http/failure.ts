import { ProblemError, type Problem } from './problem';
import { NoAnswerError } from './request';

/** What went wrong, in words for the person in front of the page. */
export interface Failure {
  /** About the whole; null when the fields say it all. */
  readonly message: string | null;
  readonly fields: Readonly<Record<string, string>>;
}

export const noFailure: Failure = { message: null, fields: {} };

export function failureOf(error: unknown): Failure {
  if (error instanceof NoAnswerError) {
    return failure('The server did not answer. Nothing is lost: try again in a moment.');
  }
  if (!(error instanceof ProblemError)) {
    reportError(error);
    return failure('Something went wrong on this page. Try again, or reload it.');
  }
  if (error.status === 429) return failure(tooMany(error.retryAfter));
  const fields = fieldsOf(error.problem);
  return Object.keys(fields).length > 0 ? { message: null, fields } : failure(error.message);
}

function failure(message: string): Failure {
  return { message, fields: {} };
}

function tooMany(seconds: number | null): string {
  if (seconds === null) return 'Too many requests just now. Try again in a moment.';
  return `Too many requests just now. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
}

function fieldsOf({ errors = [] }: Problem): Record<string, string> {
  return Object.fromEntries(
    errors.map(({ field, detail }) => [field.replace(/^#?\//, ''), detail]),
  );
}
