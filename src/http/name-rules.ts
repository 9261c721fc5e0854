import { controlMistake, lengthMistake, type TextMistake } from './text.js';
import { hasInvisible, isVisible } from './visible-text.js';

/** Unicode code points. */
export const MAX_NAME_LENGTH = 200;

/** A name in its stored form: in Unicode normalization form C (UAX #15), without leading and trailing spaces. */
export const cleanName = (name: string): string => name.normalize('NFC').trim();

/** The mistake in a clean name; `undefined` if it is valid. */
export function nameMistake(
  name: string,
  longest: number = MAX_NAME_LENGTH,
): TextMistake | undefined {
  if (!name.isWellFormed()) return { kind: 'lone surrogate' };
  const mistake = controlMistake(name) ?? lengthMistake(name, longest, 1);
  if (mistake) return mistake;
  if (!isVisible(name)) return { kind: 'nothing visible' };
  return hasInvisible(name) ? { kind: 'invisible' } : undefined;
}
