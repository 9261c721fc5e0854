import type { Page } from 'playwright-core';
import type { Room } from '../../src/rooms/room/room.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  carillon,
  grace,
  history,
  made,
  open,
  room,
  roomLink,
  said,
  useChat,
} from '../support/chat.js';
import { Person } from '../support/people.js';
import { button, PHONE } from '../support/windows.js';

useChat();

const NARROW = { width: 320, height: 640 };

const members = (page: Page) => page.getByRole('complementary', { name: 'Members' });
const focusIs = (page: Page, name: string) =>
  eventually(async () => expect(await focused(page)).toBe(name));

describe('Back on a phone', () => {
  it('closes the open panel first, and leaves the reader where they were', async () => {
    for (let n = 0; n < 30; n += 1) await ada.says(room, `Line ${n}\n`.repeat(2));
    const page = await open(ada, '/#/', { viewport: PHONE });
    await roomLink(page, room).click();
    await said(page, 'Line 29').waitFor();
    await history(page).evaluate((scroller) => scroller.scrollBy({ top: -400 }));
    const isKept = 'history.state.reading?.place.fromEnd === null';
    await eventually(async () => expect(await page.evaluate(isKept)).toBe(true));
    const line = history(page).locator('article').filter({ hasText: 'Line 20' });
    const top = async () => Math.round((await line.boundingBox())!.y);
    const before = await top();
    for (const [name, panel] of [
      ['Members', members(page)],
      ['Find', page.getByLabel('Search this room')],
    ] as const) {
      await button(page, name).click();
      await panel.waitFor();
      await page.goBack();
      await panel.waitFor({ state: 'detached' });
      await focusIs(page, name);
      await eventually(async () => expect(await top()).toBe(before));
      await button(page, name).click();
      await button(page, name).click();
      await panel.waitFor({ state: 'detached' });
    }
    await page.goBack();
    await roomLink(page, room).waitFor();
    await page.getByRole('button', { name: /^Notifications/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Notifications' });
    await dialog.waitFor();
    await page.goBack();
    await dialog.waitFor({ state: 'detached' });
  });
});

describe('the focus', () => {
  it('is where the user continues: in and after the members', async () => {
    const page = await open(ada);
    await button(page, 'Members').click();
    await focusIs(page, 'Members');
    expect(await page.locator('h2:focus').count()).toBe(1);
    await page.keyboard.press('Escape');
    await members(page).waitFor({ state: 'detached' });
    expect(await page.locator('button:focus').textContent()).toBe('Members');

    await button(page, 'Members').click();
    await Person.signUp(carillon.url, `mary${made}`, { firstname: 'Mary', lastname: 'Allen' });
    const field = page.getByLabel('Invite someone');
    await field.fill(`mary${made}`);
    await button(page, 'Invite Mary Allen').click();
    await button(page, 'Withdraw the invitation for Mary Allen').waitFor();
    expect(await focused(page)).toBe('Invite someone');
    expect(await field.inputValue()).toBe('');
    await button(page, 'Withdraw the invitation for Mary Allen').click();
    await focusIs(page, 'Members');

    await button(page, 'Remove Grace Hopper').click();
    await page.getByRole('button', { name: 'Remove Grace Hopper: press again' }).click();
    await focusIs(page, 'Profile of Ada Lovelace');
    await page.getByText('You are the only member. Invite others below.').waitFor();
    const saved = await ada.says(room, 'Worth keeping');
    await ada.does('PUT', `/api/rooms/${room.id}/messages/${saved.id}/saved`);
    await said(page, 'Worth keeping').locator('.message-mark').waitFor();
    await button(page, 'Leave room').click();
    await page.getByText('Leaving removes 1 message of this room').waitFor();
    await page.getByRole('button', { name: 'Leave room: press again' }).click();
    await focusIs(page, 'Carillon');
  });

  it('is in the room after an invitation was accepted, and in the list after one was declined', async () => {
    const [one, other] = [await ada.makes('One', 'private'), await ada.makes('Other', 'private')];
    for (const { id } of [one, other])
      await ada.does('POST', `/api/rooms/${id}/invitations`, { userId: grace.id });
    const page = await open(grace, '/#/');
    await button(page, 'Decline: One').click();
    await focusIs(page, 'Accept: Other');
    await button(page, 'Accept: Other').click();
    await focusIs(page, 'Message to Other');
    await ada.does('POST', `/api/rooms/${one.id}/invitations`, { userId: grace.id });
    await button(page, 'Decline: One').click();
    await focusIs(page, 'Rooms');
  });

  it('goes with a room to another group of the list', async () => {
    const next = await ada.makes(`Next ${made}`);
    const direct = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: grace.id });
    const page = await open(ada);
    const options = (name: string) => `Options for ${name}`;
    const choose = async (name: string, action: string) => {
      await button(page, options(name)).press('Enter');
      await button(page, action).press('Enter');
    };
    for (const action of ['Add to favourites', 'Remove from favourites']) {
      await choose(room.name!, action);
      const group = page.locator('summary').filter({ hasText: 'Favourites' });
      await group.waitFor({ state: action.startsWith('Add') ? 'visible' : 'detached' });
      await page.locator(':popover-open').waitFor({ state: 'detached' });
      expect(await focused(page)).toBe(options(room.name!));
    }
    await roomLink(page, next).focus();
    await ada.does('PUT', `/api/rooms/${next.id}/favourite`);
    await page.locator('summary').filter({ hasText: 'Favourites' }).waitFor();
    expect(await page.evaluate('document.activeElement.hash')).toBe(`#/rooms/${next.id}`);
    await ada.says(direct, 'Hello');
    await choose('Grace Hopper', 'Close conversation');
    await button(page, options('Grace Hopper')).waitFor({ state: 'detached' });
    await focusIs(page, 'Rooms');
  });
});

