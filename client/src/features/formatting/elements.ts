import type { Token } from 'markdown-it';
import { piecesOf } from '../../../../src/rooms/messages/mentions.js';
import { type FormattedElement, type Formatted, type Tag, textOf } from './formatted.js';

/** Messages with more parts are shown as plain text: rendering these takes about 10 ms. */
const MAX_PARTS = 1_000;

/** The tree of a list of tokens; null if it has too many parts. */
export function elementsOf(tokens: readonly Token[]): readonly Formatted[] | null {
  const all = tokens.flatMap((token) => token.children ?? token);
  if (all.length > MAX_PARTS) return null;
  const root: Formatted[] = [];
  const open: Formatted[][] = [root];
  for (const token of all) {
    if (token.nesting === -1) close(open);
    else add(token, open);
  }
  return root;
}

function add(token: Token, open: Formatted[][]): void {
  const parent = open.at(-1)!;
  if (token.type === 'text') return addText(parent, token.content);
  const element = elementOf(token);
  parent.push(element);
  if (token.nesting === 1) open.push(element.children);
}

function elementOf(token: Token): FormattedElement {
  const { tag, content, type } = token;
  switch (type) {
    case 'code_inline':
      return { tag: 'code', children: [content] };
    case 'fence':
      return {
        tag: 'pre',
        children: [content.replace(/\n$/, '')],
        language: token.info.trim().split(/\s/)[0] ?? '',
      };
    case 'link_open':
      return { tag: 'a', children: [], href: String(token.attrGet('href')) };
    case 'ordered_list_open':
      return { tag: 'ol', children: [], start: Number(token.attrGet('start') ?? 1) };
    default:
      return { tag: tag as Tag, children: [] };
  }
}

function addText(parent: Formatted[], text: string): void {
  const last = parent.at(-1);
  if (typeof last === 'string') parent[parent.length - 1] = last + text;
  else if (text !== '') parent.push(text);
}

function close(open: Formatted[][]): void {
  open.pop();
  const parent = open.at(-1)!;
  const closed = parent.at(-1) as FormattedElement;
  if (closed.tag !== 'a' || !isMisleading(closed)) return;
  parent.pop();
  addText(parent, `${textOf(closed.children)} (${closed.href})`);
}

/** A link whose text names another address than its own is shown with both. */
function isMisleading({ children, href }: FormattedElement): boolean {
  return piecesOf(textOf(children)).some(
    (piece) => piece.kind === 'link' && hostOf(piece.href) !== hostOf(href!),
  );
}

function hostOf(address: string): string {
  const url = URL.parse(address);
  return url ? url.host || url.pathname : address;
}
