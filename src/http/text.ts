/** Measures and cleans texts. The page uses the same functions before it sends. */

/** The length in Unicode code points, as in JSON Schema: an emoji such as 🔔 counts as one. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** The mistake in a text. `text-mistakes.ts` has the messages of the API; the page has its own. */
export type TextMistake = LengthMistake | ControlMistake | { readonly kind: PlainMistake };

export type PlainMistake =
  'lone surrogate' | 'nothing visible' | 'invisible' | 'username' | 'reserved username';

export interface LengthMistake {
  readonly kind: 'length';
  readonly least: number;
  readonly most: number;
  readonly length: number;
}

export interface ControlMistake {
  readonly kind: 'control character';
  /** The index of the character, from 1. */
  readonly place: number;
  /** For example `U+0007`. */
  readonly code: string;
  /** Line breaks and tabs are allowed. */
  readonly isMultiline: boolean;
}

export function lengthMistake(text: string, most: number, least = 0): LengthMistake | undefined {
  const length = lengthOf(text);
  if (length >= least && length <= most) return undefined;
  return { kind: 'length', least, most, length };
}

/** Converts all kinds of line breaks (UAX #14: CR, LF, NEL, VT, FF, LS, PS) to LF. */
export const withLineFeeds = (text: string): string =>
  text.replaceAll(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n');

/** Control characters and the other line breaks of Unicode. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
/** Control characters except line breaks and tabs. */
const MULTILINE_CONTROL = /[^\P{Cc}\n\t]/u;

/** The first control character of a text. */
export function controlMistake(text: string, isMultiline = false): ControlMistake | undefined {
  const found = (isMultiline ? MULTILINE_CONTROL : CONTROL).exec(text);
  if (!found) return undefined;
  const code = found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  const place = lengthOf(text.slice(0, found.index)) + 1;
  return { kind: 'control character', place, code: `U+${code}`, isMultiline };
}
