import type { Page } from 'playwright-core';
import type { Membership } from '../../src/rooms/room/room.js';
import { findsNothing } from '../support/accessibility.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  browserOf,
  carillon,
  composer,
  grace,
  history,
  open,
  room,
  roomLink,
  said,
  tabOf,
  useChat,
} from '../support/chat.js';
import { fillRoom, leaveUnread, postedAt } from '../support/long-room.js';
import { button, complaints } from '../support/windows.js';

useChat();

const MANY = 600;
/** Of two to nine lines on a desktop. */
const textOf = (seq: number): string =>
  `Number ${seq}.${' It goes on for several lines, which wrap.'.repeat(4 + ((seq * 7) % 9))}`;

const fill = (): void =>
  fillRoom(carillon.folder, { room, to: MANY, authorIds: [grace.id], textOf });

const unreadOf = async (): Promise<number> => {
  const rooms = await ada.gets<Membership[]>('/api/me/rooms');
  return rooms.find((mine) => mine.room.id === room.id)!.unread;
};

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly height: number;
}

const NEW_LINE = '.fresh-line';
const TARGET = '.message-target';
const rowOf = (seq: number): string => `.history-row[data-index="${seq - 1}"]`;

/** Where an element is in the view of the history, once nothing has moved for ten frames. */
async function placeOf(page: Page, selector: string): Promise<Box & { view: number }> {
  await history(page).locator(selector).waitFor();
  return page.evaluate<Box & { view: number }>(`(async () => {
    const log = document.querySelector('[role=log]');
    const view = () => log.getBoundingClientRect();
    const box = () => log.querySelector('${selector}').getBoundingClientRect();
    const top = () => box().top - view().top;
    for (let still = 0, last = top(); still < 10; still++) {
      await new Promise(requestAnimationFrame);
      if (top() !== last || log.querySelector('.message-missing')) [still, last] = [-1, top()];
    }
    return { top: top(), bottom: top() + box().height, height: box().height, view: view().height };
  })()`);
}

async function expectCentred(page: Page): Promise<void> {
  const { top, height, view } = await placeOf(page, TARGET);
  expect(Math.abs(top + height / 2 - view / 2)).toBeLessThan(40);
}

interface Row {
  readonly seq: number;
  readonly top: number;
}

/** The rows that are in sight down to their end, but for a pixel of their margin. */
const rowsInView = (page: Page): Promise<Row[]> =>
  page.evaluate<Row[]>(`(() => {
    const view = document.querySelector('[role=log]').getBoundingClientRect();
    return Array.from(document.querySelectorAll('.history-row'), (row) => ({
      seq: Number(row.dataset.index) + 1,
      top: row.getBoundingClientRect().top - view.top,
      bottom: row.getBoundingClientRect().bottom - view.top,
    })).filter(({ bottom }) => bottom > 0 && bottom <= view.height + 2);
  })()`);

const distanceFromEnd = (page: Page): Promise<number> =>
  page.evaluate<number>(`(() => {
    const log = document.querySelector('[role=log]');
    return Math.round(log.scrollHeight - log.clientHeight - log.scrollTop);
  })()`);

async function scrollBy(page: Page, pixels: number): Promise<void> {
  await history(page).hover();
  const before = await distanceFromEnd(page);
  await page.mouse.wheel(0, pixels);
  await eventually(async () =>
    expect(Math.abs((await distanceFromEnd(page)) - before)).toBeGreaterThan(Math.abs(pixels) / 2),
  );
}

/** Scrolls away from the end. @returns the selector of the first row in sight that is whole */
async function scrollUp(page: Page, pixels: number): Promise<string> {
  await said(page, `Number ${MANY}.`).waitFor();
  await scrollBy(page, -pixels);
  await placeOf(page, '.history-all');
  await eventually(async () => expect(await page.evaluate('history.state?.reading')).toBeDefined());
  const whole = await rowsInView(page);
  return rowOf(whole.find(({ top }) => top >= 0)!.seq);
}

