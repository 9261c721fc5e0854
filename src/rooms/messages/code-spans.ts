import { SPACED_LETTER } from '../../words/letters.js';

/** A backtick after a letter is an apostrophe. */
const OPENING = new RegExp(`(?<!${SPACED_LETTER})\x60`, 'uy');

interface Part {
  readonly text: string;
  readonly isCode: boolean;
}

/** Consecutive backticks. */
interface Run {
  readonly index: number;
  readonly length: number;
  readonly line: number;
}

/**
 * Divides a text into code and other text, in linear time. A code span ends at a run of as many backticks as it began
 * with; a span of fewer than three backticks ends on the same line.
 */
export function codeIn(text: string): Part[] {
  const runs = runsIn(text);
  const next = nextOfSameLength(runs);
  const parts: Part[] = [];
  let end = 0;
  for (let n = 0; n < runs.length; n++) {
    const { index, length, line } = runs[n]!;
    const closing = runs[next[n]!];
    OPENING.lastIndex = index;
    if (!closing || (length < 3 && line !== closing.line) || !OPENING.test(text)) continue;
    const after = closing.index + length;
    parts.push({ text: text.slice(end, index), isCode: false });
    parts.push({ text: text.slice(index, after), isCode: true });
    end = after;
    n = next[n]!;
  }
  return [...parts, { text: text.slice(end), isCode: false }];
}

function runsIn(text: string): Run[] {
  const runs: Run[] = [];
  let line = 0;
  for (const { 0: found, index } of text.matchAll(/`+|\n/g))
    if (found === '\n') line++;
    else runs.push({ index, length: found.length, line });
  return runs;
}

/** For each run, the index of the next run of the same length; -1 if there is none. */
function nextOfSameLength(runs: readonly Run[]): number[] {
  const places = new Map<number, number>();
  const next = runs.map(() => -1);
  for (let n = runs.length - 1; n >= 0; n--) {
    next[n] = places.get(runs[n]!.length) ?? -1;
    places.set(runs[n]!.length, n);
  }
  return next;
}
