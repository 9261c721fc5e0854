import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { WORDS_VERSION } from '../../src/words/words.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  agrees,
  browserOf,
  carillon,
  composer,
  grace,
  history,
  open,
  room,
  said,
  tabOf,
  useChat,
} from '../support/chat.js';
import { button } from '../support/windows.js';

useChat();

describe('a person at the end of a room', () => {
  it('stays there while what they write grows, and sees what comes meanwhile', async () => {
    for (let n = 0; n < 30; n++) await ada.says(room, `Line ${n}`);
    const page = await open(ada);
    await said(page, 'Line 29').waitFor();
    await composer(page).fill(Array.from({ length: 9 }, (_, n) => `row ${n}`).join('\n'));
    for (const text of ['One more', 'And another']) await grace.says(room, text);
    await said(page, 'And another').waitFor();
    await eventually(async () => {
      const left = await page.evaluate<number>(`(() => {
        const log = document.querySelector('[role=log]');
        return log.scrollHeight - log.clientHeight - log.scrollTop;
      })()`);
      expect(left).toBeLessThanOrEqual(1);
    });
    await eventually(async () => expect(await page.title()).not.toMatch(/^\(/));
  });

  it('is asked once more before they remove someone', async () => {
    const page = await open(ada);
    await button(page, 'Members').click();
    await button(page, 'Remove Grace Hopper').click();
    expect(await ada.gets<unknown[]>(`/api/rooms/${room.id}/members`)).toHaveLength(2);
    await page.getByRole('button', { name: /^Remove Grace Hopper: press again/ }).click();
    await eventually(async () =>
      expect(await ada.gets<unknown[]>(`/api/rooms/${room.id}/members`)).toHaveLength(1),
    );
  });

  it('sees that signing out failed while offline', async () => {
    const context = await browserOf(ada);
    const page = await tabOf(context);
    await context.setOffline(true);
    await button(page, 'Sign out').click();
    await page.getByRole('alert').filter({ hasText: 'You are still signed in' }).waitFor();
  });
});

describe('search', () => {
  it('leads to the message, in its place', async () => {
    await grace.says(room, 'A needle to be found');
    for (let n = 0; n < 60; n++) await grace.says(room, `Hay ${n}`);
    const page = await open(ada);
    await page.getByLabel('Search all messages').fill('needle fou');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /A needle to be found/ }).click();
    await said(page, 'A needle to be found').waitFor();
    expect(await history(page).locator('.message-target').textContent()).toContain('needle');
    await said(page, 'Hay 0').waitFor();
    await composer(page).press('Escape');
    await button(page, 'Jump to newest').click();
    await said(page, 'Hay 59').waitFor();
  });
});

describe('the way to a day', () => {
  it('says where it has led where nothing was said on that day, or since', async () => {
    const page = await open(ada);
    await button(page, 'Find').click();
    const goTo = async (days: number) => {
      const day = new Date(Date.now() + days * 86_400_000);
      await page.getByLabel('Go to').fill(day.toLocaleDateString('sv'));
    };
    const delivered = (text: string) => page.getByRole('status').filter({ hasText: text });
    await goTo(-7);
    await delivered('There are no messages yet.').waitFor();
    await grace.says(room, 'Today');
    await goTo(-5);
    await delivered('There are no messages from that day. This is the next one').waitFor();
    await history(page).locator('.message-target').waitFor();
    await goTo(5);
    await delivered('There are no messages from that day or later. This is the last one').waitFor();
    await goTo(0);
    await delivered('There are no messages').waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByLabel('Go to').waitFor({ state: 'detached' });
    await history(page).locator('.message-target').waitFor();
    await page.goBack();
    await history(page).locator('.message-target').waitFor({ state: 'detached' });
  });
});