describe.each([
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
])('at a width of $width px', (viewport) => {
  it('a room opens at its first unread message, and what was not on the screen stays unread', async () => {
    fill();
    for (const unread of [5, 9, 300]) {
      leaveUnread(carillon.folder, room, unread);
      const page = await open(ada, undefined, { viewport });
      const { top, bottom, view } = await placeOf(page, NEW_LINE);
      expect(top).toBeGreaterThan(0);
      expect(bottom).toBeLessThan(view / 4);
      const last = (await rowsInView(page)).at(-1)!.seq;
      expect(last).toBeGreaterThan(MANY - unread);
      expect(last).toBeLessThan(MANY);
      await eventually(async () => expect(await unreadOf()).toBe(MANY - last));
      await placeOf(page, NEW_LINE);
      expect(await unreadOf()).toBe(MANY - last);
      await page.close();
    }
  });

  it('links to messages, hits of a search and dates lead to the middle of the view', async () => {
    fill();
    await ada.says(room, 'A needle to be found');
    fillRoom(carillon.folder, { room, from: MANY + 2, to: 900, authorIds: [grace.id], textOf });
    for (const seq of [300, 896]) {
      const page = await open(ada, `/#/rooms/${room.id}/${seq}`, { viewport });
      await expectCentred(page);
      expect(await history(page).locator(TARGET).textContent()).toContain(`Number ${seq}.`);
      await page.close();
    }
    const page = await open(ada, '/#/search?q=needle', { viewport });
    await page.getByRole('link', { name: /A needle to be found/ }).click();
    await expectCentred(page);
    await button(page, 'Find').click();
    await page.getByLabel('Go to').fill(postedAt(200).toISOString().slice(0, 10));
    await history(page).locator(TARGET).filter({ hasNotText: 'needle' }).waitFor();
    await expectCentred(page);
    await scrollBy(page, -400);
    await page.getByLabel('Go to').press('Enter');
    await eventually(() => expectCentred(page));
    await scrollBy(page, -400);
    await page.evaluate(`document.querySelector('.room-find').insertAdjacentHTML(
      'beforeend', '<a href="' + location.hash + '">Same message</a>')`);
    await page.getByRole('link', { name: 'Same message' }).click();
    await expectCentred(page);
  });

  it('the buttons for new messages lead to the first one, then to the end, and mark nothing as read', async () => {
    fill();
    leaveUnread(carillon.folder, room, 300);
    const page = await open(ada, `/#/rooms/${room.id}/100`, { viewport });
    await expectCentred(page);
    await button(page, '300 new').click();
    expect((await placeOf(page, NEW_LINE)).top).toBeLessThan(100);
    const left = MANY - (await rowsInView(page)).at(-1)!.seq;
    await button(page, `${left} new`).click();
    await eventually(async () => expect(await distanceFromEnd(page)).toBe(0));
    await said(page, `Number ${MANY}.`).waitFor();
    await button(page, `${left} unread`).click();
    expect((await placeOf(page, rowOf(MANY - left + 1))).top).toBeLessThan(100);
    await eventually(async () => expect(await unreadOf()).toBeLessThan(left));
    expect(await unreadOf()).toBeGreaterThan(0);
    expect(await focused(page)).toBe('Messages');

    await button(page, /new$/).click();
    await button(page, 'Mark as read').click();
    await eventually(async () => expect(await unreadOf()).toBe(0));
    await button(page, 'Mark as read').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Messages');
  });

  it('a message that grows moves only the field, and the view follows the end only from there', async () => {
    fill();
    const page = await open(ada, undefined, { viewport });
    await said(page, `Number ${MANY}.`).waitFor();
    await composer(page).fill('one');
    const isAtEnd = () => eventually(async () => expect(await distanceFromEnd(page)).toBe(0));
    for (const lines of ['two', 'three', 'four', 'five']) {
      await composer(page).press('Shift+Enter');
      await composer(page).pressSequentially(lines);
      await isAtEnd();
    }
    await grace.says(room, 'The newest');
    await said(page, 'The newest').waitFor();
    await isAtEnd();

    await composer(page).fill('one');
    const row = await scrollUp(page, 1500);
    const before = await placeOf(page, row);
    await composer(page).fill('one\ntwo\nthree\nfour\nfive');
    const after = await placeOf(page, row);
    expect(after.view).toBeLessThan(before.view - 60);
    expect(after.top).toBe(before.top);
  });

  it('a room keeps its place while the user is elsewhere, and Back returns to it', async () => {
    fill();
    const other = await ada.makes('Elsewhere');
    const page = await open(ada, undefined, { viewport });
    const row = await scrollUp(page, 1500);
    const { top } = await placeOf(page, row);
    const leave = async () => {
      await page.evaluate(`location.hash = '#/rooms/${other.id}'`);
      await page.getByRole('heading', { name: 'Elsewhere' }).waitFor();
    };
    await leave();
    await page.evaluate(`location.hash = '#/rooms/${room.id}'`);
    expect((await placeOf(page, row)).top).toBe(top);
    await leave();
    await page.goBack();
    expect((await placeOf(page, row)).top).toBe(top);
    await page.reload();
    expect((await placeOf(page, row)).top).toBe(top);
    complaints.splice(0); // about the reload

    await page.evaluate(`location.hash = '#/rooms/${room.id}/100'`);
    await expectCentred(page);
    await page.goBack();
    expect((await placeOf(page, row)).top).toBe(top);
  });
});

