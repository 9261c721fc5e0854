import type { Locator, Page, Route } from 'playwright-core';
import { findsNothing } from '../support/accessibility.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  browserOf,
  carillon,
  composer,
  grace,
  history,
  made,
  open,
  room,
  roomLink,
  said,
  tabOf,
  useChat,
} from '../support/chat.js';
import { fillRoom } from '../support/long-room.js';
import { button, overflow } from '../support/windows.js';

useChat();

const PARSER = /\/assets\/formatter-/;

const loadsOf = (page: Page, name: RegExp): Promise<number> =>
  page.evaluate<number>(
    `performance.getEntriesByType('resource').filter(({ name }) => ${String(name)}.test(name)).length`,
  );

describe('a formatted message', () => {
  it('shows marks, blocks, mentions and links, and text without marks elsewhere', async () => {
    const page = await open(ada);
    await grace.says(room, 'Plain text of 2 > 1, snake_case and https://x.org/a_b');
    await said(page, 'Plain text').waitFor();
    expect(await loadsOf(page, PARSER)).toBe(0);

    const text = [
      `**Bold** for @ada${made}, _italic_, ~~struck~~, \`code\` and [a link](https://example.org/)`,
      '> said before',
      '- one\n- two',
      '```js\nconst answer = 42;\n```',
      '<img src=x onerror="document.title = 1"> www.example.org',
    ].join('\n');
    await grace.says(room, text);
    const message = said(page, 'for @ada').locator('.message-text');
    await message.locator('strong').waitFor();
    const textsOf = (selector: string) => message.locator(selector).allTextContents();
    expect(await textsOf('strong, em, s, p > code')).toEqual(['Bold', 'italic', 'struck', 'code']);
    expect(await textsOf('blockquote')).toEqual(['said before']);
    expect(await textsOf('li')).toEqual(['one', 'two']);
    expect(await textsOf('.mention-me')).toEqual([`@ada${made}`]);
    expect(await textsOf('a')).toEqual(['a link', 'www.example.org']);
    expect(await message.locator('img').count()).toBe(0);
    await message.locator('.hljs-keyword').getByText('const').waitFor();
    expect(await textsOf('pre')).toEqual(['const answer = 42;']);

    const plain = `Bold for @ada${made}, italic, struck, code and a link`;
    await roomLink(page, room)
      .filter({ hasText: `Grace: ${plain}` })
      .waitFor();
    await page
      .getByRole('status', { name: 'New messages' })
      .getByText(plain)
      .waitFor({ state: 'attached' });
    await page.evaluate(`location.hash = '#/search?q=italic'`);
    const hit = page.getByRole('list', { name: 'Messages found' }).getByRole('link');
    await hit.filter({ hasText: 'italic, struck, code and a link' }).waitFor();
    await page.evaluate(`location.hash = '#/rooms/${room.id}'`);
    await message.waitFor();
    await findsNothing(page, 'a formatted message');
  });

  it('has its lists and quotes at the side at which its text starts', async () => {
    const page = await open(ada);
    const text = '- פריט\n- second\n\n1. ראשון\n\n> ציטוט\n\n- one\n- שני';
    const areFromRight = (within: Locator) =>
      within
        .locator('ul, ol, blockquote')
        .evaluateAll((blocks) => blocks.map((block) => block.matches(':dir(rtl)')));
    await composer(page).fill(text);
    await button(page, 'Preview').click();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.locator('blockquote').waitFor();
    expect(await areFromRight(preview)).toEqual([true, true, true, false]);
    await composer(page).press('Enter');
    await said(page, 'ראשון').locator('blockquote').waitFor();
    expect(await areFromRight(said(page, 'ראשון'))).toEqual([true, true, true, false]);
  });

  it('has code that can be copied, without a clipboard as well', async () => {
    const context = await browserOf(ada);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await tabOf(context);
    await grace.says(room, '```\none\n  two\n```');
    await button(page, 'Copy code').click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('one\n  two');
    await page.evaluate(
      `navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))`,
    );
    await button(page, 'Copy code').click();
    await page.getByText('Selected.').waitFor();
    expect(await page.evaluate('String(getSelection())')).toBe('one\n  two');
  });

  it('does not move what is read when the parser is loaded, and is text until then', async () => {
    const textOf = (seq: number) =>
      `**Number ${seq}.**\n` +
      '- a point\n\n'.repeat(1 + (seq % 5)) +
      '```js\nlet a = 1;\n```\nThe end';
    fillRoom(carillon.folder, { room, to: 60, authorIds: [grace.id], textOf });
    const context = await browserOf(ada);
    const held: Route[] = [];
    await context.route(PARSER, (route) => void held.push(route));
    const page = await tabOf(context, `/#/rooms/${room.id}/30`);
    const target = history(page).locator('.message-target');
    await target.filter({ hasText: '**Number 30.**' }).waitFor();
    await eventually(async () => expect(held).toHaveLength(1));
    const before = await topOf(page);
    await Promise.all(held.map((route) => route.fallback()));
    await target.locator('strong').waitFor();
    expect(await topOf(page)).toBe(before);
    // The highlighter is loaded after the parser.
    await history(page).locator('.hljs-keyword').first().waitFor();
    expect(await topOf(page)).toBe(before);
  });

  it('stays readable if its parser cannot be loaded', async () => {
    const context = await browserOf(ada);
    await context.route(PARSER, (route) => route.abort('connectionfailed'));
    const page = await tabOf(context);
    await grace.says(room, 'Still **bold**');
    await said(page, 'Still **bold**').waitFor();
  });

  it('has no colours if highlighting would take long, and other code has', async () => {
    const page = await open(ada);
    await grace.says(room, '```markdown\n' + '[a]('.repeat(1_900) + '\n```');
    await grace.says(room, '```js\nlet fast = 1;\n```');
    await said(page, 'fast').locator('.hljs-keyword').waitFor();
    expect(await page.locator('.code-block [class^=hljs]').count()).toBe(2);
  });

  it('is plain text if it is meant to be slow, and the page stays usable', async () => {
    const page = await open(ada);
    for (const part of ['>', '- ', '**a', '[a](', '[[](x)', '*_', '`a ', '~~a'])
      await grace.says(room, part.repeat(8_000 / part.length));
    await grace.says(room, 'The **last** one');
    await said(page, 'The last one').locator('strong').waitFor();
  });
});

