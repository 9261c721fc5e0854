import { controlMistake, lengthMistake, type TextMistake } from '../../http/text.js';
import { isVisible } from '../../http/visible-text.js';

/** Unicode code points. */
export const MAX_MESSAGE_LENGTH = 8000;

/** What is wrong with a text whose line breaks are LF; `undefined` if it is valid. */
export function messageMistake(text: string): TextMistake | undefined {
  if (!text.isWellFormed()) return { kind: 'lone surrogate' };
  const mistake = controlMistake(text, true) ?? lengthMistake(text, MAX_MESSAGE_LENGTH);
  if (mistake) return mistake;
  return isVisible(text) ? undefined : { kind: 'nothing visible' };
}
