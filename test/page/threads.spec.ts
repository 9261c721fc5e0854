import type { Locator, Page } from 'playwright-core';
import type { UnreadThread } from '../../client/src/features/threads/unread-threads.js';
import type { Message } from '../../src/rooms/room/message.js';
import { findsNothing } from '../support/accessibility.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  chooseFor,
  composer,
  grace,
  history,
  open,
  room,
  roomLink,
  said,
  useChat,
} from '../support/chat.js';
import { button, isInReach, overflow, PHONE } from '../support/windows.js';

useChat();

const pane = (page: Page): Locator => page.getByRole('complementary', { name: /^Threads?$/ });
const line = (page: Page, text: string): Locator =>
  said(page, text).getByRole('button', { name: /repl(y|ies) · last/ });
const reply = (page: Page): Locator =>
  pane(page).getByRole('textbox', { name: 'Reply in this thread' });
const unread = (who = grace) => who.gets<UnreadThread[]>('/api/me/threads');

describe('threads', () => {
  it('open next to the room, in which a reply can be written also without a connection', async () => {
    const question = await ada.says(room, 'Shall we begin?');
    const first = await grace.repliesTo(question, 'Certainly');
    const page = await open(ada);
    await line(page, 'Shall we begin?').filter({ hasText: '1 reply' }).click();
    await pane(page).getByRole('article').filter({ hasText: 'Certainly' }).waitFor();
    await grace.repliesTo(first, 'Or tomorrow?');
    const second = pane(page).getByRole('article').filter({ hasText: 'Or tomorrow?' });
    await second.getByRole('link', { name: /^In reply to/ }).waitFor();

    await page.context().setOffline(true);
    await reply(page).fill('Now');
    await reply(page).press('Enter');
    await pane(page).locator('.message-waiting').filter({ hasText: 'Now' }).waitFor();
    await page.context().setOffline(false);
    await line(page, 'Shall we begin?').filter({ hasText: '3 replies' }).waitFor();
    const replies = await ada.gets<Message[]>(
      `/api/rooms/${room.id}/threads/${question.seq}/replies`,
    );
    expect(replies.map(({ text, replyTo }) => [text, replyTo])).toEqual([
      ['Certainly', question.seq],
      ['Or tomorrow?', first.seq],
      ['Now', question.seq],
    ]);
    await eventually(async () =>
      expect(await pane(page).locator('.message-text').allTextContents()).toEqual([
        'Shall we begin?',
        'Certainly',
        'Or tomorrow?',
        'Now',
      ]),
    );
    await page.goBack();
    await pane(page).waitFor({ state: 'detached' });
    expect(await focused(page)).toContain('3 replies');
  });

  it('say what is new in them, and mark as read what was on the screen', async () => {
    const question = await grace.says(room, 'How far?');
    for (let n = 1; n <= 40; n++) await ada.repliesTo(question, `Mile ${n}`);
    const other = await ada.makes('Another');
    await grace.joins(other);
    // The history of the room marks as read what it shows, so its first message comes into sight alone.
    const page = await open(grace, `/#/rooms/${other.id}`, {
      viewport: { width: 1280, height: 500 },
    });
    const [thread] = await unread();
    expect(thread!.unread).toHaveLength(40);
    await page.evaluate(`history.pushState({ panel: 'thread ${question.seq}' }, '', '#/rooms/${room.id}/1')
      || dispatchEvent(new HashChangeEvent('hashchange'))`);
    await pane(page).getByText('Mile 1', { exact: true }).waitFor();
    await eventually(async () => {
      const left = (await unread())[0]!.unread.length;
      expect(left).toBeGreaterThan(10);
      expect(left).toBeLessThan(40);
    });
    await button(page, /^Threads, 1 with new replies$/).waitFor();
    await roomLink(page, room).filter({ hasText: ', 1 thread with new replies' }).waitFor();
    await pane(page).getByText('Mile 40', { exact: true }).scrollIntoViewIfNeeded();
    await eventually(async () => expect(await unread()).toEqual([]));
    await button(page, 'Threads').waitFor();
    expect(await roomLink(page, room).textContent()).not.toContain('with new replies');
  });

  it('are listed for the room, and can be read and used by everyone on every screen', async () => {
    const question = await ada.says(room, 'Is this accessible?');
    await grace.repliesTo(question, 'It is.');
    await grace.repliesTo(await ada.says(room, 'A second one'), 'Yes?');
    const page = await open(ada);
    await button(page, /^Threads/).click();
    const items = pane(page).getByRole('listitem');
    await eventually(async () => expect(await items.count()).toBe(2));
    await findsNothing(page, 'the threads of a room');
    await items.last().getByRole('button').click();
    await pane(page).getByText('It is.').waitFor();
    await findsNothing(page, 'a thread');
    await page.setViewportSize(PHONE);
    expect(await page.locator('.room-talk').isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    await said(page, 'It is.').waitFor();
  });
});

describe('the link to a message', () => {
  it('is copied from its actions, with an announcement, and leads to the message', async () => {
    const first = await ada.says(room, 'The very first');
    for (let n = 0; n < 60; n++) await ada.says(room, `Line ${n}`);
    const page = await open(grace, `/#/rooms/${room.id}/${first.seq}`);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await chooseFor(page, 'The very first', 'Copy link');
    await page.getByRole('status').filter({ hasText: 'Link copied' }).waitFor();
    const link = await page.evaluate<string>('navigator.clipboard.readText()');
    const other = await open(ada);
    await other.goto(link);
    await other.locator('.message-target').getByText('The very first').waitFor();
  });
});

const mark = (page: Page, text: string) => said(page, text).locator('.message-mark');

describe('pinned messages', () => {
  const panel = (page: Page) => page.getByRole('complementary', { name: 'Pinned messages' });

  it('are pinned from the menu of a message by those who may, marked, and listed for everyone', async () => {
    const first = await grace.says(room, 'The rules');
    for (let n = 0; n < 30; n++) await ada.says(room, `Line ${n}`);
    const [page, theirs] = [await open(ada, `/#/rooms/${room.id}/${first.seq}`), await open(grace)];
    await said(theirs, 'Line 0').hover();
    await button(said(theirs, 'Line 0'), 'More actions: Line 0').click();
    await button(theirs, 'Copy link').waitFor();
    expect(await button(theirs, 'Pin').count()).toBe(0);
    await theirs.keyboard.press('Escape');
    expect(await focused(theirs)).toBe('More actions: Line 0');

    await chooseFor(page, 'The rules', 'Pin');
    await mark(page, 'The rules').waitFor();
    expect(await focused(page)).toBe('More actions: The rules');
    await button(theirs, 'Pinned').click();
    const link = panel(theirs).getByRole('link', { name: /Grace Hopper.*The rules/ });
    await link.waitFor();
    await findsNothing(theirs, 'pinned messages');
    await link.click();
    await theirs.locator('.message-target').getByText('The rules').waitFor();
    await link.waitFor();
    await theirs.goBack();
    await theirs.goBack();
    await button(theirs, 'Pinned').click();
    await grace.does('PATCH', `/api/rooms/${room.id}/messages/${first.id}`, { text: 'New rules' });
    await panel(theirs).getByText('New rules').waitFor();
    await theirs.setViewportSize(PHONE);
    await panel(theirs).getByRole('link').click();
    await theirs.locator('.message-target').getByText('New rules').waitFor();
    await mark(theirs, 'New rules').waitFor();
    await history(theirs).evaluate((scroller) => scroller.scrollTo({ top: 1e6 }));
    const target = theirs.locator('.message-target').getByText('New rules');
    const isInSight = async () => ((await target.boundingBox())?.y ?? -1) > 0;
    await eventually(async () => expect(await isInSight()).toBe(false));
    await button(theirs, 'Pinned').click();
    await panel(theirs).getByRole('link').click();
    await panel(theirs).waitFor({ state: 'detached' });
    await eventually(async () => expect(await isInSight()).toBe(true));
    await theirs.goBack();
    await panel(theirs).waitFor();

    await button(said(page, 'New rules'), 'More actions: New rules').click();
    await button(page, 'Remove pin').waitFor();
    await findsNothing(page, 'the menu of a message');
    await button(page, 'Remove pin').click();
    await mark(page, 'New rules').waitFor({ state: 'detached' });
    await panel(theirs).getByText('No message is pinned in this room.').waitFor();
    await theirs.goBack();
    await panel(theirs).waitFor({ state: 'detached' });
    await button(theirs, 'Pinned').waitFor({ state: 'detached' });
  });

  it('leave the actions of a message in one line on the smallest screen', async () => {
    await ada.says(room, 'Small');
    const page = await open(ada);
    await page.setViewportSize({ width: 320, height: 640 });
    await said(page, 'Small').focus();
    const actions = said(page, 'Small').locator('.message-actions').getByRole('button');
    const boxes = await Promise.all((await actions.all()).map((one) => one.boundingBox()));
    expect(boxes).toHaveLength(5);
    expect(new Set(boxes.map((box) => Math.round(box!.y))).size).toBe(1);
    expect(await overflow(page)).toBe(0);
  });
});

describe('a narrow thread', () => {
  const ofThread = (seq: number) =>
    `history.pushState({ panel: 'thread ${seq}' }, '') || dispatchEvent(new HashChangeEvent('hashchange'))`;

  it('shows the actions of its first message in full', async () => {
    const { seq } = await ada.says(room, 'The first');
    const page = await open(ada);
    await page.evaluate(ofThread(seq));
    const first = pane(page).getByRole('article').filter({ hasText: 'The first' });
    const edgeOf = async (place: Locator) => Math.round((await place.boundingBox())!.y);
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 640 });
      await first.hover();
      const actions = first.locator('.message-actions');
      expect(await edgeOf(actions)).toBeGreaterThanOrEqual(
        await edgeOf(pane(page).getByRole('log')),
      );
    }
  });

  it('leaves Send within reach next to the toolbar, as a narrow room does', async () => {
    const { seq } = await ada.says(room, 'The first');
    const page = await open(ada);
    const check = async (field: Locator) => {
      await field.fill('Text');
      for (const width of [320, 360, 390]) {
        await page.setViewportSize({ width, height: 640 });
        expect([width, await isInReach(button(page, 'Send'))]).toEqual([width, true]);
        expect(await overflow(page)).toBe(0);
      }
    };
    await check(composer(page));
    await page.evaluate(ofThread(seq));
    await check(reply(page));
    await page.setViewportSize({ width: 1280, height: 640 });
    const lowerEdgeOf = (place: Locator) =>
      place.evaluate((element) => element.getBoundingClientRect().bottom);
    const send = button(pane(page), 'Send');
    expect(await lowerEdgeOf(send)).toBeCloseTo(await lowerEdgeOf(reply(page)), 0);
    expect(await isInReach(send)).toBe(true);
  });
});

