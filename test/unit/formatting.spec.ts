import type { Formatted } from '../../client/src/features/formatting/formatted.js';
import { withoutMarkup } from '../../client/src/features/formatting/without-markup.js';
import { mayHaveMarkup } from '../../client/src/features/formatting/markup.js';
import { parsed } from '../../client/src/features/formatting/parse.js';

/** As HTML would write it. */
const written = (parts: readonly Formatted[] | null): string =>
  (parts ?? ['plain'])
    .map((part) => {
      if (typeof part === 'string') return part;
      const { tag, href, language, start } = part;
      const attribute = href ?? language ?? start;
      return `<${tag}${attribute === undefined ? '' : ` ${attribute}`}>${written(part.children)}</${tag}>`;
    })
    .join('');
const formatted = (text: string): string => written(parsed(text));

describe('the formatting of a message', () => {
  it.each([
    ['**bold** *italic* _italic_', '<strong>bold</strong> <em>italic</em> <em>italic</em>'],
    ['~~struck~~ and `code`', '<s>struck</s> and <code>code</code>'],
    ['**bold _both_**', '<strong>bold <em>both</em></strong>'],
    ['这是**重要**的', '这是<strong>重要</strong>的'],
    ['[text](https://x.org/a_b_c)', '<a https://x.org/a_b_c>text</a>'],
    ['[us](mailto:a@x.org)', '<a mailto:a@x.org>us</a>'],
    ['`` a ` b ``', '<code>a ` b</code>'],
    ['`**not bold**`', '<code>**not bold**</code>'],
    [String.raw`\*not italic\*`, '*not italic*'],
  ])('has marks within a line: %s', (text, expected) => {
    expect(formatted(text)).toBe(`<p>${expected}</p>`);
  });

  it.each([
    '2*3*4 and 5 * 6 * 7',
    'snake_case_name and __init__ and __all__',
    'https://x.org/_a_/*b*/~~c~~ stays',
    'see @ada_b_ and x_y_',
    '[text](javascript:alert(1)) and [text](data:text/html,x) and [x](//x.org) and [x](/path)',
    '![image](https://x.org/i.png',
    '<b>bold</b> <img src=x onerror=alert(1)> &amp; &lt;',
    '# Heading',
    'Heading\n===',
    '| a | b |\n| - | - |\n| 1 | 2 |',
    '[x]: https://x.org\n[x] and [x][x]',
    '    four spaces'.trimStart(),
    '**unclosed and `unclosed and ~~unclosed',
    String.raw`C:\Users\[me] and \d+ and \\server`,
    '-',
    '* * *',
    '---',
    '+1',
    'one\ntwo  \n  three',
  ])('leaves as text: %s', (text) => {
    expect(formatted(text)).toBe(`<p>${text}</p>`);
  });

  it('leaves the arms of a shrug', () => {
    expect(formatted(String.raw`¯\_(ツ)_/¯`)).toBe(String.raw`<p>¯\_(ツ)_/¯</p>`);
  });

  it.each([
    ['> said\nanswer', '<blockquote><p>said</p></blockquote><p>answer</p>'],
    [
      '> one\n> two\n\n> three',
      '<blockquote><p>one\ntwo</p></blockquote><blockquote><p>three</p></blockquote>',
    ],
    [
      'Buy:\n- milk\n- eggs\nThanks',
      '<p>Buy:</p><ul><li><p>milk</p></li><li><p>eggs</p></li></ul><p>Thanks</p>',
    ],
    ['3. three\n4. four', '<ol 3><li><p>three</p></li><li><p>four</p></li></ol>'],
    ['- a\n  - b', '<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>'],
    ['```js\nlet a = `1`;\n\n  b\n```\nafter', '<pre js>let a = `1`;\n\n  b</pre><p>after</p>'],
    ['```\none\ntwo```', '<pre >one\ntwo</pre>'],
    ['```\nunclosed\n- a', '<pre >unclosed\n- a</pre>'],
    ['> ```\n> code\n> ```', '<blockquote><pre >code</pre></blockquote>'],
  ])('has blocks: %j', (text, expected) => {
    expect(formatted(text)).toBe(expected);
  });

  it('shows both addresses if the text of a link names another one', () => {
    expect(formatted('[https://bank.example](https://evil.example)')).toBe(
      '<p>https://bank.example (https://evil.example)</p>',
    );
    expect(formatted('[www.x.org](https://www.x.org/a)')).toBe(
      '<p><a https://www.x.org/a>www.x.org</a></p>',
    );
  });

  it('shows both addresses if any address in the text of a link is another one', () => {
    expect(formatted('[https://evil.example https://bank.example](https://evil.example)')).toBe(
      '<p>https://evil.example https://bank.example (https://evil.example)</p>',
    );
  });

  it('is not in the text of previews', () => {
    const text = '> **a** `b`\n- c\n- [d](https://d.org)\n```js\ne\n```\n\nf *g*';
    expect(withoutMarkup(text)).toBe('a b\nc\nd\ne\nf g');
  });

  it('is looked for only where there may be some', () => {
    for (const text of [
      'Hello',
      'a_b',
      '3 - 2',
      '2026 was',
      'x > y',
      'a [b] c (d)',
      '~5',
      '-1',
      '日本語',
    ])
      expect([text, mayHaveMarkup(text)]).toEqual([text, false]);
    for (const text of ['*a*', '_a_', '`a`', '> a', '- a', '1. a', '~~a~~', '[a](b)', 'x\n  - a'])
      expect([text, mayHaveMarkup(text)]).toEqual([text, true]);
  });
});