describe('a refused action', () => {
  it('is explained where the user is looking', async () => {
    const page = await open(ada, undefined, { viewport: { width: 360, height: 300 } });
    await button(page, 'Members').click();
    await button(page, 'Leave room').click();
    await page.getByRole('button', { name: 'Leave room: press again' }).click();
    const refusal = page.getByRole('alert').filter({ hasText: 'owner' });
    await refusal.waitFor();
    const { y, height } = (await refusal.boundingBox())!;
    expect(y).toBeGreaterThan(0);
    expect(y + height).toBeLessThanOrEqual(300);
  });

  it('is explained at the member or the invitation that it is about', async () => {
    const page = await open(ada);
    await button(page, 'Members').click();
    await button(page, 'Make Grace Hopper an owner').waitFor();
    await page.route(/members\/|sessions\//, (route) =>
      route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: JSON.stringify({ detail: 'Not now.' }),
      }),
    );
    await button(page, 'Make Grace Hopper an owner').click();
    await members(page)
      .getByRole('listitem')
      .filter({ hasText: 'Grace Hopper' })
      .getByText('Not now.')
      .waitFor();
    const elsewhere = await Person.signIn(carillon.url, ada.user.username!);
    await page.goto(`${carillon.url}/#/sessions`);
    await button(page.getByRole('list', { name: 'Sign-ins' }), 'Sign out').click();
    await page.getByRole('listitem').getByText('Not now.').waitFor();
    expect((await elsewhere.send('GET', '/api/session')).status).toBe(200);
  });
});