describe('a room of 100,000 messages', () => {
  const MANY = 100_000;
  const [FIRST_DAY, HOUR] = [Date.UTC(2026, 0, 1, 12), 3_600_000];

  /** Past the API, which would take minutes: one message an hour. */
  function fill(): void {
    const database = new Database(join(carillon.folder, 'data', 'carillon.db'), { timeout: 5_000 });
    const insert = database.prepare(
      `insert into messages (id, room_id, seq, author_id, client_id, text, mentions, words, words_version, created_at)
       values (?, ?, ?, ?, ?, ?, '[]', '', ${WORDS_VERSION}, ?)`,
    );
    database.transaction(() => {
      for (let seq = 1; seq <= MANY; seq++) {
        const author = seq % 5 < 3 ? ada.id : grace.id;
        const text = `Number ${seq}.${seq % 7 === 0 ? ' It goes on.'.repeat(seq % 40) : ''}`;
        const at = new Date(FIRST_DAY + seq * HOUR).toISOString();
        insert.run(randomUUID(), room.id, seq, author, randomUUID(), text, at);
      }
      database.prepare('update rooms set last_seq = ? where id = ?').run(MANY, room.id);
      database.prepare('update members set read_seq = ? where room_id = ?').run(MANY, room.id);
    })();
    database.close();
  }

  /** The first row in sight, and how far it is below the upper edge. */
  const place = (page: Page): Promise<{ index: number; top: number }> =>
    page.evaluate<{ index: number; top: number }>(`(() => {
      const edge = document.querySelector('.history-scroll').getBoundingClientRect().top;
      return Array.from(document.querySelectorAll('.history-row'), (row) => ({
        index: Number(row.dataset.index),
        top: row.getBoundingClientRect().top - edge,
      })).filter(({ top }) => top >= 0).toSorted((one, other) => one.top - other.top)[0];
    })()`);

  const SCROLL_TOP = `document.querySelector('.history-scroll').scrollTop`;

  /** Resolves when the messages have moved, and two frames were painted since. */
  const scrolled = (page: Page, from: number): Promise<void> =>
    page.evaluate(`(async () => {
      const frame = () => new Promise(requestAnimationFrame);
      while (${SCROLL_TOP} === ${from}) await frame();
      await frame();
      await frame();
    })()`);

  /** Resolves when nothing has moved for ten frames. */
  const settled = (page: Page): Promise<void> =>
    page.evaluate(`(async () => {
      const top = () => document.querySelector('.message-target').getBoundingClientRect().top;
      for (let still = 0, last = top(); still < 10; still++) {
        await new Promise(requestAnimationFrame);
        if (top() !== last) [still, last] = [-1, top()];
      }
    })()`);

  it('opens at its end, scrolls without a jolt, leads to any day, and stays where one reads', async () => {
    fill();
    const page = await open(ada);
    await said(page, `Number ${MANY}.`).waitFor();
    expect(await history(page).locator('.history-row').count()).toBeLessThan(60);

    await history(page).hover();
    for (let step = 0; step < 15; step++) {
      const before = await place(page);
      const from = await page.evaluate<number>(SCROLL_TOP);
      await page.mouse.wheel(0, -100);
      await scrolled(page, from);
      const row = page.locator(`.history-row[data-index="${before.index}"]`);
      const { y } = (await row.boundingBox())!;
      const edge = (await history(page).boundingBox())!.y;
      expect(Math.round(y - edge - before.top)).toBe(100);
    }

    const day = new Date(FIRST_DAY + 40_000 * HOUR);
    await button(page, 'Find').click();
    await page.getByLabel('Go to').fill(day.toISOString().slice(0, 10));
    await history(page).locator('.message-target').waitFor();
    const target = await history(page).locator('.message-target .message-text').textContent();
    expect(Math.abs(Number(/\d+/.exec(target!)![0]) - 40_000)).toBeLessThan(40);

    await settled(page);
    const before = await place(page);
    for (const text of ['New one', 'And another']) await grace.says(room, text);
    await button(page, /2 new/).waitFor();
    expect(await place(page)).toEqual(before);
    await button(page, /2 new/).click();
    await said(page, 'And another').waitFor();
    await history(page).getByText('New', { exact: true }).waitFor();
  });
});

