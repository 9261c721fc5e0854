/**
 * Whether a text may contain markup. Most messages contain none, and do not need the parser. An underscore within a word is
 * none, and a line that starts with a number is no list without a dot.
 */
const MARKUP =
  /[*`]|~~|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|\]\(|^[ \t]*(?:>|(?:[-+]|\d{1,9}[.)])[ \t])/mu;

export const mayHaveMarkup = (text: string): boolean => MARKUP.test(text);
