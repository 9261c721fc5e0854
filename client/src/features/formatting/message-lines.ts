const FENCE = /^ {0,3}(?<fence>`{3,})[^`]*$/;
const QUOTE = /^ {0,3}>/;
const ITEM = /^ *(?:[-+*]|\d{1,9}[.)]) +\S/;

interface MessageLines {
  readonly lines: string[];
  /** Whether the text ends within a block of code. */
  readonly isOpen: boolean;
}

/**
 * Adapts a text to what people expect in a chat, where Markdown differs. A quote or a list ends at the next line that is
 * not marked. Code that starts with a fence also ends at a fence that follows text on the last line.
 */
export function messageLines(text: string): MessageLines {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of text.split('\n')) {
    if (fence !== null) {
      const end = endOfCode(line, fence);
      lines.push(...(end === null ? [line] : [...end, fence]));
      if (end !== null) fence = null;
      continue;
    }
    if (isAfterBlock(lines.at(-1) ?? '', line)) lines.push('');
    lines.push(line);
    fence = FENCE.exec(line)?.groups!['fence'] ?? null;
  }
  return { lines, isOpen: fence !== null };
}

/** The code that precedes the closing fence on its line, if there is some; null on other lines. */
function endOfCode(line: string, fence: string): string[] | null {
  const trimmed = line.trimEnd();
  if (!trimmed.endsWith(fence)) return null;
  const code = trimmed.slice(0, -fence.length);
  if (code.includes('`')) return null;
  return code.trim() === '' ? [] : [code];
}

function isAfterBlock(before: string, line: string): boolean {
  if (line.trim() === '') return false;
  if (QUOTE.test(before)) return !QUOTE.test(line);
  return ITEM.test(before) && !ITEM.test(line) && !line.startsWith(' ');
}
