import { codeIn } from '../rooms/messages/code-spans.js';

/** Code points of a message that a notification shows. No system shows more. */
const MAX_LENGTH = 300;
/** Code points that are searched for marks. */
const MAX_SEARCHED = 1000;

/** Marks around words: `**bold**`, `__bold__`, `*italic*`, `_italic_`, `~~struck~~`. */
const EMPHASIS =
  /(?<![\p{L}\p{N}*_~\\])(\*\*\*|\*\*|__|~~|\*|_)(?=\S)(.+?)(?<=\S)\1(?![\p{L}\p{N}*_~])/gsu;
const LINK = /\[([^[\]]+)\]\((?:https?:\/\/|mailto:)[^\s()]+\)/giu;
const QUOTE = /^[ \t]*(?:>[ \t]?)+/gmu;
const FENCE = /^```+[^\n`]*\n/u;

/**
 * The beginning of a message as a notification shows it: without the marks that the page formats. It decides more simply
 * than the page does, which has a parser.
 */
export function notificationText(text: string): string {
  const start = firstOf(text, MAX_SEARCHED);
  const plain = codeIn(start)
    .map((part) => (part.isCode ? codeOf(part.text) : withoutMarks(part.text)))
    .join('')
    .trim();
  const shown = firstOf(plain, MAX_LENGTH);
  return shown.length < plain.length || start.length < text.length ? `${shown.trimEnd()}…` : shown;
}

/** The first code points of a text. */
const firstOf = (text: string, count: number): string =>
  text.length <= count
    ? text
    : Array.from(text.slice(0, 2 * count))
        .slice(0, count)
        .join('');

const codeOf = (span: string): string =>
  span
    .replace(FENCE, '')
    .replace(/^`+/, '')
    .replace(/\n?`+$/, '');

function withoutMarks(text: string): string {
  const unquoted = text.replace(QUOTE, '').replace(LINK, '$1');
  // Twice, for marks within marks.
  return unquoted.replace(EMPHASIS, '$2').replace(EMPHASIS, '$2');
}
