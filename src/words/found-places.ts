import { type Run, runsOf, type SearchTerms, wordOf } from './words.js';

/** A part of a text, in UTF-16 code units. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** Where a folded text has the words that a search asks for. */
export const placesOf = (terms: SearchTerms, folded: string): Place[] =>
  runsOf(folded).flatMap((run) =>
    run.isUnspaced ? placesInRun(terms, run, folded) : placeOfWord(terms, run),
  );

/** A word is found as a whole, and by its beginning. */
function placeOfWord({ words, prefixes }: SearchTerms, { from, letters }: Run): Place[] {
  const word = wordOf(letters);
  if (words.includes(word)) return [{ from, to: from + letters.join('').length }];
  return prefixes
    .filter((prefix) => word.startsWith(prefix))
    .map((prefix) => ({ from, to: from + prefix.length }));
}

/** Without spaces, a word begins at any letter. */
function placesInRun({ words, prefixes }: SearchTerms, { from, letters }: Run, folded: string) {
  const wanted = [...words, ...prefixes];
  const places: Place[] = [];
  let at = from;
  for (const letter of letters) {
    for (const word of wanted)
      if (folded.startsWith(word, at)) places.push({ from: at, to: at + word.length });
    at += letter.length;
  }
  return places;
}