describe('an empty state', () => {
  it('leads on: to rooms, to a new room, to invitations, to all rooms', async () => {
    const newcomer = await Person.signUp(carillon.url, `new${made}`);
    const page = await open(newcomer, '/#/');
    const rooms = page.getByRole('navigation', { name: 'Rooms' });
    await rooms.getByRole('link', { name: 'browse the public rooms' }).click();
    await page.getByRole('heading', { name: 'Browse rooms' }).waitFor();
    await rooms.getByRole('link', { name: 'create one' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Alone');
    await button(page, 'Create room').click();
    await button(page, 'Invite someone').click();
    await members(page).getByLabel('Invite someone').waitFor();
    await button(page, 'Close').click();
    await button(page, 'Find').click();
    await page.getByLabel('Search this room').fill('nothing');
    await page.getByLabel('Search this room').press('Enter');
    await page.getByRole('link', { name: 'Search all rooms' }).click();
    await page.waitForURL(/search\?q=nothing$/);
  });
});

describe('a screen 320 px wide', () => {
  /** Elements that stick out of the screen, or of a box that cuts them off. */
  const cutOff = (page: Page) =>
    page.evaluate<string[]>(`(() => {
      const shown = [...document.querySelectorAll('body *')].filter((element) =>
        element.checkVisibility() && element.closest('.visually-hidden, .skip-link, svg') === null);
      const sticksOut = (element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 1 && (left < -0.5 || right > innerWidth + 0.5);
      };
      const isShortened = (element) => getComputedStyle(element).textOverflow === 'ellipsis';
      const isCut = (element) => {
        const { overflowX, textOverflow } = getComputedStyle(element);
        return overflowX !== 'visible' && textOverflow === 'clip' && overflowX !== 'auto' &&
          element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1;
      };
      return shown
        .filter((element) => element.closest('.shell-list .pane') === null)
        .filter((element) => element.closest('pre') === null)
        .filter((element) => !isShortened(element.parentElement))
        .filter((element) => sticksOut(element) || isCut(element))
        .map((element) => element.outerHTML.slice(0, 120));
    })()`);

  it('shows every pane and panel in full', async () => {
    await grace.says(room, `A long word: ${'W'.repeat(200)}`);
    const page = await open(ada, '/#/', { viewport: NARROW });
    const found: Record<string, string[]> = {};
    const look = async (name: string) => {
      const cut = await cutOff(page);
      if (cut.length > 0) found[name] = cut;
    };
    await roomLink(page, room).waitFor();
    await look('list');
    await page.getByRole('button', { name: /^Notifications/ }).click();
    await page.getByRole('dialog', { name: 'Notifications' }).waitFor();
    await look('notifications');
    for (const [path, heading] of [
      ['new-room', 'New conversation'],
      ['browse', 'Browse rooms'],
      ['people', 'Directory'],
      ['saved', 'Saved'],
      ['search?q=word', 'Search: word'],
      ['profile', 'Profile'],
      ['sessions', 'Where you are signed in'],
    ] as const) {
      await page.goto(`${carillon.url}/#/${path}`);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await look(path);
    }
    await page.goto(`${carillon.url}/#/rooms/${room.id}`);
    await said(page, 'A long word').waitFor();
    await look('room');
    await button(page, 'Find').click();
    await look('find');
    await button(page, 'Members').click();
    await button(page, 'Make Grace Hopper an owner').waitFor();
    await look('members');
    expect(found).toEqual({});
  });

  it('shows a long username in full, or shortened', async () => {
    const username = 'm'.repeat(28) + String(made).padStart(2, '0');
    const long = await Person.signUp(carillon.url, username);
    await long.joins(room);
    const message = await long.says(room, 'Hello');
    await long.repliesTo(await long.repliesTo(message, 'A reply'), 'Another');
    await long.reacts(message, '👍');
    await ada.does('PUT', `/api/rooms/${room.id}/messages/${message.id}/pin`);
    const page = await open(ada, undefined, { viewport: NARROW });
    await said(page, 'Hello').first().waitFor();
    const found: Record<string, string[]> = {};
    const look = async (name: string) => {
      const cut = await cutOff(page);
      if (cut.length > 0) found[name] = cut;
    };
    await look('room');
    await page.locator('.reaction').first().focus();
    await look('reaction');
    await said(page, 'Hello').first().locator('.message-author').click();
    await page.locator('.person-card').getByText(`@${username}`).waitFor();
    await look('card');
    await page.keyboard.press('Escape');
    for (const [name, item] of [
      ['Pinned', '.pin-item'],
      ['Threads', '.thread-item'],
      ['Members', '.member'],
    ] as const) {
      await button(page, name).click();
      await page.locator(item).filter({ hasText: username }).first().waitFor();
      await look(name);
      if (name === 'Threads') {
        await page.locator(item).click();
        await page.locator('.thread-root').getByText('Hello').waitFor();
        await look('thread');
      }
      await page.keyboard.press('Escape');
      await page.locator(item).first().waitFor({ state: 'detached' });
    }
    expect(found).toEqual({});
  });
});
