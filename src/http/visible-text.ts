/**
 * Characters that are drawn as nothing, besides spaces, controls and those that Unicode lists as ignorable, and those that
 * stand for no character.
 */
const BLANK = String.raw`\u2800\u{1D159}\p{Noncharacter_Code_Point}`;

const VISIBLE = new RegExp(
  String.raw`[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}${BLANK}]`,
  'u',
);
const INVISIBLE = new RegExp(String.raw`[\p{Cf}\p{Default_Ignorable_Code_Point}${BLANK}]`, 'gv');

/** Letters of scripts in which joiners change what is seen, as in Persian and in those of India. */
const JOINABLE = String.raw`[[\p{L}\p{M}]--[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Inherited}]]`;

/** Where a character that is not seen itself belongs to one that is. */
const MEANT = [
  String.raw`\p{RGI_Emoji}`,
  String.raw`[\p{Emoji}--[0-9#*]][\uFE0E\uFE0F]`,
  String.raw`(?<=${JOINABLE})[\u200C\u200D](?=${JOINABLE})`,
  String.raw`(?<=\p{sc=Han})[\u{FE00}-\u{FE02}\u{E0100}-\u{E01EF}]`,
  String.raw`(?<=\p{sc=Mongolian})[\u180B-\u180D\u180F]`,
].map((pattern) => new RegExp(pattern, 'gv'));

/** Whether a text has a character that can be seen. */
export const isVisible = (text: string): boolean => VISIBLE.test(text);

/**
 * Whether a text has a character that cannot be seen and stands for nothing: two names that differ by it look the same.
 * Bidirectional controls, which make a name look like another, are among them; joiners inside emoji and in the scripts
 * that need them are not.
 */
export const hasInvisible = (text: string): boolean => withoutMeant(text).search(INVISIBLE) >= 0;

/** The text without what `hasInvisible` finds; a joiner of an emoji that is not known goes, too. */
export const withoutInvisible = (text: string): string =>
  hasInvisible(text) ? text.replaceAll(INVISIBLE, '') : text;

const withoutMeant = (text: string): string =>
  MEANT.reduce((rest, pattern) => rest.replaceAll(pattern, ' '), text);
