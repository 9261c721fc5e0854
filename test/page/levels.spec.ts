import type { Page } from 'playwright-core';
import { NEVER } from '../../src/rooms/room/notification-level.js';
import type { Membership } from '../../src/rooms/room/room.js';
import { findsNothing } from '../support/accessibility.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  agrees,
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
  write,
} from '../support/chat.js';
import { addCrowd } from '../support/large-directory.js';

useChat();

const bell = (page: Page, state: string) =>
  page.getByRole('button', { name: `Notifications: ${state}` });
const choices = (page: Page) => page.getByRole('dialog', { name: /^Notifications for/ });
const levelOf = async () => {
  const [mine] = await grace.gets<Membership[]>('/api/me/rooms');
  return [mine!.level, mine!.mutedUntil];
};
const chosen = (...expected: unknown[]) =>
  eventually(async () => expect(await levelOf()).toEqual(expected));

describe('the notification level of a room', () => {
  it('is chosen in its header with the keyboard, and follows to other devices', async () => {
    const [page, elsewhere] = [await open(grace), await open(grace)];
    await bell(page, 'mentions').press('Enter');
    await choices(page).waitFor();
    expect(await focused(page)).toBe('Mentions of me');
    await page.keyboard.press('ArrowUp');
    await bell(elsewhere, 'all messages').waitFor();
    await chosen('all', null);
    await findsNothing(page, 'the choice of a notification level');
    await page.keyboard.press('Escape');
    await eventually(async () => expect(await focused(page)).toBe('Notifications: all messages'));

    await bell(page, 'all messages').click();
    await choices(page).getByRole('button', { name: 'Until I turn it on' }).click();
    await bell(elsewhere, 'muted').waitFor();
    await choices(page).waitFor({ state: 'detached' });
    await chosen('all', NEVER);

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('turn notifications');
    await page.keyboard.press('Enter');
    await bell(elsewhere, 'all messages').waitFor();
    await chosen('all', null);
  });

  it('decides what the list of rooms and the title show', async () => {
    const page = await open(grace, '/#/');
    const badge = roomLink(page, room).locator('.badge');
    const shows = (text: string | null, title: string) =>
      eventually(async () => {
        const shown = await badge.locator('[aria-hidden]').allTextContents();
        expect([await badge.count(), shown]).toEqual(
          text === null ? [0, []] : [1, text === 'dot' ? [] : [text]],
        );
        expect(await page.title()).toBe(title);
      });
    const chooses = (body: object) =>
      grace.does('PUT', `/api/rooms/${room.id}/notifications`, body);
    await ada.says(room, 'For everyone');
    await shows('dot', 'Carillon');
    await ada.says(room, `For @grace${made}`);
    await shows('@ 1', '(1) Carillon');
    await chooses({ level: 'all' });
    await shows('@ 2', '(2) Carillon');
    await chooses({ level: 'nothing' });
    await shows(null, 'Carillon');
    await chooses({ level: 'all', mutedUntil: NEVER });
    await roomLink(page, room).filter({ hasText: ', muted' }).waitFor();
    await shows(null, 'Carillon');
    await findsNothing(page, 'a muted room');
  });

  it('is taken back where it cannot be stored, and ends its mute by itself', async () => {
    const page = await open(grace);
    await page.route('**/notifications', (route) => route.abort());
    await bell(page, 'mentions').click();
    await choices(page).getByText('Nothing').click();
    await choices(page).getByRole('alert').filter({ hasText: /\w/ }).waitFor();
    await bell(page, 'mentions').waitFor();
    await page.unroute('**/notifications');
    await page.clock.install();
    await choices(page).getByRole('button', { name: 'For 1 hour' }).click();
    await bell(page, 'muted until').waitFor();
    await page.clock.runFor(61 * 60_000);
    await bell(page, 'mentions').waitFor();
  });
});

describe('@all', () => {
  it('completes with the number of members, and is highlighted for them', async () => {
    const [page, theirs] = [await open(grace), await open(ada)];
    await composer(page).pressSequentially('Hello @al');
    await page.getByRole('option', { name: 'Everyone, 2 members @all' }).click();
    await composer(page).press('Enter');
    await said(theirs, 'Hello @all').locator('.mention-me').waitFor();
    expect(await history(theirs).locator('.message-for-me').count()).toBe(1);
    expect(await history(page).locator('.message-for-me').count()).toBe(0);
    await agrees(page);
  });

  it('asks an owner of a large room first, and is not for other members', async () => {
    const namesOf = (n: number) => ({ firstname: 'No.', lastname: `${n}`, username: `no${n}` });
    addCrowd(carillon.folder, { size: 1_198, namesOf, room });
    const context = await browserOf(ada);
    const page = await tabOf(context);
    const question = page.getByRole('dialog', { name: 'Notify everyone?' });
    await page.getByText('1,200 members').waitFor();
    await write(page, 'Lunch @all');
    await question.getByText('@all notifies the 1,199 other members of this room.').waitFor();
    await findsNothing(page, 'the question before @all');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    expect(await composer(page).inputValue()).toBe('Lunch @all');

    for (const [answer, marks] of [
      ['Send without notifying', 0],
      ['Notify 1,199 people', 1],
    ] as const) {
      await write(page, `${answer} @all`);
      await question.getByRole('button', { name: answer }).click();
      await said(page, answer).waitFor();
      await agrees(page);
      expect(await said(page, answer).locator('.mention-me').count()).toBe(marks);
    }

    const theirs = await open(grace);
    await theirs.getByText('1,200 members').waitFor();
    await composer(theirs).fill('Hello @all');
    await theirs.getByRole('status').filter({ hasText: 'only owners can notify' }).waitFor();
    await composer(theirs).press('Enter');
    await agrees(theirs);
    expect(await said(theirs, 'Hello @all').locator('.mention').count()).toBe(0);
  });
});
