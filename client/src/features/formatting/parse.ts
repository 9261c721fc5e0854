import Markdown, { type MarkdownIt } from 'markdown-it';
import { elementsOf } from './elements.js';
import type { Formatted } from './formatted.js';
import { type Environment, marksRule } from './marks.js';
import { messageLines } from './message-lines.js';
import { escapeRule, loneMarkersRule, proseRule } from './rules.js';

/** Messages with blocks nested more deeply than this are shown as plain text. */
const MAX_DEPTH = 16;

/** Everything that the page formats. There are no images, no headings and no HTML. */
const BLOCK_RULES = ['fence', 'blockquote', 'list', 'paragraph'];
const INLINE_RULES = ['strikethrough', 'emphasis', 'link'];
const PAIRS = ['balance_pairs', 'strikethrough', 'emphasis', 'fragments_join'];

function createParser(): MarkdownIt {
  const markdown = new Markdown('zero', { maxNesting: MAX_DEPTH + 4 });
  markdown.core.ruler.after('block', 'marks', marksRule);
  markdown.block.ruler.before('list', 'lone markers', loneMarkersRule);
  markdown.block.ruler.enableOnly([...BLOCK_RULES, 'lone markers']);
  markdown.inline.ruler.before('text', 'prose', proseRule);
  markdown.inline.ruler.before('text', 'chat escape', escapeRule);
  markdown.inline.ruler.enableOnly([...INLINE_RULES, 'prose', 'chat escape']);
  markdown.inline.ruler2.enableOnly(PAIRS);
  markdown.validateLink = (url) => /^(?:https?:\/\/|mailto:)\S/i.test(url);
  markdown.inline.State = WordsKept;
  return markdown;
}

/** In `2*3*4`, `snake_case` and `__init__`, the marks are text. */
class WordsKept extends Markdown.StateInline {
  override scanDelims(start: number, canSplitWord: boolean) {
    const scanned = super.scanDelims(start, canSplitWord);
    const mark = this.src[start]!;
    const [before = '', after = ''] = [this.src[start - 1], this.src[start + scanned.length]];
    const isInWord = /\w/.test(before) && /\w/.test(after);
    const isText = mark === '_' ? scanned.length > 1 : isInWord;
    return isText ? { ...scanned, can_open: false, can_close: false } : scanned;
  }
}

const parser = createParser();

/** A message in its parts; null if it is too deeply nested, or has too many marks or parts to be formatted. */
export function parsed(text: string): readonly Formatted[] | null {
  const environment: Environment = {};
  const tokens = parser.parse(messageLines(text).lines.join('\n'), environment);
  const isTooDeep = tokens.some(({ level }) => level > MAX_DEPTH);
  return environment.hasTooManyMarks || isTooDeep ? null : elementsOf(tokens);
}
