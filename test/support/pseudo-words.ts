import { en, type Words } from '../../client/src/words/en.js';

const FULL_WIDTH = 0xfee0;

/** With full-width letters in place of ASCII letters. Places for elements, such as `{name}`, stay. */
const pseudo = (text: string): string =>
  text.replaceAll(/\{\w+\}|[A-Za-z]/g, (found) =>
    found.length > 1 ? found : String.fromCodePoint(found.codePointAt(0)! + FULL_WIDTH),
  );

function pseudoOf(part: unknown): unknown {
  if (typeof part === 'string') return pseudo(part);
  if (typeof part === 'function') return (...values: unknown[]) => pseudo(String(part(...values)));
  return Object.fromEntries(
    Object.entries(part as object).map(([name, value]) => [name, pseudoOf(value)]),
  );
}

/** The catalogue of the page with texts in which no ASCII letter is left. */
export const words = pseudoOf(en) as Words;

export const texts = <Texts extends object>(own: Texts): Texts => pseudoOf(own) as Texts;
