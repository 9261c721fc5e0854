import { partsOf } from '../../client/src/features/conversation/message-parts.js';
import {
  begunMention,
  piecesOf,
  mentionsOf,
  withoutMentionsOf,
} from '../../src/rooms/messages/mentions.js';
import { MENTION_CASES } from '../support/mention-cases.js';

/** Of which each once needed time in the square of its length, or would where an expression goes back. */
const HOSTILE = [
  '@',
  '@a.',
  '@a',
  '@a@',
  '@bob/',
  '/@a',
  '@.',
  'a@',
  'http://',
  'http://(',
  'http://a)',
  'www.a.bc)',
  'www.',
  'a@b.cd,',
  'a%',
  'a://',
  'a.',
  'a-',
  '@a_',
  '`',
  '` ',
  '``a',
  '`\n',
  'é',
  '\u2060',
  '@bob\u2060',
  '@a@b.',
  '@a:b.',
  '._-',
  '＠ａ',
  '例',
  '例.',
  '(',
  ')',
  "'",
  '́',
  '_@',
  '_',
  'a_',
];

const people = new Map(
  ['bob', 'ada'].map((username) => [
    username,
    { id: username, username, firstname: username, lastname: '', createdAt: '', updatedAt: '' },
  ]),
);
const shown = (text: string) =>
  partsOf(text, { mentions: ['bob', 'ada'], mentionsAll: false }, people);
const special = (text: string): string[] =>
  shown(text)
    .filter(({ kind }) => kind !== 'text')
    .map((part) => part.text);

describe('the text of a message', () => {
  it.each(MENTION_CASES)('%s: %s', (_, text, ...expected) => {
    expect(special(text)).toEqual(expected);
    expect(
      shown(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });

  it('links to pages and mailboxes', () => {
    const hrefs = shown('https://x.org/a www.x.org/b x@bob.com').flatMap((part) =>
      part.kind === 'link' ? [part.href] : [],
    );
    expect(hrefs).toEqual(['https://x.org/a', 'https://www.x.org/b', 'mailto:x@bob.com']);
  });

  it.each(HOSTILE)('is divided in no time, if it is %j over and over', (part) => {
    for (const text of [
      part.repeat(8000),
      `@${part.repeat(8000)}é`,
      `\`${part.repeat(8000)}\n\``,
    ]) {
      const start = performance.now();
      expect(
        piecesOf(text)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
      begunMention(text);
      withoutMentionsOf('bob', text, 'x');
      expect(performance.now() - start).toBeLessThan(5_000);
    }
  });

  it('gives both readings of a name that punctuation follows', () => {
    expect(mentionsOf('@Bob_. ＠ｂｏｂ．').names).toMatchObject([
      { whole: 'bob_.', trimmed: 'bob' },
      { whole: 'bob.', trimmed: 'bob' },
    ]);
  });

  it('finds `@all`, which names no user', () => {
    const texts = ['@all', 'Hello (@All)!', '＠ａｌｌ。', '@bob@all', '@all_', '@all.'];
    expect(texts.filter((text) => !mentionsOf(text).all)).toEqual([]);
    expect(mentionsOf('@bob@all, @bob').names.map(({ trimmed }) => trimmed)).toEqual([
      'bob',
      'bob',
    ]);
    const others = ['all', 'x@all.com', '@all/pkg', '@ally', '@all-in', '`@all`', '@@all'];
    expect(others.filter((text) => mentionsOf(text).all)).toEqual([]);
  });

  it('highlights `@all` where it mentions everyone', () => {
    const parts = (mentionsAll: boolean) =>
      partsOf('@all_, `@all`', { mentions: [], mentionsAll }, people).map(({ kind, text }) => [
        kind,
        text,
      ]);
    expect(parts(true).slice(0, 2)).toEqual([
      ['mention of all', '@all'],
      ['text', '_'],
    ]);
    expect(parts(true).filter(([kind]) => kind !== 'text')).toHaveLength(1);
    expect(parts(false).filter(([kind]) => kind !== 'text')).toEqual([]);
  });

  it('names somebody else in place of a user, where they are mentioned and nowhere else', () => {
    const text = '@bob, ＠Ｂob。@bob. @ada@bob/@bob_ x@bob.com `@bob` @bobé';
    expect(withoutMentionsOf('bob', text, 'X')).toBe('X, X。X. @adaX/X_ x@bob.com `@bob` @bobé');
  });

  it.each([
    ['@', ''],
    ['请@', ''],
    ['@b', 'b'],
    ['hi (＠Ｂo', 'bo'],
    ['@bob@', ''],
    ['@bob@a', 'a'],
    ['@bob', 'bob'],
    ['@bob.', 'bob.'],
    ['`a` @', ''],
    ['@bob ', undefined],
    ['', undefined],
    ['x@', undefined],
    ['x@b', undefined],
    ['https://x.org/@', undefined],
    ['https://x.org/@bob', undefined],
    ['`@bob`', undefined],
    ['@bob/p', undefined],
    ['@bobé', 'bobé'],
    ['请问@田', '田'],
    ['@Chloé', 'Chloé'],
    ['@bob@example.org', undefined],
    [`@${'b'.repeat(33)}`, undefined],
  ])('offers to complete what is begun in %j: %j', (text, begun) => {
    expect(begunMention(text)).toBe(begun);
  });
});
