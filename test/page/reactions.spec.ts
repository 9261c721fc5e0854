import type { Locator, Page } from 'playwright-core';
import { findsNothing } from '../support/accessibility.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  browserOf,
  grace,
  open,
  restartServer,
  room,
  said,
  tabOf,
  useChat,
} from '../support/chat.js';
import type { Message } from '../../src/rooms/room/message.js';
import { reactionPath } from '../support/people.js';

useChat();

const chips = (page: Page, text: string): Locator =>
  said(page, text).getByRole('list', { name: 'Reactions' }).getByRole('button');
const shows = (page: Page, text: string, expected: readonly string[]): Promise<void> =>
  eventually(async () => {
    const names = await chips(page, text).evaluateAll((all) =>
      all.map((one) => one.getAttribute('aria-label')),
    );
    expect(names.filter((name) => !name?.startsWith('React to'))).toEqual(expected);
  });
const picker = (page: Page): Locator => page.getByRole('dialog', { name: 'Choose an emoji' });
const reactionsTo = async ({ id }: Message) =>
  (await ada.gets<Message>(`/api/rooms/${room.id}/messages/${id}`)).reactions;

describe('reactions', () => {
  it('are seen by everyone at once, with names, and are taken back on any device', async () => {
    await ada.says(room, 'It works');
    const context = await browserOf(ada);
    const [page, tab, theirs] = [await tabOf(context), await tabOf(context), await open(grace)];

    await said(page, 'It works').hover();
    await said(page, 'It works').getByRole('button', { name: 'React to: It works' }).click();
    await picker(page).getByRole('button', { name: '🎉', exact: true }).click();
    await picker(page).waitFor({ state: 'detached' });
    for (const one of [page, tab]) await shows(one, 'It works', ['🎉 1: you']);
    await shows(theirs, 'It works', ['🎉 1: Ada Lovelace']);

    await chips(theirs, 'It works').first().click();
    await shows(page, 'It works', ['🎉 2: you and Grace Hopper']);
    await chips(page, 'It works').first().hover();
    await page.locator('.reaction-names:visible').getByText('you and Grace Hopper').waitFor();
    expect(await chips(tab, 'It works').first().getAttribute('aria-pressed')).toBe('true');
    await chips(tab, 'It works').first().click();
    for (const one of [page, tab]) await shows(one, 'It works', ['🎉 1: Grace Hopper']);
    await shows(theirs, 'It works', ['🎉 1: you']);
  });

  it('are picked with the keyboard alone, from all emoji', async () => {
    const message = await ada.says(room, 'Keys');
    const page = await open(grace);
    await said(page, 'Keys').focus();
    // The first one leads to the profile of the author.
    for (let n = 0; n < 2; n += 1) await page.keyboard.press('Tab');
    expect(await focused(page)).toContain('React');
    await page.keyboard.press('Enter');
    const search = picker(page).getByRole('searchbox', { name: 'Search emoji' });
    await search.fill('rocket');
    await eventually(async () =>
      expect(await picker(page).getByRole('button', { name: 'rocket' }).count()).toBe(1),
    );
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(async () =>
      expect(await reactionsTo(message)).toEqual([{ emoji: '🚀', userIds: [grace.id] }]),
    );
    expect(await focused(page)).toContain('React');

    await page.keyboard.press('Enter');
    await picker(page).getByRole('button', { name: 'grinning face', exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toBe('grinning face with big eyes');
    await page.keyboard.press('Escape');
    await picker(page).waitFor({ state: 'detached' });
    expect(await focused(page)).toContain('React');
    await said(page, 'Keys').locator('.reaction').first().press('Enter');
    await said(page, 'Keys').locator('.reactions').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.localName')).toBe('article');
  });

  it('are sent once the server is back, even if the tab was closed meanwhile', async () => {
    const message = await ada.says(room, 'Before the outage');
    await ada.reacts(message, '👍');
    const context = await browserOf(grace);
    const page = await tabOf(context);
    await shows(page, 'Before the outage', ['👍 1: Ada Lovelace']);
    await restartServer(async () => {
      await chips(page, 'Before the outage').first().click();
      await shows(page, 'Before the outage', ['👍 2: Ada Lovelace and you']);
      await page.close();
    });
    const tab = await tabOf(context);
    await eventually(async () => {
      const [thumbs] = await reactionsTo(message);
      expect(thumbs?.userIds).toEqual([ada.id, grace.id]);
    });
    await shows(tab, 'Before the outage', ['👍 2: Ada Lovelace and you']);
  });

  it('that the server refuses disappear, and the reason is below the message', async () => {
    const message = await ada.says(room, 'Full');
    const many = Array.from({ length: 20 }, (_, n) => String.fromCodePoint(0x1f600 + n));
    for (const emoji of many) await ada.reacts(message, emoji);
    const page = await open(grace);
    await said(page, 'Full').hover();
    await said(page, 'Full').getByRole('button', { name: 'React' }).first().click();
    await picker(page).getByRole('button', { name: '🎉', exact: true }).click();
    await said(page, 'Full').getByText('20 different emoji, the maximum').waitFor();
    await shows(
      page,
      'Full',
      many.map((emoji) => `${emoji} 1: Ada Lovelace`),
    );
  });

  it('leave the newest message where it is when the page follows the end', async () => {
    const messages: Message[] = [];
    for (let n = 0; n < 40; n++) messages.push(await ada.says(room, `Line ${n}.`));
    const page = await open(ada);
    const bottomOf = async (locator: Locator): Promise<number> => {
      const { y, height } = (await locator.boundingBox())!;
      return Math.round(y + height);
    };
    await said(page, 'Line 39.').waitFor();
    const bottom = await bottomOf(said(page, 'Line 39.'));
    for (const n of [30, 39]) await grace.reacts(messages[n]!, '👍');
    for (const n of [30, 39]) await chips(page, `Line ${n}.`).first().waitFor();
    expect(await bottomOf(said(page, 'Line 39.'))).toBe(bottom);
  });

  it('can be read and used by everyone', async () => {
    const message = await ada.says(room, 'Accessible');
    await ada.reacts(message, '❤️');
    await grace.reacts(message, '❤️');
    const page = await open(ada);
    await chips(page, 'Accessible').first().waitFor();
    await findsNothing(page, 'reactions');
    await said(page, 'Accessible').hover();
    await said(page, 'Accessible').getByRole('button', { name: 'React' }).first().click();
    await picker(page).getByRole('button', { name: 'grinning face', exact: true }).waitFor();
    await findsNothing(page, 'the picker of reactions');
    await picker(page).getByRole('searchbox').fill('no such emoji');
    await picker(page).getByText('No emoji found.').waitFor();
    await ada.does('DELETE', reactionPath(message, '❤️'));
  });
});
