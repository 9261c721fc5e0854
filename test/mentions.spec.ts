import { partsOf } from '../client/src/messages/message-parts.js';
import { begunMention, piecesOf, usernamesIn, withoutMentionsOf } from '../src/rooms/mentions.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { Person } from './support/people.js';

/** What is written, and what of it is a mention or a link as the page shows it. */
const CASES: Record<string, readonly (readonly [string, ...string[]])[]> = {
  'names between punctuation': [
    ['@bob', '@bob'],
    ['@bob @ada', '@bob', '@ada'],
    ['Ask @bob, (@ADA.) and @Bob!', '@bob', '@ADA', '@Bob'],
    ["@bob's and @bob’s and @bobʼs", '@bob', '@bob', '@bob'],
    ['*@bob* _@bob_ ~@bob~ "@bob" <@bob> [@bob] -@bob .@bob', ...Array<string>(8).fill('@bob')],
    ['「@bob」（@bob）@bob、@bob。“@bob”«@bob»', ...Array<string>(6).fill('@bob')],
    ['¿@bob? ¡@bob! cc:@bob; …@bob… 👍@bob👍', ...Array<string>(5).fill('@bob')],
    ['@bob. @bob... @bob- @bob_\n@bob', ...Array<string>(5).fill('@bob')],
    ['@bob()  @bob(he/him) @bob: @bob=1 @bob²', ...Array<string>(5).fill('@bob')],
    [`@bob${'.'.repeat(40)} @${'b'.repeat(33)}`, '@bob'],
  ],
  'names in a row': [
    ['@bob@ada', '@bob', '@ada'],
    ['@bob,@ada @bob/@ada', '@bob', '@ada', '@bob', '@ada'],
    ['@bob@ada@nobody.', '@bob', '@ada'],
    ['@@bob'],
  ],
  addresses: [
    ['https://medium.com/@bob/a-story', 'https://medium.com/@bob/a-story'],
    ['(https://medium.com/@bob)', 'https://medium.com/@bob'],
    ['https://bob@ada.org/?a=@bob#@ada', 'https://bob@ada.org/?a=@bob#@ada'],
    ['medium.com/@bob www.例え.jp:8080/@bob?@ada example.com?u=@bob t.me/@bob'],
    ['ssh://git@bob/x postgres://a:@bob/x git+ssh://@bob'],
    ['x@bob user@bob é@bob mailto:x@bob.com foo_@bob.org root@bob:~# 1@bob x\u2060@bob'],
    ['@bob@example.org @bob:example.org @bob@例え.jp'],
    ['src/@bob ../@bob C:\\@bob /@bob/client'],
    ['https://x.org/a, @bob', 'https://x.org/a', '@bob'],
    ['x@bob.com,@ada', '@ada'],
  ],
  'packages and code': [
    ['npm i @bob/pkg'],
    ['@bob/pkg@1.2 @bob/日本'],
    ['@bob/ @bob /x', '@bob', '@bob'],
    ['`@bob` and ``a ` @bob`` and @ada', '@ada'],
    ['```ts\n@bob()\nhttps://x.org\n```\n@ada', '@ada'],
    ['用`@bob`注解 @ada', '@ada'],
    ['it`s @bob, don`t', '@bob'],
    ['a ` @bob', '@bob'],
    ['a ` b\n@bob ` c', '@bob'],
    ['``` @bob ``', '@bob'],
  ],
  scripts: [
    ['请@bob看一下', '@bob'],
    ['はい@bobさん、＠bob。', '@bob', '＠bob'],
    ['＠bob hi', '＠bob'],
    ['＠ｂｏｂ ＠Ｂob', '＠ｂｏｂ', '＠Ｂob'],
    ['안녕@bob님 @bob은', '@bob', '@bob'],
    ['ขอ@bobครับ ខ@bobខ မ@bobမ', '@bob', '@bob', '@bob'],
    ['ที่@bobที่ か\u3099@bobが', '@bob', '@bob'],
    ['ל@bob لـ@bob', '@bob', '@bob'],
    ['@bobーさん @bob々', '@bob', '@bob'],
    ['@bobé @bobъ @bobא @bobα @bobक @bob𝐚 @bob٣ @bobK @boſ'],
    ['@bob\u0301 @bob\u20DD'],
    ['1️⃣@bob 2️⃣ @ada #️⃣@bob3️⃣ 🏴‍☠️@ada 👍🏽@bob 🇩🇪@ada', '@bob', '@ada', '@ada', '@bob', '@ada'],
    ['@bob\u200Bhello \u2068@bob\u2069 @bob\uFE0F', '@bob', '@bob', '@bob'],
    ['@bob\u2060é @bob\u00ADy @\u200Bbob'],
  ],
  links: [
    ['https://例え.jp/。次', 'https://例え.jp/'],
    ['见https://例え.jp/道，然后', 'https://例え.jp/道'],
    [
      '(https://x.org/a_(b)) and https://x.org/a_(b).',
      'https://x.org/a_(b)',
      'https://x.org/a_(b)',
    ],
    ['<https://x.org/a>, "https://x.org/b"', 'https://x.org/a', 'https://x.org/b'],
    ['[x](https://x.org/[1])', 'https://x.org/[1]'],
    ['*https://x.org* HTTP://X.org!?', 'https://x.org', 'HTTP://X.org'],
    ['1.https://x.org', 'https://x.org'],
    ['http:// https://. http://) ftp://x.org xhttp://x.org javascript://x'],
    ['https://x.org/a?b=c&d=(e)#f\u200Bg', 'https://x.org/a?b=c&d=(e)#f'],
  ],
};
const TABLE = Object.entries(CASES).flatMap(([group, rows]) => rows.map((row) => [group, ...row]));

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
const shown = (text: string) => partsOf(text, ['bob', 'ada'], people);
const special = (text: string): string[] =>
  shown(text)
    .filter(({ kind }) => kind !== 'text')
    .map((part) => part.text);

