/** UTF-16 code units of a normalized text that are looked at: 8,000 characters are fewer, unless many stand for several. */
const MAX_LENGTH = 24_000;

/** Soft hyphens, joiners, zero-width spaces, bidi marks, variation selectors; and tones of skin. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}]/gu;

/**
 * Marks that may be left out without making another word: accents, Hebrew points, Arabic tashkil and tatweel. All others
 * are letters to readers: Indic vowel signs and viramas, Thai vowels and tones, the dakuten that makes が of か.
 */
const OPTIONAL_MARKS =
  /[[[\p{Mn}\p{Me}]&&[\p{sc=Zinh}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Cyrl}]]--[\u3099\u309A]]|\u0640/gv;

/** The jamo of ㅋㅋㅠㅠ. NFKC would compose syllables of them that nobody has written. */
const JAMO = String.raw`\u3131-\u318E`;
const NOT_JAMO = new RegExp(`[^${JAMO}]+`, 'gu');

/** Composed Cyrillic letters are letters of an alphabet: й, ї, ў, ќ. Stress marks, which do not compose, are optional. */
const NOT_CYRILLIC = new RegExp(String.raw`[^\p{sc=Cyrl}${JAMO}]+`, 'gu');

/** Letters that readers search for by another one, and that Unicode does not decompose; apostrophes that it counts as letters. */
const VARIANTS = new Map(
  [
    'æ=ae œ=oe ø=o đ=d ð=d ł=l ħ=h ŧ=t',
    'ς=σ ё=е ѐ=е ѝ=и',
    'ٱ=ا ى=ي ی=ي ک=ك ة=ه',
    "\u02B9=' \u02BB=' \u02BC=' \u02BD='",
  ].flatMap((pairs) => pairs.split(' ').map((pair) => pair.split('=') as [string, string])),
);
const VARIANT = new RegExp(`[${[...VARIANTS.keys()].join('')}]`, 'gu');

const OTHER_DIGIT = /[\p{Nd}--[0-9]]/gv;

/**
 * Makes texts equal that readers search for by one another: case (full case folding, The Unicode Standard, 3.13.3; dotless
 * ı is i), optional marks, compatible characters (NFKC, UAX #15), digits of all scripts. It depends on no locale, and
 * folding twice changes nothing.
 */
export function fold(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\0-\x7F]*$/.test(text)) return text.toLowerCase();
  return text
    .replaceAll(UNSEEN, '')
    .replaceAll(NOT_JAMO, (part) => part.normalize('NFKC'))
    .slice(0, MAX_LENGTH)
    .replaceAll(NOT_CYRILLIC, withoutMarks)
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll(VARIANT, (letter) => VARIANTS.get(letter)!)
    .replaceAll(OTHER_DIGIT, asciiDigit);
}

const withoutMarks = (text: string): string =>
  text.normalize('NFD').replaceAll(OPTIONAL_MARKS, '').normalize('NFC');

/** Unicode has the decimal digits in groups of ten, each from zero to nine. */
function asciiDigit(digit: string): string {
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(digit.codePointAt(0)! - before - 1))) before++;
  return `${before % 10}`;
}
