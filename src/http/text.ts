/** How texts are measured and cleaned. The page does the same by the same functions before it sends. */

/** Unicode code points, which is how JSON Schema counts: an emoji such as 🔔 is one. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/**
 * What is wrong with the length of a text, as the end of a sentence.
 *
 * @param counted how it was counted, as a clause.
 */
export function lengthMistake(
  text: string,
  most: number,
  least = 0,
  counted = '',
): string | undefined {
  const length = lengthOf(text);
  if (length >= least && length <= most) return undefined;
  const wanted = least > 0 ? `${least} to ${most}` : `at most ${most}`;
  return `must have ${wanted} characters${counted}; it has ${length}`;
}

/** A text whose line breaks of any kind (UAX #14: CR, LF, NEL, VT, FF, LS, PS) are LF. */
export const withLineFeeds = (text: string): string =>
  text.replaceAll(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n');

const NAMES = new Map([
  ['\t', 'tab'],
  ['\n', 'line break'],
]);

/** Control characters, and what Unicode has for line breaks besides. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/**
 * The first control character of a text and its place, as the end of a sentence.
 *
 * @param control what is one here.
 * @returns such as "character 6 is U+0007"
 */
export function controlCharacterIn(text: string, control: RegExp = CONTROL): string | undefined {
  const found = control.exec(text);
  if (!found) return undefined;
  const [one] = found;
  const code = one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  const name = NAMES.has(one) ? ` (${NAMES.get(one)})` : '';
  return `character ${lengthOf(text.slice(0, found.index)) + 1} is U+${code}${name}`;
}
