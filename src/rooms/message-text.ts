import { controlCharacterIn, lengthMistake } from '../http/text.js';
import { isVisible } from '../http/visible-text.js';

/** Unicode code points. */
export const LONGEST_MESSAGE = 8000;

/** Besides line break and tab. */
const CONTROL = /[^\P{Cc}\n\t]/u;

/** What is wrong with a text whose line breaks are LF, as the end of a sentence; `undefined` where it is good. */
export function messageMistake(text: string): string | undefined {
  if (!text.isWellFormed()) return 'must be Unicode text, without half a surrogate pair';
  const control = controlCharacterIn(text, CONTROL);
  if (control) return `must not have control characters other than line break and tab; ${control}`;
  const length = lengthMistake(text, LONGEST_MESSAGE);
  if (length) return length;
  return isVisible(text) ? undefined : 'must have a character that can be seen';
}
