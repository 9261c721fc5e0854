import { fold } from './fold.js';
import { UNSPACED_SCRIPTS } from './letters.js';

/** Number of this definition of a word. Raise it with each change to what `wordsOf` returns: messages are reindexed. */
export const WORDS_VERSION = 1;

/** Unicode code points of a word that are indexed and looked for. PostgreSQL takes 2 KiB, with the id of the room. */
const MAX_WORD_LENGTH = 64;
/** Characters in a row that are indexed together where no spaces separate words. */
const GRAM = 3;
/**
 * Words of one text. A text of 8,000 characters has fewer, unless many of them stand for several, such as ㌀. PostgreSQL
 * indexes 1 MiB of a message, with the id of the room in each word.
 */
const MAX_WORDS = 8192;

const LETTER = String.raw`[\p{L}\p{M}\p{N}]`;
/** With the letters that several of these scripts share, such as ー. */
const UNSPACED = String.raw`[${LETTER}&&[${UNSPACED_SCRIPTS}\u3006\u3031-\u3035\u303C\u3099\u309A\u30FC]]`;
const EMOJI = String.raw`[\p{Extended_Pictographic}\p{RI}]`;
const RUN = new RegExp(String.raw`(${UNSPACED}+|${EMOJI}+)|[${LETTER}--${UNSPACED}]+`, 'gv');

/** What a message must contain to be found. */
export interface SearchTerms {
  readonly words: readonly string[];
  /** Prefixes of words. */
  readonly prefixes: readonly string[];
}

/** Letters and digits that follow each other. */
export interface Run {
  /** Where it begins in the folded text, in UTF-16 code units. */
  readonly from: number;
  readonly letters: readonly string[];
  readonly isUnspaced: boolean;
}

/**
 * The words of a text as they are indexed, each once: the same on both engines, whatever the database's locale is and
 * whatever dictionaries this version of ICU has. No word has a space, a quote, a backslash or a `#`.
 *
 * A word is a run of letters and digits, folded. Of a run without spaces, and of emoji, it is three characters, from each
 * of them on, or fewer at the end: each part of the run is found, wherever a dictionary would cut it.
 */
export function wordsOf(text: string): string[] {
  const words = new Set<string>();
  for (const { letters, isUnspaced } of runsOf(text))
    if (!isUnspaced) words.add(wordOf(letters));
    else letters.forEach((_, n) => words.add(gramAt(letters, n)));
  return [...words].slice(0, MAX_WORDS);
}

/**
 * What a query asks for: all its words, the last of them as a prefix unless it is a single letter. Of a run without spaces
 * it asks for each three characters, and a shorter run as a prefix.
 *
 * @returns `undefined` where it is too short: it has no word, or a single letter of an alphabet and nothing else. Almost
 *   every message has that, and whoever types it means the beginning of a word.
 */
export function termsOf(query: string): SearchTerms | undefined {
  const runs = runsOf(query);
  if (runs.length === 0 || (runs.length === 1 && isSingleLetter(runs[0]!))) return undefined;
  const [words, prefixes] = [new Set<string>(), new Set<string>()];
  for (const [n, run] of runs.entries())
    if (isBeginning(run, n === runs.length - 1)) prefixes.add(wordOf(run.letters));
    else
      for (const word of run.isUnspaced ? gramsOf(run.letters) : [wordOf(run.letters)])
        words.add(word);
  return { words: [...words], prefixes: [...prefixes] };
}

const isSingleLetter = ({ letters, isUnspaced }: Run): boolean =>
  letters.length === 1 && !isUnspaced;

/** Whether the last word may be incomplete. */
const isBeginning = (run: Run, isLast: boolean): boolean =>
  run.isUnspaced ? run.letters.length < GRAM : isLast && !isSingleLetter(run);

/** The runs of a text, folded. */
export const runsOf = (text: string): Run[] =>
  [...fold(text).matchAll(RUN)].map(({ index, 0: run, 1: unspaced }) => ({
    from: index,
    letters: [...run],
    isUnspaced: unspaced !== undefined,
  }));

export const wordOf = (letters: readonly string[]): string =>
  letters.slice(0, MAX_WORD_LENGTH).join('');

const gramAt = (letters: readonly string[], n: number): string =>
  letters.slice(n, n + GRAM).join('');

const gramsOf = (letters: readonly string[]): string[] =>
  letters.slice(0, 1 - GRAM).map((_, n) => gramAt(letters, n));
