import { messageLines } from './message-lines.js';

/** The text of a field, and what is selected in it. */
export interface Selected {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** What replaces a part of a text, and what is selected afterwards. */
export interface Edit extends Selected {
  readonly select: readonly [from: number, to: number];
}

export type Editing = (selected: Selected) => Edit;

/** Adds a mark before and after the selection, or removes it there. */
export const marked =
  (mark: string): Editing =>
  ({ text, from, to }) => {
    const length = mark.length;
    const inside = text.slice(from, to);
    if (text.slice(from - length, from) === mark && text.slice(to, to + length) === mark)
      return replaced([from - length, to + length], inside, [0, inside.length]);
    if (inside.length > 2 * length && inside.startsWith(mark) && inside.endsWith(mark))
      return replaced([from, to], inside.slice(length, -length), [0, inside.length - 2 * length]);
    // Marks next to a space would be text.
    const start = from + (inside.length - inside.trimStart().length);
    const word = inside.trim();
    const range = word === '' ? ([to, to] as const) : ([start, start + word.length] as const);
    return replaced(range, mark + word + mark, [length, length + word.length]);
  };

const ITEM = /^( *)(?:[-+*]|\d{1,9}[.)]) +/;
const QUOTE = /^ *> ?/;

/** Adds a marker at the start of each selected line, or removes it from all. */
const linesMarked =
  (pattern: RegExp, marker: (index: number) => string): Editing =>
  ({ text, from, to }) => {
    const start = text.lastIndexOf('\n', from - 1) + 1;
    const next = text.indexOf('\n', to);
    const end = next === -1 ? text.length : next;
    const lines = text.slice(start, end).split('\n');
    const isMarked = lines.every((line) => pattern.test(line));
    const edited = lines
      .map((line, index) => (isMarked ? '' : marker(index)) + line.replace(pattern, ''))
      .join('\n');
    return replaced([start, end], edited, [from === to ? edited.length : 0, edited.length]);
  };

export const quoted = linesMarked(QUOTE, () => '> ');
export const bulleted = linesMarked(/^ *[-+*] +/, () => '- ');
export const numbered = linesMarked(/^ *\d{1,9}[.)] +/, (index) => `${index + 1}. `);

export const fenced: Editing = ({ text, from, to }) => {
  const inside = text.slice(from, to);
  const before = from > 0 && text[from - 1] !== '\n' ? '\n' : '';
  const after = to < text.length && text[to] !== '\n' ? '\n' : '';
  const start = before.length + 4;
  return replaced([from, to], `${before}\`\`\`\n${inside}\n\`\`\`${after}`, [
    start,
    start + inside.length,
  ]);
};

/** Code within a line, or a block of several lines. */
export const coded: Editing = (selected) =>
  selected.text.slice(selected.from, selected.to).includes('\n')
    ? fenced(selected)
    : marked('`')(selected);

const ADDRESS = 'https://';

/** A link whose text is the selection; the address is selected. */
export const linked: Editing = ({ text, from, to }) => {
  const label = text.slice(from, to);
  const place = label.length + 3;
  return replaced([from, to], `[${label}](${ADDRESS})`, [place, place + ADDRESS.length]);
};

export const isInCode = ({ text, from }: Selected): boolean =>
  messageLines(text.slice(0, from)).isOpen;

/**
 * A new line that continues the list or the quote, or the indentation of code. On an item without text it ends the list
 * instead. Null if there is nothing to continue.
 */
export function continued(selected: Selected): Edit | null {
  const { text, from, to } = selected;
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const line = text.slice(start, from);
  if (isInCode(selected)) {
    const indent = /^[ \t]*/.exec(line)![0];
    return replaced([from, to], `\n${indent}`, [indent.length + 1, indent.length + 1]);
  }
  const marker = (ITEM.exec(line) ?? QUOTE.exec(line))?.[0];
  if (marker === undefined) return null;
  if (line === marker) return replaced([start, to], '', [0, 0]);
  const next = `\n${marker.replace(/\d+/, (number) => String(Number(number) + 1))}`;
  return replaced([from, to], next, [next.length, next.length]);
}

/** `select` counts from the start of the text that is inserted. */
function replaced(
  [from, to]: readonly [number, number],
  text: string,
  select: readonly [number, number],
): Edit {
  return { from, to, text, select: [from + select[0], from + select[1]] };
}