const depth = (parts: readonly Formatted[]): number =>
  Math.max(0, ...parts.map((each) => (typeof each === 'string' ? 0 : 1 + depth(each.children))));
const count = (parts: readonly Formatted[]): number =>
  parts.reduce((sum, each) => sum + (typeof each === 'string' ? 1 : 1 + count(each.children)), 0);

const HOSTILE = [
  '>',
  '> ',
  '- ',
  '* ',
  '1. ',
  '*',
  '**',
  '_',
  '*a',
  '*a ',
  '**a',
  ' *a* ',
  '_a ',
  '~~',
  '~~a',
  '`',
  '``a',
  '`a ',
  '[',
  ']',
  '[a](',
  '[](',
  '![',
  '[a]',
  '(',
  '\\',
  '\\*',
  '*_',
  '**_~~',
  '[*',
  'a**b*',
  '*a_ ',
  '```\n',
  '```a\n',
  '> ```\n',
  '>\n',
  '- a\n',
  '- a\n\n',
  '  - a\n',
  'https://x.org/*a* ',
  '@a',
  '@ada ',
  '_https://x_',
  'www.x.org*',
  '[a](https://x.org) ',
  '[https://x.org](https://y.org)',
  '> - ',
  '1. > ',
  '<',
  '&amp;',
  '\n',
  ' ',
  '\t',
  '[[](x)',
  'a*\n',
  '¯\\_',
];

/** Starts of blocks of code, some of which the parser ends earlier than a reader. */
const FENCES = [
  '',
  '```\n',
  '```js\n',
  '````\n',
  '```\n```\n',
  '```\n````\n',
  '```\ncode\n  `````\n',
  '   ```\n````\n',
  '- a\n  ```\n',
  '- a\n  ```\nb\n',
  '1. a\n   ```\nb\n',
  '> ```\n',
  '> ```\nb\n',
  '> - ```\n',
];

/** A message of 8,000 characters that is meant to be slow, and is not, takes about 40,000. */
const MAX_WORK = 200_000;

/** Whether the parser looks at many more characters than there are. Unlike the time, the number is always the same. */
function isSlow(text: string): boolean {
  const strings: { charCodeAt: (this: string, index: number) => number } = String.prototype;
  const { charCodeAt } = strings;
  let count = 0;
  strings.charCodeAt = function (index) {
    if (++count > MAX_WORK) throw new RangeError('Too much work');
    return charCodeAt.call(this, index);
  };
  try {
    parsed(text);
  } catch (error) {
    if (count <= MAX_WORK) throw error;
  } finally {
    strings.charCodeAt = charCodeAt;
  }
  return count > MAX_WORK;
}

describe('a message that is meant to be slow', () => {
  const LENGTH = 8_000;
  const repeated = (part: string): string => part.repeat(LENGTH / part.length).slice(0, LENGTH);

  it.each(HOSTILE)('has few parts, and is not deeply nested: %j', (part) => {
    const parts = parsed(repeated(part)) ?? [];
    expect(count(parts)).toBeLessThan(1_500);
    expect(depth(parts)).toBeLessThan(40);
  });

  it.each(FENCES)('takes little work after the start of a block of code: %j', (fence) => {
    expect(HOSTILE.filter((part) => isSlow(fence + repeated(part)))).toEqual([]);
  });

  it('is shown as plain text, and one with much code is not', () => {
    expect(parsed('**a'.repeat(2_000))).toBeNull();
    expect(parsed('> '.repeat(20) + 'deep')).toBeNull();
    const code = 'a[b] = *c;\n'.repeat(700);
    expect(formatted('```c\n' + code + '```')).toBe(`<pre c>${code.trimEnd()}</pre>`);
  });
});
