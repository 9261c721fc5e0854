/** What a formatted message consists of. `s` is struck through; `pre` is a block of code. */
export type Tag =
  'p' | 'strong' | 'em' | 's' | 'code' | 'a' | 'blockquote' | 'ul' | 'ol' | 'li' | 'pre';

export type Formatted = string | FormattedElement;

export interface FormattedElement {
  readonly tag: Tag;
  readonly children: Formatted[];
  /** Of a link. */
  readonly href?: string;
  /** Of a block of code, as the author has named it. */
  readonly language?: string;
  /** The first number of an ordered list. */
  readonly start?: number;
}

const BLOCKS: ReadonlySet<Tag> = new Set(['p', 'blockquote', 'ul', 'ol', 'li', 'pre']);

/** The text without markup, for places that show no formatting. */
export function textOf(nodes: readonly Formatted[]): string {
  return nodes
    .map((node, index) => {
      if (typeof node === 'string') return node;
      return (index > 0 && BLOCKS.has(node.tag) ? '\n' : '') + textOf(node.children);
    })
    .join('');
}
