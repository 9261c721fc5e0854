/** Scripts written without spaces, and Hangul, whose particles follow a name directly: their letters end a name. */
const UNSPACED =
  // By their extensions: these share the mark of a long vowel, and marks that Latin does not use.
  ['Han', 'Hira', 'Kana'].map((script) => String.raw`\p{scx=${script}}`).join('') +
  ['Bopo', 'Hang', 'Yiii', 'Thai', 'Laoo', 'Khmr', 'Mymr', 'Tibt', 'Java', 'Bali', 'Lana']
    .concat(['Tale', 'Talu', 'Tavt'])
    .map((script) => String.raw`\p{sc=${script}}`)
    .join('');
/** Apostrophes that Unicode counts among the letters. */
const APOSTROPHES = String.raw`\u02BC\u02BB`;

const LETTER = String.raw`[\p{L}\p{M}\p{Nd}]`;
/** Not seen, and part of the word they stand in (UAX #29, WB4). A zero width space separates words. */
export const UNSEEN = String.raw`(?:(?!\u200B)\p{Default_Ignorable_Code_Point})`;
/** A letter, mark or digit that goes on with a word. */
export const SPACED_LETTER = String.raw`(?![${UNSPACED}${APOSTROPHES}]|${UNSEEN})${LETTER}`;
