import { controlCharacterIn, lengthMistake } from './text.js';
import { hasInvisible, isVisible } from './visible-text.js';

/** Unicode code points. */
export const LONGEST_NAME = 200;

/** A name as it is kept: in Unicode normalization form C (UAX #15) and without space around it. */
export const cleanName = (name: string): string => name.normalize('NFC').trim();

/** What is wrong with a clean name, as the end of a sentence; `undefined` where it is good. */
export function nameMistake(name: string, longest: number = LONGEST_NAME): string | undefined {
  if (!name.isWellFormed()) return 'must be Unicode text, without half a surrogate pair';
  const control = controlCharacterIn(name);
  if (control) return `must not have control characters or line breaks; ${control}`;
  const length = lengthMistake(name, longest, 1, ', not counting space around it');
  if (length) return length;
  if (!isVisible(name)) return 'must have a character that can be seen';
  return hasInvisible(name) ? 'must not have characters that cannot be seen' : undefined;
}
