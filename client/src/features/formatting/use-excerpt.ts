import { usePlainText } from './plain-text.js';

/** As much of a message as identifies it in the name of a button, in characters. */
const MOST = 40;

/** The start of the text of a message, without its formatting. */
export function useExcerpt(text: string): string {
  const chars = Array.from(usePlainText(text));
  return chars.length > MOST ? `${chars.slice(0, MOST).join('')}…` : chars.join('');
}