describe('the text of a message', () => {
  it.each(TABLE)('%s: %s', (_, text, ...expected) => {
    expect(special(text)).toEqual(expected);
    expect(
      shown(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
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
      expect(performance.now() - start).toBeLessThan(500);
    }
  });

  it('gives both readings of a name that punctuation follows', () => {
    expect(usernamesIn('@Bob_. ＠ｂｏｂ．')).toMatchObject([
      { whole: 'bob_.', trimmed: 'bob' },
      { whole: 'bob.', trimmed: 'bob' },
    ]);
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
    ['@bobé', undefined],
    ['@bob@example.org', undefined],
    [`@${'b'.repeat(33)}`, undefined],
  ])('offers to complete what is begun in %j: %j', (text, begun) => {
    expect(begunMention(text)).toBe(begun);
  });
});

describe.each(ENGINES)('mentions on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let application: RunningApplication;

  beforeAll(async () => {
    engine = await start();
    application = await startApplication({ DATABASE_URL: await engine.createDatabase() });
  });
  afterAll(async () => {
    await application?.stop();
    await engine?.stop();
  });

  it('notify those whom the page highlights', async () => {
    const [ada, bob, cy] = await Promise.all(
      ['ada', 'bob', 'cy'].map((name) => Person.signUp(application.url, name)),
    );
    const room = await cy!.makes('Belfry');
    await Promise.all([ada!.joins(room), bob!.joins(room)]);
    const members = new Map([ada!, bob!].map(({ id, user }) => [id, user]));
    for (const [, text] of TABLE) {
      const message = await cy!.says(room, text!);
      const parts = partsOf(text!, message.mentions, members);
      const highlighted = parts.flatMap((part) => (part.kind === 'mention' ? [part.userId] : []));
      expect([text, message.mentions.toSorted()]).toEqual([
        text,
        [...new Set(highlighted)].toSorted(),
      ]);
      const names = special(text!).filter((one) => /^[@＠]/.test(one));
      expect(highlighted).toHaveLength(names.length);
    }
  });
});
