import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Message } from '../../src/rooms/room/message.js';
import type { Room } from '../../src/rooms/room/room.js';
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
  roomLink,
  room,
  said,
  tabOf,
  write,
  useChat,
} from '../support/chat.js';
import { Person } from '../support/people.js';
import { button } from '../support/windows.js';

useChat();

describe('two people', () => {
  it('see at once what the other says, edits and deletes, who is here and who is typing', async () => {
    const other = await Person.signUp(carillon.url, `other${made}`);
    await other.joins(room);
    const stream = await other.listens();
    const [hers, theirs] = [await open(ada), await open(grace)];
    await hers.getByText('Public · 3 members, 3 online').waitFor();
    // Someone is online for 3 s after their last stream ends.
    await stream.close();

    await composer(hers).pressSequentially('Hello');
    await theirs.getByText('Ada Lovelace is typing…').waitFor();
    await composer(hers).press('Enter');
    await said(theirs, 'Hello').waitFor();
    await theirs.getByText('Ada Lovelace is typing…').waitFor({ state: 'detached' });
    await theirs
      .getByRole('status', { name: 'New messages' })
      .filter({ hasText: 'Hello' })
      .waitFor();

    await button(hers, 'Edit: Hello').click();
    await hers.getByRole('textbox', { name: 'Edit message' }).fill('Good evening');
    await button(hers, 'Save').click();
    await said(theirs, 'Good evening (edited)').waitFor();

    expect(await button(theirs, 'Delete: Good evening').count()).toBe(0);
    await button(hers, 'Delete: Good evening').click();
    await button(hers.getByRole('group', { name: 'Delete this message?' }), 'Delete').click();
    await said(theirs, 'This message was deleted.').waitFor();
    expect(await ada.reads(room)).toEqual([null]);

    await hers.getByText('Public · 3 members, 2 online').waitFor();
  });

  it('see counts of unread messages and mentions, which disappear on every device once they are read', async () => {
    const context = await browserOf(grace);
    const [here, elsewhere] = [await tabOf(context, '/#/'), await open(grace, '/#/')];
    const page = await open(ada);

    await composer(page).pressSequentially('For @gra');
    await page.getByRole('option', { name: /Grace/ }).waitFor();
    await page.keyboard.press('Enter');
    expect(await composer(page).inputValue()).toBe(`For @grace${made} `);
    await page.keyboard.type('to read');
    await page.keyboard.press('Enter');
    await write(page, 'And one for all');

    for (const tab of [here, elsewhere]) {
      await roomLink(tab, room).filter({ hasText: '2 unread, 1 mentions you' }).waitFor();
      await eventually(async () => expect(await tab.title()).toBe('(1) Carillon'));
    }
    await roomLink(here, room).click();
    await history(here).getByText('New', { exact: true }).waitFor();
    await said(here, 'For').locator('.mention-me').waitFor();
    await eventually(async () => expect(await elsewhere.title()).toBe('Carillon'));
    expect(await roomLink(elsewhere, room).textContent()).not.toContain('unread');
    // The line stays for the eye to find.
    expect(await history(here).getByText('New', { exact: true }).count()).toBe(1);
  });

  it('see those highlighted who were notified, in any script, and nobody in addresses and code', async () => {
    const me = `grace${made}`;
    const address = `https://例え.jp/@${me}`;
    const text = `请@${me}看一下 はい＠${me}さん (${address}) @${me}/pkg @${me}é \`@${me}\` x@${me}.org`;
    const page = await open(grace);
    const { mentions } = await ada.says(room, text);
    expect(mentions).toEqual([grace.id]);
    const message = said(page, '看一下');
    await eventually(async () =>
      expect(await message.locator('.mention-me').allTextContents()).toEqual([`@${me}`, `＠${me}`]),
    );
    expect(await message.getByRole('link').allTextContents()).toEqual([address, `x@${me}.org`]);
    expect(await message.locator('.message-text').textContent()).toBe(text.replaceAll('`', ''));
  });

  it('see a message as the server will store it before it is sent, and why it would be refused', async () => {
    const page = await open(ada);
    const lines = 'one\ntwo\nthree\nfour';
    await page.context().setOffline(true);
    await write(page, ' one\vtwo\u2028three\u0085four\f');
    const pending = history(page).locator('.message-waiting .message-text');
    await eventually(async () => expect(await pending.allTextContents()).toEqual([lines]));
    await page.context().setOffline(false);
    await agrees(page);
    expect(await ada.reads(room)).toEqual([lines]);

    await write(page, '🔔'.repeat(8001));
    await page.getByText('Enter at most 8,000 characters, not 8,001.').waitFor();
    await write(page, 'ding\u0007');
    await page.getByText('Remove the control character U+0007 at position 5.').waitFor();
    await write(page, '🔔'.repeat(8000));
    // Before it is on its way, page and server agree as well.
    await eventually(async () => expect(await ada.reads(room)).toHaveLength(2));
    await agrees(page);
    expect(await ada.reads(room)).toEqual([lines, '🔔'.repeat(8000)]);

    await composer(page).press('ArrowUp');
    const editor = page.getByRole('textbox', { name: 'Edit message' });
    await editor.fill('five\vsix\u0007');
    await editor.press('Enter');
    await page.getByText('Remove the control character U+0007 at position 9.').waitFor();
    await editor.fill('five\vsix');
    await editor.press('Enter');
    await eventually(async () => expect((await ada.reads(room)).at(-1)).toBe('five\nsix'));
  });

  it('talk in private: an invitation appears at once, and a direct conversation for both', async () => {
    const secret = await ada.makes('Secret', 'private');
    const [hers, theirs] = [await open(ada, `/#/rooms/${secret.id}`), await open(grace, '/#/')];
    await button(hers, 'Members').click();
    await hers.getByLabel('Invite someone').fill(`grace${made}`);
    await button(hers, 'Invite Grace Hopper').click();
    await button(theirs, 'Accept: Secret').click();
    await write(theirs, 'Nobody else hears this');
    await said(hers, 'Nobody else hears this').waitFor();

    await button(hers, 'Message Grace Hopper').click();
    await hers.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
    await write(hers, 'Just us');
    const direct = theirs
      .getByRole('navigation', { name: 'Rooms' })
      .getByRole('link', { name: /Ada Lovelace/ });
    await direct.filter({ hasText: '1 unread' }).click();
    await said(theirs, 'Just us').waitFor();
  });
});

