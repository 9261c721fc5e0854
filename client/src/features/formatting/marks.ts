import type { Env, StateCore, Token } from 'markdown-it';

/** Messages with more characters that may be marks are shown as plain text: parsing these takes about 10 ms. */
const MAX_MARKS = 800;
/** Characters that may be marks within a line. */
const MARKS = /[*_~`[\]\\]/g;

/** What the parser says about a message. */
export interface Environment extends Env {
  hasTooManyMarks?: boolean;
}

/**
 * Stops before the lines are parsed if there are too many marks: the time is not linear in their number. By then the parser
 * has divided the message into blocks, so marks in blocks of code do not count.
 */
export function marksRule({ tokens, env }: StateCore): void {
  if (tokens.reduce((sum, token) => sum + marksOf(token), 0) <= MAX_MARKS) return;
  (env as Environment).hasTooManyMarks = true;
  tokens.length = 0;
}

function marksOf({ type, content, markup, nesting }: Token): number {
  if (type === 'inline') return content.match(MARKS)?.length ?? 0;
  return nesting === -1 ? 0 : markup.length;
}