describe('a view that is not at the end', () => {
  it('keeps its first message when the width of the window changes', async () => {
    fill();
    const page = await open(ada);
    const row = await scrollUp(page, 3000);
    const { top } = await placeOf(page, row);
    await page.setViewportSize({ width: 800, height: 700 });
    const narrow = await placeOf(page, row);
    expect(narrow.top).toBeGreaterThan(0);
    expect(narrow.top).toBeLessThan(narrow.view / 2);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect((await placeOf(page, row)).top).toBe(top);
  });
});

describe('unread messages that a jump left out', () => {
  it('are offered accessibly, on a phone and a desk', async () => {
    fill();
    leaveUnread(carillon.folder, room, 500);
    const page = await open(ada, `/#/rooms/${room.id}/400`);
    await button(page, '500 unread').waitFor();
    await expectCentred(page);
    await findsNothing(page, 'unread messages above and below');
    expect(await button(page, 'Mark as read').isVisible()).toBe(true);
  });
});

describe('a link to a message that does not exist', () => {
  it('says so, and leads to the unread messages', async () => {
    fill();
    leaveUnread(carillon.folder, room, 300);
    const page = await open(ada, `/#/rooms/${room.id}/${MANY + 1}`);
    const note = page.getByText('This link leads to a message that does not exist.');
    await note.waitFor();
    const { top, bottom, view } = await placeOf(page, NEW_LINE);
    expect(top).toBeGreaterThan(0);
    expect(bottom).toBeLessThan(view / 4);
    await findsNothing(page, 'a link to no message');
    await grace.says(room, 'Now it does');
    await note.waitFor({ state: 'detached' });
    for (const [wrong, right] of [
      ['/0', ''],
      ['/abc', '/'],
      ['/1.5', '/1'],
    ]) {
      await page.evaluate(`location.hash = '#/rooms/${room.id}${wrong}'`);
      await note.waitFor();
      await page.evaluate(`location.hash = '#/rooms/${room.id}${right}'`);
      await note.waitFor({ state: 'detached' });
    }
  });
});

describe('an edit in progress', () => {
  it('is there, with what was typed, when the user returns to the room', async () => {
    await ada.says(room, 'To be edited');
    const page = await open(ada);
    await button(page, 'Edit: To be edited').click();
    const editor = page.getByRole('textbox', { name: 'Edit message' });
    await editor.fill('Half edited');
    await page.evaluate(`location.hash = '#/'`);
    await editor.waitFor({ state: 'detached' });
    await page.goBack();
    expect(await editor.inputValue()).toBe('Half edited');
    await button(page, 'Save').click();
    await said(page, 'Half edited').waitFor();
  });
});

describe('a draft', () => {
  it('is marked in the list of rooms, and follows into another tab', async () => {
    const elsewhere = await ada.makes('Elsewhere');
    const context = await browserOf(ada);
    const [page, other] = [await tabOf(context), await tabOf(context)];
    const third = await tabOf(context, `/#/rooms/${elsewhere.id}`);
    await composer(page).fill('Half a sentence');
    await eventually(async () =>
      expect(await composer(other).inputValue()).toBe('Half a sentence'),
    );
    await roomLink(third, room).filter({ hasText: 'Draft' }).waitFor();
    await composer(other).press('Enter');
    await said(page, 'Half a sentence').waitFor();
    await eventually(async () => expect(await composer(page).inputValue()).toBe(''));
    await roomLink(third, room).filter({ hasNotText: 'Draft' }).waitFor();
  });
});

describe('a window without the focus', () => {
  it('shows what arrives, and marks it as read once it has the focus', async () => {
    const page = await open(ada);
    const markers: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT') markers.push(request.url());
    });
    const setFocus = (has: boolean) =>
      page.evaluate(
        `document.hasFocus = () => ${has}; dispatchEvent(new Event(${has ? "'focus'" : "'blur'"}))`,
      );
    await setFocus(false);
    await grace.says(room, 'While nobody is looking');
    await said(page, 'While nobody is looking').waitFor();
    await history(page).locator(NEW_LINE).waitFor();
    // Longer than a message must be in sight to count as read.
    await page.evaluate(`(async () => {
      for (let frame = 0; frame < 60; frame++) await new Promise(requestAnimationFrame);
    })()`);
    expect(markers).toEqual([]);
    await setFocus(true);
    await eventually(async () => expect(await unreadOf()).toBe(0));
  });
});