describe('a directory of more than a page loads', () => {
  const inDatabase = (work: (database: Database.Database) => void): void => {
    const database = new Database(join(carillon.folder, 'data', 'carillon.db'), { timeout: 5_000 });
    database.transaction(work)(database);
    database.close();
  };
  afterEach(() =>
    inDatabase((database) => database.exec(`delete from users where lastname = 'Later'`)),
  );

  it('has everyone found by their username, whom the page does not know as well', async () => {
    inDatabase((database) => {
      const insert = database.prepare(
        `insert into users (id, firstname, lastname, created_at, updated_at)
         values (?, 'Came', 'Later', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`,
      );
      for (let n = 0; n < 1000; n++) insert.run(randomUUID().replace(/^./, 'f'));
    });
    const secret = await ada.makes('Secret', 'private');
    const page = await open(ada, `/#/rooms/${secret.id}`);
    await button(page, 'Members').click();
    await page.getByLabel('Invite someone').fill(`@Grace${made}`);
    await button(page, 'Invite Grace Hopper').click();
    await eventually(async () =>
      expect(await grace.gets('/api/me/invitations')).toMatchObject([{ room: { id: secret.id } }]),
    );
  });
});

describe('the editor of a message', () => {
  it('tells that the message was deleted elsewhere, and keeps what was being written', async () => {
    const { id } = await grace.says(room, 'To be edited');
    const page = await open(grace);
    await button(page, 'Edit: To be edited').click();
    const field = page.getByRole('textbox', { name: 'Edit message' });
    await field.fill('Edited at length');
    await ada.does('DELETE', `/api/rooms/${room.id}/messages/${id}`);
    await page.getByRole('alert').filter({ hasText: 'This message was deleted' }).waitFor();
    expect(await field.inputValue()).toBe('Edited at length');
    expect(await field.isEditable()).toBe(false);
    expect(await button(page, 'Save').count()).toBe(0);
    await button(page, 'Close').click();
    await said(page, 'This message was deleted.').waitFor();
    expect(await field.count()).toBe(0);
  });
});

