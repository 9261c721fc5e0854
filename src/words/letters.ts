/**
 * Scripts that are written without spaces, for a character class of a regular expression; and Hangul, whose words are
 * compounds and end in particles.
 */
export const UNSPACED_SCRIPTS =
  'Han Bopo Hira Kana Hang Yiii Tang Nshu Kits Thai Laoo Khmr Mymr Tale Talu Lana Tavt Ahom Java Bali'
    .split(' ')
    .map((script) => String.raw`\p{sc=${script}}`)
    .join('');

/**
 * Their letters end a name, and so do those of Tibetan. Some by their extensions: these share the mark of a long vowel, and
 * marks that Latin does not use.
 */
const UNSPACED = String.raw`${UNSPACED_SCRIPTS}\p{sc=Tibt}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}`;
/** Apostrophes that Unicode counts among the letters. */
const APOSTROPHES = String.raw`\u02BC\u02BB`;

/** Makes an emoji of a digit, as in 1️⃣. */
export const KEYCAP = String.raw`\u20E3`;

const LETTER = String.raw`[\p{L}\p{M}\p{Nd}]`;
/**
 * Invisible characters, which belong to the word that contains them (UAX #29, WB4). A zero width space separates words.
 */
export const UNSEEN = String.raw`(?:(?!\u200B)\p{Default_Ignorable_Code_Point})`;
/** A letter, mark or digit that continues a word. */
export const SPACED_LETTER = String.raw`(?![${UNSPACED}${APOSTROPHES}${KEYCAP}]|${UNSEEN})${LETTER}`;