describe('saved messages', () => {
  const list = (page: Page) => page.getByRole('list', { name: 'Saved messages' });
  const remove = (page: Page, text: string) => button(page, `Remove from saved: ${text}`);

  it('are saved from the menu of a message, marked and listed on all devices of the user alone', async () => {
    const first = await grace.says(room, 'Read this later');
    for (let n = 0; n < 30; n++) await ada.says(room, `Line ${n}`);
    const second = await ada.says(room, 'And this');
    const here = `/#/rooms/${room.id}/${first.seq}`;
    const [page, theirs] = [await open(ada, here), await open(grace, here)];
    const other = await open(ada, '/#/saved');
    await other.getByText('You have no saved messages.').waitFor();
    await findsNothing(other, 'no saved messages');
    await chooseFor(page, 'Read this later', 'Save for later');
    await mark(page, 'Read this later').filter({ hasText: 'Saved' }).waitFor();
    expect(await focused(page)).toBe('More actions: Read this later');
    await ada.does('PUT', `/api/rooms/${room.id}/messages/${second.id}/saved`);
    const link = list(other).getByRole('link');
    await eventually(async () =>
      expect(await link.allTextContents()).toEqual([
        expect.stringContaining('And this'),
        expect.stringContaining('Read this later'),
      ]),
    );
    await grace.does('PATCH', `/api/rooms/${room.id}/messages/${first.id}`, { text: 'Read soon' });
    await list(other).getByText('Read soon').waitFor();
    await findsNothing(other, 'saved messages');
    await said(theirs, 'Read soon').waitFor();
    expect(await mark(theirs, 'Read soon').count()).toBe(0);

    await other.setViewportSize({ width: 320, height: 640 });
    expect(await overflow(other)).toBe(0);
    await other.setViewportSize({ width: 320, height: 200 });
    await link.last().hover();
    await other.mouse.wheel(0, 1000);
    const scrollTop = () =>
      other.evaluate<number>(`document.querySelector('.pane-body').scrollTop`);
    const isScrolled = () => eventually(async () => expect(await scrollTop()).toBeGreaterThan(40));
    await isScrolled();
    await link.filter({ hasText: 'Read soon' }).click();
    await other.locator('.message-target').getByText('Read soon').waitFor();
    await mark(other, 'Read soon').waitFor();
    await other.goBack();
    await isScrolled();
    await remove(other, 'And this').click();
    await eventually(async () => expect(await focused(other)).toBe('Remove from saved: Read soon'));
    await remove(other, 'Read soon').click();
    await other.getByText('You have no saved messages.').waitFor();
    await mark(page, 'Read soon').waitFor({ state: 'detached' });
  });

  it('are listed when the connection is back if the code of the list could not be loaded', async () => {
    const saved = await ada.says(room, 'Worth keeping');
    await grace.does('PUT', `/api/rooms/${room.id}/messages/${saved.id}/saved`);
    const page = await open(grace);
    await page.route('**/assets/*.js', (route) => route.abort('connectionfailed'));
    await page.evaluate(`location.hash = '#/saved'`);
    await page.getByText('This could not be loaded.').waitFor();
    await button(page, 'Reload the page').waitFor();
    await page.context().setOffline(true);
    await page.getByText('It appears when the connection is back.').waitFor();
    await page.unroute('**/assets/*.js');
    await page.context().setOffline(false);
    await list(page).getByText('Worth keeping').waitFor();
  });

  it('are found with the finder, and only those that the user can still read', async () => {
    const [one, two] = [await ada.says(room, 'one'), await ada.says(room, 'two')];
    const elsewhere = await ada.makes(`Elsewhere ${room.name}`);
    await grace.joins(elsewhere);
    const three = await ada.says(elsewhere, 'three');
    for (const { roomId, id } of [one, two, three])
      await grace.does('PUT', `/api/rooms/${roomId}/messages/${id}/saved`);
    const page = await open(grace);
    await page.route('**/api/me/saved?limit=50', (route) =>
      route.continue({ url: route.request().url().replace('limit=50', 'limit=2') }),
    );
    await said(page, 'two').waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox').fill('saved');
    await page.getByRole('option', { name: 'Saved', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    const items = list(page).getByRole('listitem');
    await button(page, 'Show older').press('Enter');
    await eventually(async () => expect(await items.count()).toBe(3));
    await button(page, 'Show older').waitFor({ state: 'detached' });
    expect(await focused(page)).toMatch(/one$/);
    await ada.does('DELETE', `/api/rooms/${room.id}/messages/${two.id}`);
    await ada.does('DELETE', `/api/rooms/${elsewhere.id}/members/${grace.id}`);
    await eventually(async () => expect(await items.count()).toBe(1));
    await list(page).getByText('one').waitFor();
  });
});