describe('someone who is in a room no more', () => {
  it('sees a notice if they were removed while the room is open, and none if they left', async () => {
    const secret = await ada.makes('Secret', 'private');
    await ada.brings(grace, secret);
    const [inPrivate, inPublic] = [await open(grace, `/#/rooms/${secret.id}`), await open(grace)];
    for (const { id } of [secret, room])
      await ada.does('DELETE', `/api/rooms/${id}/members/${grace.id}`);
    const delivered = (page: Page) =>
      page.getByRole('alert').filter({ hasText: 'You were removed from' });
    await delivered(inPrivate).filter({ hasText: 'Secret' }).waitFor();
    expect(await focused(inPrivate)).toContain('You were removed from Secret');
    await delivered(inPublic).filter({ hasText: room.name! }).waitFor();

    await button(inPublic, 'Join').click();
    await composer(inPublic).waitFor();
    await grace.does('DELETE', `/api/rooms/${room.id}/members/${grace.id}`);
    await inPublic.getByText('You are not in this room').waitFor();
    expect(await delivered(inPublic).count()).toBe(0);
  });
});

describe('a direct conversation', () => {
  it('is hidden until something is said, and its other user is blocked and unblocked, in all tabs', async () => {
    const direct = await ada.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: grace.id });
    const context = await browserOf(grace);
    const path = `/#/rooms/${direct.id}`;
    const [page, other] = [await tabOf(context, path), await tabOf(context, path)];
    await button(page, 'Details').click();
    await button(page, 'Block Ada Lovelace').click();
    await button(page, /^Block Ada Lovelace: press again/).click();
    for (const tab of [page, other]) {
      await tab.getByText('You have blocked Ada Lovelace.').waitFor();
      expect(await composer(tab).count()).toBe(0);
    }
    await button(page, 'Unblock Ada Lovelace').click();
    for (const tab of [page, other]) await composer(tab).waitFor();

    await button(page, 'Hide conversation').click();
    const links = page.getByRole('navigation', { name: 'Rooms' }).getByText('Ada Lovelace');
    await eventually(async () => expect(await links.count()).toBe(0));
    await button(other, 'Show again').click();
    await composer(other).waitFor();
    await links.first().waitFor();
    await button(other, 'Details').click();
    await button(other, 'Hide conversation').click();
    await eventually(async () => expect(await links.count()).toBe(0));
    await ada.says(direct, 'Still there?');
    await links.first().waitFor();
  });
});

