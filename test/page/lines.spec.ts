import type { Page } from 'playwright-core';
import { Person } from '../support/people.js';
import { findsNothing } from '../support/accessibility.js';
import { eventually } from '../support/browser.js';
import {
  ada,
  browserOf,
  carillon,
  grace,
  history,
  open,
  restartServer,
  room,
  said,
  tabOf,
  useChat,
} from '../support/chat.js';

useChat();

const rows = (page: Page): Promise<string[]> =>
  history(page)
    .locator('.message-text, .history-line')
    .evaluateAll((all) => all.map((each) => each.textContent!.trim()));
const shows = (page: Page, expected: string[]): Promise<void> =>
  eventually(async () => expect(await rows(page)).toEqual(expected));
const path = () => `/api/rooms/${room.id}`;

describe('the lines of a history', () => {
  it('follow the events of the room, and are the same after an outage and a reload', async () => {
    const joined = 'Ada Lovelace and Grace Hopper joined';
    const bob = await Person.signUp(carillon.url, 'bob-of-lines', {
      firstname: 'Bob',
      lastname: 'K',
    });
    await ada.says(room, 'one');
    const page = await open(grace);
    await shows(page, [joined, 'one']);
    await bob.joins(room);
    await ada.does('PATCH', path(), { name: 'Theory' });
    await ada.does('PATCH', path(), { topic: 'Notes' });
    const changes = ['Bob K joined', 'The room is now called “Theory”', 'The topic is now “Notes”'];
    await shows(page, [joined, 'one', ...changes]);
    await findsNothing(page, 'lines of the history');

    await ada.says(room, 'two');
    await said(page, 'two').locator('.message-author').waitFor();
    await shows(page, [joined, 'one', ...changes, 'two']);
    await restartServer();
    await bob.does('DELETE', `${path()}/members/${bob.id}`);
    await ada.does('PATCH', path(), { topic: null });
    const all = [joined, 'one', ...changes, 'two', 'Bob K left', 'The topic was removed'];
    await shows(page, all);
    await shows(await open(grace), all);

    // A user who returns before the next message has not left.
    await bob.joins(room);
    await shows(page, all.toSpliced(-2, 1));
  });

  it('are shown before the first message is posted, and above it from its first frame on', async () => {
    const joined = 'Ada Lovelace and Grace Hopper joined';
    await ada.does('PATCH', path(), { topic: 'Notes' });
    await shows(await open(grace), [joined, 'The topic is now “Notes”']);

    await ada.says(room, 'one');
    const context = await browserOf(grace);
    await context.addInitScript(`{
      window.tops = new Set();
      const look = () => {
        const first = document.querySelector('.history .message-text');
        const { top } = document.querySelector('.history')?.getBoundingClientRect() ?? {};
        if (first) tops.add(first.getBoundingClientRect().top - top);
        requestAnimationFrame(look);
      };
      look();
    }`);
    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await context.route('**/lines?*', async (route) => {
      await held;
      await route.continue();
    });
    const messages = context.waitForEvent('requestfinished', (request) =>
      request.url().includes('/messages?'),
    );
    const page = await tabOf(context);
    await messages;
    await page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    );
    goOn();
    await shows(page, [joined, 'The topic is now “Notes”', 'one']);
    expect(await page.evaluate('tops.size')).toBe(1);
  });

  it('keep the end of the history in sight, and what is read where it is', async () => {
    for (let n = 1; n <= 40; n += 1) await ada.says(room, `number ${n}`);
    await grace.does('PUT', `${path()}/read`, { seq: 40 });
    const page = await open(grace);
    await said(page, 'number 40').waitFor();
    await ada.does('PATCH', path(), { topic: 'Notes' });
    const line = history(page).locator('.history-line').last();
    await eventually(async () => {
      const [view, last] = [await history(page).boundingBox(), await line.boundingBox()];
      expect(last!.y + last!.height).toBeLessThanOrEqual(view!.y + view!.height);
    });
    const top = async () => (await said(page, 'number 36').boundingBox())!.y;
    const atEnd = await top();
    await history(page).hover();
    await page.mouse.wheel(0, -150);
    await eventually(async () => expect(await top()).toBe(atEnd + 150));
    await ada.does('PATCH', path(), { name: 'A longer name of the room' });
    await history(page).getByText('A longer name').waitFor({ state: 'attached' });
    expect(await top()).toBe(atEnd + 150);
  });
});
