/** Characters that show nothing. */
export const NOT_SEEN = [
  '\u3164',
  '\u2800',
  '\u115F',
  '\uFFA0',
  '\u00AD',
  '\u200B',
  '\u2060',
  '\uFE0F',
  '\u{E0041}',
  '\u034F',
  '\u{1D159}',
  '\uFFFF',
  '\uFDD0',
];
/** Characters that turn the direction of what follows. */
export const BIDIRECTIONAL = ['\u202E', '\u2066', '\u200F', '\u061C'];

export const nameOf = (text: string): string =>
  `U+${text.codePointAt(0)!.toString(16).toUpperCase()}`;