describe('the messages', () => {
  it('are not rendered again while someone types, and another message is posted', async () => {
    for (const text of ['One', 'Two', 'Three', 'Four']) await grace.says(room, text);
    const page = await open(ada);
    await said(page, 'Four').waitFor();
    await eventually(async () => {
      const [mine] = await ada.gets<{ unread: number }[]>('/api/me/rooms');
      expect(mine!.unread).toBe(0);
    });
    await roomLink(page, room).filter({ hasNotText: 'unread' }).waitFor();
    // Each row compares the day of its message with that of the one before. The list of rooms shows the time of the last one.
    await page.evaluate(`rendered = [];
      ((original) => { Date.prototype.toDateString = function () { rendered.push(this.toJSON()); return original.call(this); }; })(
        Date.prototype.toDateString)`);
    await grace.does('POST', `/api/rooms/${room.id}/typing`);
    await page.getByText('Grace Hopper is typing…').waitFor();
    const posted = await ada.gets<Message[]>(`/api/rooms/${room.id}/messages`);
    const typed = await page.evaluate<string[]>('rendered');
    for (const { createdAt } of posted.slice(0, 3)) expect(typed).not.toContain(createdAt);
    await grace.says(room, 'Five');
    await said(page, 'Five').waitFor();
    const rows = said(page, '').and(page.locator('[aria-setsize="5"]'));
    await eventually(async () => expect(await rows.count()).toBe(5));
    const rendered = await page.evaluate<string[]>('rendered');
    // The row of `Four` is no longer the one that Tab reaches.
    const [one, two, , four, five] = await ada.gets<Message[]>(`/api/rooms/${room.id}/messages`);
    expect(rendered).toEqual(expect.arrayContaining([four!.createdAt, five!.createdAt]));
    for (const { createdAt } of [one!, two!]) expect(rendered).not.toContain(createdAt);
  });

  it('keep a mention together in text that is written from right to left', async () => {
    await ada.says(room, `שלום @grace${made}, מה שלומך`);
    const page = await open(grace);
    const mention = said(page, 'שלום').locator('bdi');
    await mention.waitFor();
    expect(await mention.textContent()).toBe(`@grace${made}`);
  });
});

describe('the pages next to the rooms', () => {
  it('have titles, and load by themselves after an outage', async () => {
    await grace.says(room, 'Found after the outage');
    const context = await browserOf(ada);
    const page = await tabOf(context, '/#/');
    let down = true;
    for (const url of ['**/api/rooms?*', '**/api/messages?*'])
      await context.route(url, (route) => (down ? route.abort() : route.fallback()));
    const tries = async (hash: string, title: string): Promise<void> => {
      down = true;
      await page.evaluate(`location.hash = '${hash}'`);
      await page.getByText('The server did not respond.').waitFor();
      expect(await page.title()).toMatch(title);
      down = false;
      await page.getByText('The server did not respond.').waitFor({ state: 'detached' });
    };
    await tries('#/browse', 'Browse rooms · Carillon');
    await page.getByRole('list', { name: 'Public rooms' }).getByText(room.name!).waitFor();
    await tries('#/search?q=outage', 'Search: outage · Carillon');
    await page.getByRole('list', { name: 'Messages found' }).getByText('Found after').waitFor();
  });
});

describe('the keyboard', () => {
  it('pages through the history from the composer, closes what is open, and edits with the arrow alone', async () => {
    const lines = Array.from({ length: 30 }, (_, n) => `Line ${n}`).join('\n');
    for (let n = 0; n < 3; n++) await ada.says(room, `${lines} of ${n}`);
    const page = await open(ada);
    await said(page, 'of 2').waitFor();
    const place = (): Promise<number> =>
      page.evaluate<number>(`document.querySelector('.history-scroll').scrollTop`);
    await composer(page).focus();
    await eventually(async () => expect(await place()).toBeGreaterThan(0));
    const before = await place();
    await page.keyboard.press('PageUp');
    await eventually(async () => expect(await place()).toBeLessThan(before));

    await page.keyboard.press('Alt+ArrowUp');
    await button(page, 'Members').click();
    await page.getByRole('complementary', { name: 'Members' }).waitFor();
    await composer(page).focus();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Members' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('textbox', { name: 'Edit message' }).count()).toBe(0);
    await button(page, 'Find').click();
    await page.keyboard.press('Escape');
    await page.getByLabel('Search this room').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Find');
  });

  it('inserts a line with Enter on a phone', async () => {
    const page = await open(ada, undefined, { hasTouch: true, isMobile: true });
    await composer(page).fill('One');
    await composer(page).press('Enter');
    await page.keyboard.type('Two');
    expect(await composer(page).inputValue()).toBe('One\nTwo');
    expect(await composer(page).getAttribute('enterkeyhint')).toBe('enter');
    await button(page, 'Send').click();
    await said(page, 'One').waitFor();
  });
});

