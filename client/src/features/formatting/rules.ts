import type { StateBlock, StateInline } from 'markdown-it';
import { codeIn } from '../../../../src/rooms/messages/code-spans.js';
import { piecesOf } from '../../../../src/rooms/messages/mentions.js';

/** A part of a text in which marks have no meaning: an address, or code. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly isCode: boolean;
}

/** Up to the next character that may be a mark. */
const PROSE = /[^*_~[\]\\]*/y;
const MARKERS_ONLY = /^(?:(?:[-+*]|\d{1,9}[.)])[ \t]*)+$/;

const spans = new WeakMap<StateInline, Span[]>();

/** Text, addresses as the server finds them, and code as the server finds it: what it skips notifies nobody. */
export function proseRule(state: StateInline, isSilent: boolean): boolean {
  const { src, pos } = state;
  const next = nextSpan(state);
  if (next?.start === pos && next.isCode) {
    if (!isSilent) state.push('code_inline', 'code', 0).content = codeOf(src.slice(pos, next.end));
    state.pos = next.end;
    return true;
  }
  PROSE.lastIndex = pos;
  PROSE.exec(src);
  const end = next?.start === pos ? next.end : Math.min(PROSE.lastIndex, next?.start ?? Infinity);
  if (end === pos) return false;
  if (!isSilent) state.pending += src.slice(pos, end);
  state.pos = end;
  return true;
}

function nextSpan(state: StateInline): Span | undefined {
  if (!spans.has(state)) spans.set(state, spansOf(state.src));
  const rest = spans.get(state)!;
  return rest.find(({ start }) => start >= state.pos);
}

function spansOf(text: string): Span[] {
  const code = codeIn(text).map((part) => ({ length: part.text.length, isSpan: part.isCode }));
  const links = piecesOf(text).map((piece) => ({
    length: piece.text.length,
    isSpan: piece.kind === 'link',
  }));
  return [...placed(code, true), ...placed(links, false)].toSorted(
    (one, other) => one.start - other.start,
  );
}

function placed(
  parts: readonly { readonly length: number; readonly isSpan: boolean }[],
  isCode: boolean,
): Span[] {
  let end = 0;
  const all = parts.map(({ length, isSpan }) => ({ start: end, end: (end += length), isSpan }));
  return all
    .filter(({ isSpan }) => isSpan)
    .map(({ start, end: to }) => ({ start, end: to, isCode }));
}

function codeOf(span: string): string {
  const code = span.replace(/^`+|`+$/g, '');
  return /^ .*[^ ].* $/s.test(code) ? code.slice(1, -1) : code;
}

/** A backslash before a mark makes it text. The arm of `¯\_(ツ)_/¯` stays. */
export function escapeRule(state: StateInline, isSilent: boolean): boolean {
  const { src, pos } = state;
  if (src[pos] !== '\\' || !/[*_~]/.test(src[pos + 1] ?? '')) return false;
  const isArm = src[pos - 1] === '¯';
  if (!isSilent) state.pending += src.slice(isArm ? pos : pos + 1, pos + 2);
  state.pos += 2;
  return true;
}

/** A line of markers without content, such as `-` or `* * *`, is no list. */
export function loneMarkersRule(
  state: StateBlock,
  line: number,
  _end: number,
  isSilent: boolean,
): boolean {
  const text = state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);
  if (!MARKERS_ONLY.test(text)) return false;
  if (isSilent) return true;
  state.push('paragraph_open', 'p', 1);
  const inline = state.push('inline', '', 0);
  inline.content = text;
  inline.children = [];
  state.push('paragraph_close', 'p', -1);
  state.line = line + 1;
  return true;
}
