import type { Page } from 'playwright-core';
import type { Membership, Room } from '../../src/rooms/room/room.js';
import { findsNothing } from '../support/accessibility.js';
import { eventually } from '../support/browser.js';
import {
  ada,
  browserOf,
  chooseFor,
  grace,
  history,
  open,
  room,
  roomLink,
  said,
  tabOf,
  useChat,
} from '../support/chat.js';

useChat();

describe('the list of rooms', () => {
  it('scrolls to the open room', async () => {
    await ada.says(room, 'The first');
    for (let n = 0; n < 20; n += 1) await ada.makes(`Later ${n}`);
    const page = await open(ada);
    await said(page, 'The first').waitFor();
    const edge = (await page.locator('.sidebar-more').boundingBox())!.y;
    const { y, height } = (await roomLink(page, room).boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(edge);
  });

  it('distinguishes direct messages and mentions from other unread messages', async () => {
    const page = await open(ada, '/#/');
    const body = { kind: 'direct', userId: ada.id };
    const direct = await grace.does<Room>('POST', '/api/rooms', body);
    await grace.says(direct, 'For you');
    await grace.says(room, 'For all');
    const link = page.getByRole('navigation', { name: 'Rooms' }).getByRole('link');
    const styleOf = (text: string) =>
      link.filter({ hasText: text }).locator('.badge').getAttribute('class');
    const [personal, general] = [await styleOf('For you'), await styleOf('For all')];
    expect(personal).not.toBe(general);
    await grace.says(room, `For @${ada.user.username}`);
    await eventually(async () => expect(await styleOf('For @')).toBe(personal));
  });

  const rooms = (page: Page) => page.getByRole('navigation', { name: 'Rooms' });
  const group = (page: Page, name: string) => rooms(page).locator('details', { hasText: name });
  const namesIn = (page: Page, name: string) =>
    group(page, name).locator('.room-item-title').allTextContents();
  const choose = async (page: Page, { name }: Room, action: string) => {
    await roomLink(page, { name } as Room).hover();
    await rooms(page)
      .getByRole('button', { name: `Options for ${name}`, exact: true })
      .click();
    await page.getByRole('button', { name: action, exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  const badge = (page: Page) => roomLink(page, room).locator('.badge [aria-hidden]');
  const unreadOf = async () => {
    const mine = (await ada.gets<Membership[]>('/api/me/rooms')).find(
      (each) => each.room.id === room.id,
    )!;
    return [mine.readSeq, mine.unread];
  };

  it('has favourites, direct messages and rooms in groups, on every device', async () => {
    const later = await ada.makes('Later');
    const body = { kind: 'direct', userId: grace.id };
    await ada.does<Room>('POST', '/api/rooms', body);
    const [page, other] = [await open(ada, `/#/rooms/${later.id}`), await open(ada, '/#/')];
    await choose(page, room, 'Add to favourites');
    for (const one of [page, other]) {
      await group(one, 'Favourites').waitFor();
      expect(await namesIn(one, 'Favourites')).toEqual([room.name]);
      expect(await namesIn(one, 'Direct messages')).toEqual(['Grace Hopper']);
      expect(await namesIn(one, 'Rooms')).toEqual([later.name]);
    }
    await page.keyboard.press('ControlOrMeta+k');
    const options = page.getByRole('option');
    await options.first().waitFor();
    const [first, second] = await options.allInnerTexts();
    expect([first, second]).toEqual([
      expect.stringContaining(room.name!),
      expect.stringContaining('Grace Hopper'),
    ]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+ArrowUp');
    await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
    await page.keyboard.press('Alt+ArrowUp');
    await page.getByRole('heading', { name: room.name! }).waitFor();

    await group(other, 'Favourites').locator('summary').click();
    await roomLink(other, room).waitFor({ state: 'hidden' });
    const tab = await tabOf(other.context(), '/#/');
    await group(tab, 'Favourites').waitFor();
    expect(await roomLink(tab, room).isVisible()).toBe(false);
    await page.keyboard.press('Alt+ArrowDown');
    await grace.says(room, 'For you later');
    await group(tab, 'Favourites').locator('summary .badge').waitFor();
    await choose(page, room, 'Remove from favourites');
    await group(other, 'Favourites').waitFor({ state: 'detached' });
    await choose(page, { name: 'Grace Hopper' } as Room, 'Close conversation');
    await group(other, 'Direct messages').waitFor({ state: 'detached' });
  });

  it('keeps messages unread that the user marked, on every device, until they leave the room', async () => {
    await ada.does('PUT', `/api/rooms/${room.id}/notifications`, { level: 'all' });
    for (const text of ['one', 'two', 'three']) await grace.says(room, text);
    const [page, other] = [await open(ada), await open(ada)];
    for (const one of [page, other]) {
      await one.clock.install();
      await said(one, 'three').waitFor();
      await badge(one).waitFor({ state: 'detached' });
    }
    await chooseFor(page, 'two', 'Mark unread from here');
    for (const one of [page, other]) {
      await badge(one).getByText('2', { exact: true }).waitFor();
      const rows = await history(one).locator('.history-row').allInnerTexts();
      expect(rows.map((text) => text.startsWith('NEW') || text.startsWith('New'))).toEqual([
        false,
        true,
        false,
      ]);
    }
    // New messages are in sight as well, and would be read with the others after a moment.
    for (const [n, text] of ['four', 'five'].entries()) {
      await grace.says(room, text);
      for (const one of [page, other]) {
        await badge(one)
          .getByText(String(n + 3), { exact: true })
          .waitFor();
        await one.clock.fastForward(1_000);
      }
    }
    expect(await unreadOf()).toEqual([1, 4]);

    // The first one leads from the messages to the text field.
    for (let n = 0; n < 2; n += 1) await page.keyboard.press('Escape');
    await badge(other).waitFor({ state: 'detached' });
    expect(await unreadOf()).toEqual([5, 0]);
    await choose(page, room, 'Mark as unread');
    await badge(other).getByText('1', { exact: true }).waitFor();
    await page.goto(`${page.url().split('#')[0]}#/`);
    await roomLink(page, room).click();
    await badge(page).waitFor({ state: 'detached' });
    await eventually(async () => expect(await unreadOf()).toEqual([5, 0]));
  });

  it('can show only what is unread', async () => {
    for (let n = 0; n < 10; n += 1) await ada.makes(`Quiet ${n}`);
    const context = await browserOf(ada);
    const page = await tabOf(context, '/#/');
    await rooms(page).getByLabel('Show').selectOption('Unread');
    await page.getByText('There are no such rooms.').waitFor();
    await grace.says(room, 'Hello');
    await roomLink(page, room).waitFor();
    expect(await rooms(page).getByRole('link').count()).toBe(1);
    const other = await tabOf(context, '/#/');
    await roomLink(other, room).hover();
    await rooms(other)
      .getByRole('button', { name: /^Options for/ })
      .click();
    await findsNothing(other, 'the menu of a room');
    await other.keyboard.press('Escape');
    await rooms(other).getByLabel('Show').selectOption('Active in the last 30 days');
    await eventually(async () => expect(await rooms(page).getByRole('link').count()).toBe(11));
    await context.close();
  });
});

describe('the topic of a room', () => {
  it('is in the head of the room, and where others find the room', async () => {
    const [page, other] = [await open(ada), await open(grace, '/#/browse')];
    await page.getByRole('button', { name: 'Members' }).click();
    await page.getByLabel('Topic', { exact: true }).fill('a\u0007');
    await page.getByRole('button', { name: 'Save topic' }).click();
    await page.getByText('Remove the control character').waitFor();
    await page.getByLabel('Topic', { exact: true }).fill('Notes on the Analytical Engine');
    await page.getByRole('button', { name: 'Save topic' }).click();
    await page.locator('.room-topic').getByText('Notes on the Analytical Engine').waitFor();
    await other.getByText('Notes on the Analytical Engine').waitFor();
    await page.getByLabel('Topic', { exact: true }).fill(' ');
    await page.getByRole('button', { name: 'Save topic' }).click();
    await page.locator('.room-topic').waitFor({ state: 'detached' });
  });
});

describe('the card of a person', () => {
  it('opens at their name, says who they are, and leads to a conversation', async () => {
    await grace.says(room, 'Hello');
    const page = await open(ada);
    const name = said(page, 'Hello').getByRole('button', { name: 'Profile of Grace Hopper' });
    await said(page, 'Hello').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const card = page.getByRole('dialog', { name: 'Profile of Grace Hopper' });
    await card.getByText(`@${grace.user.username}`).waitFor();
    await findsNothing(page, 'the card of a person');
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Grace Hopper');

    const aside = page.getByRole('complementary', { name: 'Members' });
    await page.getByRole('button', { name: 'Members' }).click();
    await aside.getByRole('button', { name: 'Profile of Ada Lovelace' }).click();
    await page.getByRole('dialog').getByText('Online · Owner of this room').waitFor();
    await name.click();
    await card.waitFor();
    expect(await page.getByRole('dialog').count()).toBe(1);
    await grace.does('DELETE', `/api/rooms/${room.id}/members/${grace.id}`);
    await card.getByText('Not a member of this room').waitFor();
    await card.getByRole('button', { name: 'Message' }).click();
    await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
  });
});
