/** Unicode code points of a topic, as in the Mercure protocol. */
export const MAX_TOPIC_LENGTH = 512;
/** Unicode code points of the id that a publisher gives an event. */
export const MAX_PUBLIC_ID_LENGTH = 255;

/**
 * The characters that topics and ids must not contain, as ranges of code points: C0, DEL and C1 (Unicode category Cc), and
 * the invisible ones of category Cf, such as directional marks. JavaScript and both databases read this list, so that all
 * of them apply the same version of Unicode. NUL is checked separately in SQLite.
 */
export const FORBIDDEN_CHARACTERS: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2064],
  [0x2066, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0001, 0xe0001],
  [0xe0020, 0xe007f],
];

const escaped = (codePoint: number): string => `\\u{${codePoint.toString(16)}}`;
const FORBIDDEN = new RegExp(
  `[${FORBIDDEN_CHARACTERS.map(([from, to]) => `${escaped(from)}-${escaped(to)}`).join('')}]`,
  'u',
);
/** The forms of a cursor. An id of this form would be read as a position. */
const CURSOR = /^[\da-f]{8}-\d+(~.*)?$/;
/** The word that asks for every event that is kept, where a cursor is expected. */
const EARLIEST = 'earliest';

/**
 * Says what is wrong with a topic, as the end of a sentence: `must …`.
 *
 * @returns `undefined` if the topic can be used.
 */
export function topicMistake(topic: string): string | undefined {
  if (topic === '*') return 'must not be *, which stands for all topics';
  return textMistake(topic, MAX_TOPIC_LENGTH);
}

/**
 * Says what is wrong with the id that a publisher gives an event, as the end of a sentence: `must …`.
 *
 * @returns `undefined` if the id can be used.
 */
export function publicIdMistake(id: string): string | undefined {
  if (CURSOR.test(id)) return 'must not have the form of a cursor';
  if (id === EARLIEST) return `must not be ${EARLIEST}`;
  if (id.startsWith('#')) return 'must not start with #';
  // HTTP removes them from the header in which a client sends the id back.
  if (id.startsWith(' ') || id.endsWith(' ')) return 'must not start or end with a space';
  return textMistake(id, MAX_PUBLIC_ID_LENGTH);
}

function textMistake(text: string, maxLength: number): string | undefined {
  if (!text.isWellFormed()) return 'must be well-formed Unicode';
  const length = [...text].length;
  if (length === 0 || length > maxLength) return `must have 1 to ${maxLength} characters`;
  return FORBIDDEN.test(text)
    ? 'must not contain control characters or invisible formatting characters'
    : undefined;
}