describe('the line that tells who is typing', () => {
  /** They would be shown for 6 s. */
  const SOON = { timeout: 3_000 };

  it('ends for who leaves the room, and for all where one leaves it oneself', async () => {
    const page = await open(grace);
    const typing = page.getByText('Ada Lovelace is typing…');
    const owner = await Person.signUp(carillon.url, `owner${made}`);
    await owner.joins(room);
    await ada.does('PATCH', `/api/rooms/${room.id}/members/${owner.id}`, { role: 'owner' });
    await ada.does('POST', `/api/rooms/${room.id}/typing`);
    await typing.waitFor();
    await ada.does('DELETE', `/api/rooms/${room.id}/members/${ada.id}`);
    await typing.waitFor({ state: 'detached', ...SOON });

    await ada.joins(room);
    await ada.does('POST', `/api/rooms/${room.id}/typing`);
    await typing.waitFor();
    await grace.does('DELETE', `/api/rooms/${room.id}/members/${grace.id}`);
    await button(page, 'Join').click(SOON);
    await composer(page).waitFor(SOON);
    expect(await typing.count()).toBe(0);
  });
});

describe('notifications', () => {
  const NOTED = `globalThis.Notification = class {
    static permission = 'granted';
    static requestPermission = async () => 'granted';
    constructor(title, { body }) { noteNotification(title + ': ' + body); }
  }`;

  it('come once for a browser, of mentions, followed threads and direct messages, when asked for and not in sight', async () => {
    const context = await browserOf(ada);
    const noted: string[] = [];
    await context.exposeFunction('noteNotification', (text: string) => noted.push(text));
    await context.addInitScript(NOTED);
    const [one] = [await tabOf(context, '/#/profile'), await tabOf(context, '/#/')];
    const elsewhere = await grace.makes('Elsewhere');
    await ada.joins(elsewhere);
    await grace.says(elsewhere, `Not yet, @${ada.user.username}`);
    await roomLink(one, elsewhere).filter({ hasText: 'Not yet' }).waitFor();

    await one.getByLabel(/in this browser of mentions/).check();
    await grace.says(elsewhere, 'For all');
    await grace.says(elsewhere, `For you, @${ada.user.username}`);
    await eventually(async () => expect(noted).toHaveLength(1));
    const direct = await grace.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: ada.id });
    await grace.says(direct, 'Psst');
    await eventually(async () => expect(noted).toHaveLength(2));
    await one.goto(`${carillon.url}/#/rooms/${direct.id}`);
    await said(one, 'Psst').waitFor();
    await grace.says(direct, 'Seen already');
    await said(one, 'Seen already').waitFor();
    await grace.says(elsewhere, `For you again, @${ada.user.username}`);
    await eventually(async () => expect(noted).toHaveLength(3));
    const question = await ada.says(elsewhere, 'Who comes?');
    await grace.repliesTo(question, 'I do');
    await grace.repliesTo(question, 'And Bob');
    await eventually(async () => expect(noted).toHaveLength(5));
    expect(noted).toEqual([
      `\u2068Grace Hopper\u2069 in \u2068Elsewhere\u2069: For you, @${ada.user.username}`,
      'Grace Hopper: Psst',
      `\u2068Grace Hopper\u2069 in \u2068Elsewhere\u2069: For you again, @${ada.user.username}`,
      '\u2068Grace Hopper\u2069 in \u2068Elsewhere\u2069: I do',
      '\u2068Grace Hopper\u2069 in \u2068Elsewhere\u2069: And Bob',
    ]);
  });
});
