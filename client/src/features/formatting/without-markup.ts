import { textOf } from './formatted.js';
import { parsed } from './parse.js';

/** The text of a message without markup. */
export function withoutMarkup(text: string): string {
  const parts = parsed(text);
  return parts ? textOf(parts) : text;
}
