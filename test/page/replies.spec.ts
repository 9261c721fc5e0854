import type { Locator, Page } from 'playwright-core';
import type { Message } from '../../src/rooms/room/message.js';
import { findsNothing } from '../support/accessibility.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  browserOf,
  composer,
  grace,
  history,
  open,
  room,
  said,
  tabOf,
  useChat,
  write,
} from '../support/chat.js';
import { button, complaints } from '../support/windows.js';

useChat();

const quote = (within: Locator): Locator => within.getByRole('link', { name: /^In reply to/ });
const bar = (page: Page): Locator => page.getByRole('group', { name: 'Your reply to' });
const messages = () => ada.gets<Message[]>(`/api/rooms/${room.id}/messages`);

describe('replies', () => {
  it('quote their message, also while they wait for the connection, and follow its changes', async () => {
    const question = await ada.says(room, 'Shall we **begin**?');
    const [page, theirs] = [await open(grace), await open(ada)];
    await said(page, 'Shall we').hover();
    await button(page, 'Reply to: Shall we begin?').click();
    await quote(bar(page)).filter({ hasText: 'Ada Lovelace' }).waitFor();
    await eventually(async () => expect(await focused(page)).toContain('Message to'));

    await page.context().setOffline(true);
    await write(page, 'Certainly');
    await bar(page).waitFor({ state: 'detached' });
    await quote(history(page).locator('.message-waiting')).waitFor();
    await page.context().setOffline(false);
    await eventually(async () => {
      const posted = (await messages()).map(({ text, replyTo }) => [text, replyTo]);
      expect(posted).toEqual([
        ['Shall we **begin**?', null],
        ['Certainly', question.seq],
      ]);
    });
    const shown = quote(said(theirs, 'Certainly'));
    expect(await shown.textContent()).toBe('In reply to Ada Lovelace Shall we begin?');

    const path = `/api/rooms/${room.id}/messages/${question.id}`;
    await ada.does('PATCH', path, { text: 'Shall we stop?' });
    await shown.filter({ hasText: 'Shall we stop?' }).waitFor();
    await ada.does('DELETE', path);
    await shown.filter({ hasText: 'This message was deleted.' }).waitFor();
    await write(page, 'No reply');
    await eventually(async () =>
      expect((await messages()).at(-1)).toMatchObject({ text: 'No reply', replyTo: null }),
    );
  });

  it('lead to their message, however far back it is', async () => {
    const first = await ada.says(room, 'The very first');
    for (let n = 0; n < 150; n++) await ada.says(room, `Line ${n}`);
    await ada.repliesTo(first, 'A late answer');
    const page = await open(ada);
    const link = quote(said(page, 'A late answer'));
    await link.filter({ hasText: 'The very first' }).waitFor();
    await link.click();
    await page.locator('.message-target').getByText('The very first').waitFor();
    await page.goBack();
    await said(page, 'A late answer').waitFor();
  });

  it('are written and cancelled with the keyboard, and leave the newest message in sight', async () => {
    for (let n = 0; n < 30; n++) await ada.says(room, `Line ${n}.`);
    const page = await open(ada);
    await said(page, 'Line 29.').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Reply to: Line 29.');
    await page.keyboard.press('Enter');
    await bar(page).waitFor();
    await eventually(async () => {
      const [last, field] = [
        await said(page, 'Line 29.').boundingBox(),
        await bar(page).boundingBox(),
      ];
      expect(last!.y + last!.height).toBeLessThanOrEqual(field!.y);
    });
    await composer(page).press('Escape');
    await bar(page).waitFor({ state: 'detached' });
    expect(await focused(page)).toContain('Message to');
  });

  it('are still replies after a reload, and in another tab', async () => {
    const question = await ada.says(room, 'Which of them?');
    const context = await browserOf(grace);
    const [page, other] = [await tabOf(context), await tabOf(context)];
    await said(page, 'Which of them?').hover();
    await button(page, 'Reply to: Which of them?').click();
    await quote(bar(other)).filter({ hasText: 'Which of them?' }).waitFor();
    await composer(page).fill('The first');
    await page.reload();
    complaints.splice(0); // about the reload
    await quote(bar(page)).filter({ hasText: 'Which of them?' }).waitFor();
    await composer(page).press('Enter');
    await eventually(async () =>
      expect((await messages()).at(-1)).toMatchObject({
        text: 'The first',
        replyTo: question.seq,
      }),
    );
    for (const tab of [page, other]) await bar(tab).waitFor({ state: 'detached' });
  });

  it('can be read and used by everyone', async () => {
    const question = await ada.says(room, 'Is this accessible?');
    await grace.repliesTo(question, 'It is.');
    const page = await open(ada);
    await quote(said(page, 'It is.')).waitFor();
    await said(page, 'It is.').hover();
    await button(page, 'Reply to: It is.').click();
    await bar(page).waitFor();
    await findsNothing(page, 'a reply');

    // The quote leads to its message, and leaves a panel open.
    await button(page, 'Members').click();
    await quote(said(page, 'It is.')).click();
    await eventually(async () => expect(page.url()).toMatch(/\/1$/));
    await page.getByRole('complementary', { name: 'Members' }).waitFor();
  });
});