describe('the keyboard', () => {
  it('is enough for a conversation', async () => {
    const page = await open(ada, '/#/');
    const reach = async (name: string | RegExp, key = 'Tab'): Promise<void> => {
      for (let step = 0; step < 40; step++) {
        await page.keyboard.press(key);
        const here = await focused(page);
        if (typeof name === 'string' ? here.includes(name) : name.test(here)) return;
      }
      throw new Error(`Not reached: ${String(name)}`);
    };
    await reach(room.name!);
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await focused(page)).toMatch(/^Message to/));
    await page.keyboard.type('First line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('second line');
    await page.keyboard.press('Enter');
    await agrees(page);
    expect(await ada.reads(room)).toEqual(['First line\nsecond line']);

    await page.keyboard.press('ArrowUp');
    await eventually(async () => expect(await focused(page)).toBe('Edit message'));
    await page.keyboard.type('?');
    await page.keyboard.press('Escape');
    await eventually(async () => expect(await focused(page)).toMatch(/^Message to/));
    await page.keyboard.press('ArrowUp');
    await eventually(async () => expect(await focused(page)).toBe('Edit message'));
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Changed');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await ada.reads(room)).toEqual(['Changed']));
    await eventually(async () => expect(await focused(page)).toMatch(/^Message to/));

    await reach('Delete: Changed', 'Shift+Tab');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('Keep');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await said(page, 'This message was deleted.').waitFor();
    expect(await ada.reads(room)).toEqual([null]);
    await eventually(async () => expect(await focused(page)).toBe('Ada Lovelace:'));
  });

  it('goes through a history as through one stop, from message to message, however far', async () => {
    for (let n = 1; n <= 150; n++) await grace.says(room, `Line ${n}. https://example.com/${n}`);
    await ada.says(room, 'Mine');
    const page = await open(ada);
    await said(page, 'Mine').waitFor();
    /** What a message says, or what else has the focus. */
    const here = (): Promise<string> =>
      page.evaluate<string>(`(() => {
        const { activeElement: element } = document;
        return element.querySelector('.message-text')?.textContent ??
          element.getAttribute('aria-label') ?? element.textContent;
      })()`);
    const press = async (key: string, then: string | RegExp) => {
      await page.keyboard.press(key);
      await eventually(async () => expect(await here()).toMatch(then));
    };
    /** Over the other actions of a message. */
    const reach = async (key: string, name: string | RegExp) => {
      for (let presses = 0; presses < 12; presses += 1) {
        await page.keyboard.press(key);
        if (new RegExp(name).test(await here())) return;
      }
      throw new Error(`Not reached: ${String(name)}`);
    };
    await composer(page).focus();
    for (const name of ['Delete: Mine', 'Edit: Mine', 'Reply to: Mine', 'React to: Mine', /^Mine$/])
      await reach('Shift+Tab', name);
    await press('ArrowUp', 'Line 150.');
    await press('ArrowUp', 'Line 149.');
    await reach('Tab', /^https.*149$/);
    for (const action of ['React to', 'Reply to', 'Delete', 'More actions'])
      await reach('Tab', `^${action}: Line 149`);
    await reach('Tab', /^Message to/);
    await reach('Shift+Tab', /^More actions: Line 149/);

    await press('Home', 'Line 1.');
    await press('ArrowDown', 'Line 2.');
    // It is held where the eye is elsewhere.
    const toEnd = button(page, /new/).last();
    await toEnd.dispatchEvent('click');
    await said(page, 'Mine').waitFor();
    await press('ArrowDown', 'Line 3.');
    await press('End', /^Mine$/);
    await composer(page).focus();
    await page.mouse.move(600, 400);
    await page.mouse.wheel(0, -3_000);
    await eventually(async () => {
      expect(await toEnd.isVisible()).toBe(true);
      expect(await said(page, 'Mine').count()).toBe(0);
    });
    await reach('Shift+Tab', /Line \d+/);
    // The last that is in sight.
    const seq = Number(/Line (\d+)/.exec(await here())?.[1]);
    expect(seq).toBeLessThan(140);
    expect(await said(page, `Line ${seq}.`).isVisible()).toBe(true);
  });

  it('stays with a message whose editor or question is closed, and is not torn from elsewhere', async () => {
    await ada.says(room, 'Mine');
    const page = await open(ada);
    await button(page, 'Edit: Mine').press('Enter');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Ada Lovelace:');
    await button(page, 'Edit: Mine').press('Enter');
    await page.keyboard.type(' again');
    await page.keyboard.press('Enter');
    await button(page, 'Edit: Mine again').waitFor();
    await eventually(async () => expect(await focused(page)).toBe('Ada Lovelace:'));

    await button(page, 'Delete: Mine again').press('Enter');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Delete: Mine again');

    await page.route('**/messages/*', async (route) => {
      await composer(page).focus();
      await route.continue();
    });
    await button(page, 'Edit: Mine again').press('Enter');
    await page.keyboard.type('!');
    await page.keyboard.press('Enter');
    await button(page, 'Edit: Mine again!').waitFor();
    expect(await focused(page)).toMatch(/^Message to/);
  });
});
