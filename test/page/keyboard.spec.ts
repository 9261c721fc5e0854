import type { Page } from 'playwright-core';
import type { Room } from '../../src/rooms/room/room.js';
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
  roomLink,
  room,
  said,
  tabOf,
  useChat,
} from '../support/chat.js';
import { fillRoom, leaveUnread } from '../support/long-room.js';
import { Person } from '../support/people.js';
import { button, overflow } from '../support/windows.js';

useChat();

const finder = (page: Page) =>
  page.getByRole('combobox', { name: 'Find rooms, people and commands' });
const options = (page: Page) => page.getByRole('option');
const chosen = (page: Page) => page.getByRole('option', { selected: true });
const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

/** The code of the finder and of the list of shortcuts. */
const DIALOGS = /\/assets\/dialogs-/;

async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+k');
  await finder(page).waitFor();
  await page.keyboard.type(text);
}

describe('the finder', () => {
  it('goes to rooms, people and pages by any part of their names, in any script', async () => {
    const zoe = { firstname: 'Zoé', lastname: 'Müller-Lüdenscheidt' };
    await Promise.all([
      ada.makes(`Quarterly planning ${made}`),
      ada.makes('設計の部屋'),
      Person.signUp(carillon.url, `zoe${made}`, zoe),
    ]);
    const page = await open(ada);
    await composer(page).waitFor();
    for (const [typed, name] of [
      ['plan', `Quarterly planning ${made}`],
      ['qplan', `Quarterly planning ${made}`],
      ['部屋', '設計の部屋'],
      ['zoe mull', 'Zoé Müller-Lüdenscheidt'],
      ['sign-ins', 'Where you are signed in'],
      ['browse', 'Browse rooms'],
    ] as const) {
      await find(page, typed);
      await chosen(page).filter({ hasText: /./ }).waitFor();
      await page.keyboard.press('Enter');
      await title(page, name).waitFor();
      expect(await finder(page).count()).toBe(0);
    }
    await find(page, 'bells');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(page.url()).toMatch(/#\/search\?q=bells$/));
  });

  it('offers the room that was open before first, and returns the focus', async () => {
    const other = await ada.makes(`Other ${made}`);
    const page = await open(ada);
    await page.evaluate(`location.hash = '#/rooms/${other.id}'`);
    await title(page, other.name!).waitFor();
    await find(page, '');
    await chosen(page).filter({ hasText: room.name! }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    expect(await finder(page).getAttribute('aria-activedescendant')).toBe(
      await options(page).first().getAttribute('id'),
    );
    await findsNothing(page, 'the finder');
    await page.setViewportSize({ width: 320, height: 480 });
    expect(await overflow(page)).toBe(0);
    await page.keyboard.press('Escape');
    await finder(page).waitFor({ state: 'detached' });
    expect(await focused(page)).toBe(`Message to ${other.name}`);
    await find(page, '');
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press('Escape');
      await find(page, '');
    }
    await page.keyboard.press('Enter');
    await title(page, room.name!).waitFor();
    expect(await focused(page)).toBe(`Message to ${room.name}`);
  });

  it.each([
    ['the composer', 'Message to Room', '/#/'],
    ['the editor of a message', 'Edit message', '/#/'],
    ['the search of all messages', 'Search all messages', '/#/search'],
  ])('returns the caret to %s, however it is closed', async (_, name, path) => {
    await ada.says(room, 'To be edited');
    const page = await open(ada, path === '/#/' ? undefined : path);
    if (name === 'Edit message') await button(page, 'Edit: To be edited').click();
    const field = page.getByRole('textbox', { name }).or(page.getByRole('searchbox', { name }));
    const closeWith: readonly (() => Promise<void>)[] = [
      () => page.keyboard.press('Escape'),
      () => page.keyboard.press('ControlOrMeta+k'),
      () => page.mouse.click(2, 2),
      ...(path === '/#/' ? [() => page.keyboard.press('Enter')] : []),
    ];
    for (const close of closeWith) {
      await field.fill('Hello world');
      await page.keyboard.press('Home');
      for (let n = 0; n < 5; n += 1) await page.keyboard.press('ArrowRight');
      await find(page, room.name!);
      await chosen(page).filter({ hasText: room.name! }).waitFor();
      await close();
      await finder(page).waitFor({ state: 'detached' });
      await page.keyboard.type('!!');
      expect(await field.inputValue()).toBe('Hello!! world');
    }
  });

  it('says why a conversation cannot be opened', async () => {
    const page = await open(ada);
    await composer(page).waitFor();
    await find(page, `@grace${made}`);
    await chosen(page).filter({ hasText: 'Grace Hopper' }).waitFor();
    await page.context().setOffline(true);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'did not respond' }).waitFor();
    await page.context().setOffline(false);
    await page.keyboard.press('Enter');
    await title(page, 'Grace Hopper').waitFor();
  });

  it('does what is typed while its code is being loaded, and posts none of it', async () => {
    const context = await browserOf(ada);
    const load = Promise.withResolvers<void>();
    await context.route(DIALOGS, async (route) => {
      await load.promise;
      await route.continue();
    });
    const page = await tabOf(context);
    await composer(page).waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.keyboard.type('brow');
    expect(await finder(page).inputValue()).toBe('brow');
    await page.keyboard.press('Enter');
    expect(await composer(page).inputValue()).toBe('');
    load.resolve();
    await title(page, 'Browse rooms').waitFor();
    expect(await ada.reads(room)).toEqual([]);
  });

  it('says that its code could not be loaded, and can be closed', async () => {
    const context = await browserOf(ada);
    await context.route(DIALOGS, (route) => route.abort('connectionfailed'));
    const page = await tabOf(context);
    await composer(page).waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('alert').filter({ hasText: 'could not be loaded' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await context.unroute(DIALOGS);
    const tab = await tabOf(context);
    await composer(tab).waitFor();
    await find(tab, room.name!);
  });
});

describe('the shortcuts', () => {
  it('lead through the rooms of the sidebar, and to the unread ones', async () => {
    const rooms: Room[] = [room];
    for (let n = 1; n <= 3; n++) rooms.push(await grace.makes(`Room ${made} of ${n}`));
    for (const each of rooms.slice(1)) await ada.joins(each);
    for (const each of rooms) {
      await ada.says(each, 'First');
    }
    const [first, second, third, fourth] = rooms.toReversed() as [Room, Room, Room, Room];
    const page = await open(ada, `/#/rooms/${first.id}`);
    await composer(page).waitFor();
    const goes = async (keys: string, to: Room): Promise<void> => {
      await page.keyboard.press(keys);
      await title(page, to.name!).waitFor();
      await composer(page).waitFor();
    };
    await goes('Alt+ArrowDown', second);
    await goes('Alt+ArrowDown', third);
    await goes('Alt+ArrowUp', second);
    expect(await page.getByRole('textbox', { name: 'Edit message' }).count()).toBe(0);

    await grace.says(fourth, 'Later');
    await roomLink(page, fourth).filter({ hasText: '1 unread' }).waitFor();
    await goes('Alt+Shift+ArrowDown', fourth);
    await roomLink(page, fourth).filter({ hasText: 'unread' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Alt+Shift+ArrowUp');
    await title(page, fourth.name!).waitFor();
  });

  it('mark the open room as read with Escape, once nothing else uses the key', async () => {
    const textOf = (seq: number) => `Number ${seq}\n`.repeat(6);
    fillRoom(carillon.folder, { room, to: 100, authorIds: [grace.id], textOf });
    leaveUnread(carillon.folder, room, 60);
    const page = await open(ada);
    await history(page).locator('.fresh-line').waitFor();
    const unread = roomLink(page, room).filter({ hasText: 'unread' });
    await said(page, 'Number 41').focus();
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe(`Message to ${room.name}`);
    await find(page, '');
    await page.keyboard.press('Escape');
    await finder(page).waitFor({ state: 'detached' });
    expect(await unread.count()).toBe(1);
    await page.keyboard.press('Escape');
    await unread.waitFor({ state: 'detached' });
    await history(page).locator('.fresh-line').waitFor();
  });

  it('close a small popup first', async () => {
    const other = await ada.makes(`Other ${made}`);
    await grace.says(room, 'Hello');
    const page = await open(ada);
    await said(page, 'Hello').hover();
    const popup = page.locator(':popover-open');
    for (const opener of [
      'React to: Hello',
      'More actions: Hello',
      'Profile of Grace Hopper',
      `Options for ${room.name}`,
      /^Notifications:/,
    ]) {
      await page.getByRole('button', { name: opener }).press('Enter');
      await popup.waitFor();
      await find(page, '');
      expect(await popup.count()).toBe(0);
      await page.keyboard.press('Escape');
      await finder(page).waitFor({ state: 'detached' });
      expect(await focused(page)).toMatch(opener);
      await page.keyboard.press('Enter');
      await popup.waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      expect(await popup.count()).toBe(0);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('Enter');
      await popup.waitFor();
      await page.keyboard.press('Alt+ArrowDown');
      await title(page, other.name!).waitFor();
      expect(await popup.count()).toBe(0);
      await page.keyboard.press('Alt+ArrowUp');
      await said(page, 'Hello').hover();
    }
  });

  it('are listed with ?, which is a question mark in a text', async () => {
    const page = await open(ada);
    await composer(page).pressSequentially('Really?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(await dialog.count()).toBe(0);
    await page.getByRole('button', { name: 'Members' }).focus();
    await page.keyboard.press('?');
    await dialog.getByText('Next unread room').waitFor();
    await findsNothing(page, 'the shortcuts');
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflow(page)).toBe(0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Members');
    await find(page, 'shortcuts');
    await page.keyboard.press('Enter');
    await dialog.waitFor();
  });
});
