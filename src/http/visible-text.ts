/**
 * Characters that are not visible, in addition to spaces, control characters and the ignorable characters of Unicode,
 * and code points that are not characters.
 */
const BLANK = String.raw`\u2800\u{1D159}\p{Noncharacter_Code_Point}`;

const VISIBLE = new RegExp(
  String.raw`[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}${BLANK}]`,
  'u',
);
const INVISIBLE = new RegExp(String.raw`[\p{Cf}\p{Default_Ignorable_Code_Point}${BLANK}]`, 'gv');

/** Letters of scripts in which joiners change the appearance, such as Persian and those of India. */
const JOINABLE = String.raw`[[\p{L}\p{M}]--[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Inherited}]]`;

/** Invisible characters that are legitimate, because they belong to a visible one. */
const MEANT = [
  String.raw`\p{RGI_Emoji}`,
  String.raw`[\p{Emoji}--[0-9#*]][\uFE0E\uFE0F]`,
  String.raw`(?<=${JOINABLE})[\u200C\u200D](?=${JOINABLE})`,
  String.raw`(?<=\p{sc=Han})[\u{FE00}-\u{FE02}\u{E0100}-\u{E01EF}]`,
  String.raw`(?<=\p{sc=Mongolian})[\u180B-\u180D\u180F]`,
].map((pattern) => new RegExp(pattern, 'gv'));

/** Whether a text has a visible character. */
export const isVisible = (text: string): boolean => VISIBLE.test(text);

/**
 * Whether a text has an invisible character without a legitimate use: two names that differ only by such a character
 * look the same. This includes bidirectional controls, which make a name look like another. It does not include joiners
 * inside emoji and in the scripts that need them.
 */
export const hasInvisible = (text: string): boolean => withoutMeant(text).search(INVISIBLE) >= 0;

/** Removes the characters that `hasInvisible` finds, including a joiner of an unknown emoji. */
export const withoutInvisible = (text: string): string =>
  hasInvisible(text) ? text.replaceAll(INVISIBLE, '') : text;

const withoutMeant = (text: string): string =>
  MEANT.reduce((rest, pattern) => rest.replaceAll(pattern, ' '), text);
