import { fold } from '../words/fold.js';
import { type Run, runsOf } from '../words/words.js';

/** Unicode code points of a word that are indexed and looked for: a page cursor holds one. */
const MAX_WORD_LENGTH = 24;
/** Words of one user. Names of 200 Chinese characters each have more. */
const MAX_WORDS = 100;
/** Words of a query. Each one costs an index lookup for each candidate. */
const MAX_TERMS = 8;

/** Also as East Asian keyboards write it. */
const AT = /^[@＠﹫]/u;

interface Names {
  readonly firstname: string;
  readonly lastname: string;
  readonly username?: string;
}

/**
 * The words by which a user is found, folded: the parts of the names and of the username, and the username after an `@`. A
 * part without spaces, such as 田中太郎, has a word for each of its characters, up to its end.
 */
export function nameWords({ firstname, lastname, username = '' }: Names): string[] {
  const names = `${firstname} ${lastname} ${username}`;
  const parts = names.trim().split(/\s+/).flatMap(wordsOfPart);
  const words = username === '' ? parts : [`@${username}`, ...parts];
  return [...new Set(words)].slice(0, MAX_WORDS);
}

/**
 * The prefixes of words that a query asks for, the longest first: it has the fewest matches. A word after an `@` is the
 * beginning of a username.
 */
export function nameTerms(query: string): string[] {
  const terms = query.trim().split(/\s+/).flatMap(termsOfPart);
  return [...new Set(terms)]
    .toSorted((one, other) => other.length - one.length)
    .slice(0, MAX_TERMS);
}

/** The first text after all words that start with a term: no letter is after U+10FFFF. */
export const endOfTerm = (term: string): string => `${term}\u{10FFFF}`;

/** Most parts are one word of these characters, which takes a tenth of the time of finding runs. */
const PLAIN_WORD = /^[a-z\d]+$/i;

/** `O’Brien` is found by `brien` and by `obrien`. */
function wordsOfPart(part: string): string[] {
  if (PLAIN_WORD.test(part)) return [part.slice(0, MAX_WORD_LENGTH).toLowerCase()];
  const runs = runsOf(part);
  const whole = runs.flatMap(({ letters }) => letters);
  const words = runs.flatMap((run) => (run.isUnspaced ? suffixesOf(run) : [wordOf(run.letters)]));
  return runs.length > 1 ? [...words, wordOf(whole)] : words;
}

function termsOfPart(part: string): string[] {
  if (AT.test(part)) return [`@${fold(part.replace(AT, ''))}`];
  return runsOf(part).map(({ letters }) => wordOf(letters));
}

const suffixesOf = ({ letters }: Run): string[] =>
  letters.map((_, from) => wordOf(letters.slice(from)));

const wordOf = (letters: readonly string[]): string => letters.slice(0, MAX_WORD_LENGTH).join('');