describe('a message that is being written', () => {
  const value = (page: Page): Promise<string> => composer(page).inputValue();

  it('is formatted by keys and buttons, which can be undone', async () => {
    const page = await open(ada);
    await composer(page).fill('hello');
    await composer(page).press('ControlOrMeta+a');
    for (const keys of ['b', 'i', 'e', 'Shift+x'])
      await page.keyboard.press(`ControlOrMeta+${keys}`);
    expect(await value(page)).toBe('**_`~~hello~~`_**');
    for (let n = 0; n < 4; n++) await page.keyboard.press('ControlOrMeta+z');
    expect(await value(page)).toBe('hello');
    await composer(page).press('ControlOrMeta+a');
    const toolbar = page.getByRole('toolbar', { name: 'Formatting' });
    await button(toolbar, 'Link').click();
    await page.keyboard.type('https://example.org');
    expect(await value(page)).toBe('[hello](https://example.org)');
    await page.keyboard.press('Enter');
    await said(page, 'hello').getByRole('link', { name: 'hello' }).waitFor();
    expect(await ada.reads(room)).toEqual(['[hello](https://example.org)']);
  });

  it('continues lists with Shift+Enter, and is sent with Enter unless the caret is in code', async () => {
    const page = await open(ada);
    await composer(page).focus();
    for (const keys of [
      '- one',
      'Shift+Enter',
      'two',
      'Shift+Enter',
      'Shift+Enter',
      '```js',
      'Enter',
      '  a',
      'Enter',
      'b',
      'Enter',
      '```',
    ])
      await (keys.endsWith('Enter') ? page.keyboard.press(keys) : page.keyboard.type(keys));
    const text = '- one\n- two\n```js\n  a\n  b\n  ```';
    expect(await value(page)).toBe(text);
    await page.keyboard.press('Enter');
    await said(page, 'one').locator('pre').waitFor();
    expect(await ada.reads(room)).toEqual([text]);
  });

  it('has a preview, and a toolbar that is one tab stop', async () => {
    const page = await open(ada);
    await composer(page).fill('**bold**');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Bold');
    await page.keyboard.press('ArrowLeft');
    expect(await focused(page)).toBe('Preview');
    await page.keyboard.press('Enter');
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.locator('strong').getByText('bold').waitFor();
    await findsNothing(page, 'a preview');
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflow(page)).toBe(0);
    await composer(page).fill('');
    await preview.waitFor({ state: 'detached' });
  });
});

/** Where the message is that is read. */
const topOf = (page: Page): Promise<number> =>
  page.evaluate<number>(
    `Math.round(document.querySelector('.message-target').getBoundingClientRect().top)`,
  );
