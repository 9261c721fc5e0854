import { fold } from '../../../../src/words/fold.js';
import { placesOf } from '../../../../src/words/found-places.js';
import { termsOf } from '../../../../src/words/words.js';

/** A part of a text, and whether the query has found it. */
export interface Highlight {
  readonly text: string;
  readonly isFound: boolean;
}

/** A letter with its marks, also those of halfwidth Katakana, and with invisible characters and the skin tone of an emoji. */
const LETTER =
  /\P{M}[\p{M}\uFF9E\uFF9F\p{Emoji_Modifier}\p{Default_Ignorable_Code_Point}]*|\p{M}+/gu;
/** Before a found word at the start of an excerpt, in UTF-16 code units. */
const CONTEXT = 60;

/** The parts of a text, with what the server's search has found in it. */
export function highlights(original: string, query: string): Highlight[] {
  // Hangul syllables are one letter each, as folded.
  const text = original.normalize();
  const { letters, places } = indexed(text);
  const found = placesOf(termsOf(query) ?? { words: [], prefixes: [] }, letters);
  const marked = new Set(found.flatMap(({ from, to }) => places.slice(from, to)));
  const parts: { text: string; isFound: boolean }[] = [];
  for (const { index, 0: letter } of text.matchAll(LETTER)) {
    const isFound = marked.has(index);
    const last = parts.at(-1);
    if (last?.isFound === isFound) last.text += letter;
    else parts.push({ text: letter, isFound });
  }
  return parts;
}

/** The same text from shortly before the first word that was found: the start of a long text may have none. */
export function excerpt(parts: readonly Highlight[]): readonly Highlight[] {
  const [first, ...others] = parts;
  if (!first || first.isFound || others.length === 0) return parts;
  const lines = first.text.split('\n');
  if (first.text.length <= 2 * CONTEXT && lines.length < 3) return parts;
  const line = lines.at(-1)!;
  const before = line.length > CONTEXT ? line.slice(-CONTEXT).replace(/^\S*\s/, '') : line;
  return [{ text: `… ${before}`, isFound: false }, ...others];
}

/** The folded text, and for each of its code units where its letter starts in the text. */
function indexed(text: string): { letters: string; places: number[] } {
  let letters = '';
  const places: number[] = [];
  for (const { index, 0: letter } of text.matchAll(LETTER)) {
    const part = fold(letter);
    letters += part;
    for (let n = 0; n < part.length; n++) places.push(index);
  }
  return { letters, places };
}
