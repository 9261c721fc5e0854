import { AxeBuilder } from '@axe-core/playwright';
import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from 'playwright-core';
import type { OwnSession } from '../src/accounts/session.js';
import type { Room } from '../src/rooms/room.js';
import { eventually, focused, launchBrowser, watchForComplaints } from './support/browser.js';
import { TestIssuer } from './support/issuer.js';
import { PASSWORD, Person, send } from './support/people.js';
import { CarillonProcess } from './support/process.js';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };

let browser: Browser;
let carillon: CarillonProcess;
let complaints: string[];
let ada: Person;
let grace: Person;
let room: Room;

beforeAll(async () => {
  browser = await launchBrowser();
  carillon = await CarillonProcess.start();
});
afterAll(async () => {
  await browser?.close();
  await carillon?.kill();
  if (carillon) rmSync(carillon.folder, { recursive: true });
});

let made = 0;
beforeEach(async () => {
  complaints = [];
  made += 1;
  ada = await Person.signUp(carillon.url, `ada${made}`, { firstname: 'Ada', lastname: 'Lovelace' });
  grace = await Person.signUp(carillon.url, `grace${made}`, {
    firstname: 'Grace',
    lastname: 'Hopper',
  });
  room = await ada.makes(`Room ${made}`);
  await grace.joins(room);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  expect(complaints).toEqual([]);
});

async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: DESKTOP, ...options });
  context.setDefaultTimeout(10_000);
  return context;
}

/** A browser in which somebody is signed in. */
async function browserOf(person: Person, options: BrowserContextOptions = {}) {
  const context = await newContext(options);
  await context.addCookies([person.cookie]);
  return context;
}

async function tabOf(context: BrowserContext, path = `/#/rooms/${room.id}`): Promise<Page> {
  const page = await context.newPage();
  await watchForComplaints(page, complaints);
  await page.goto(carillon.url + path);
  // On a phone it stands beside the list only.
  await page.locator('.pill-live').waitFor({ state: 'attached' });
  return page;
}

const open = async (person: Person, path?: string, options?: BrowserContextOptions) =>
  tabOf(await browserOf(person, options), path);

const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name, exact: typeof name === 'string' });
const composer = (page: Page): Locator => page.getByRole('textbox', { name: /^Message to/ });
const history = (page: Page): Locator => page.getByRole('log', { name: 'Messages' });
const said = (page: Page, text: string): Locator =>
  history(page).getByRole('article').filter({ hasText: text });
const roomLink = (page: Page, { name }: Room): Locator =>
  page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: name! });

const texts = (page: Page): Promise<string[]> =>
  history(page).locator('.message-text').allTextContents();

async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** Waits until the page shows exactly what the server has, and nothing is on its way. */
const agrees = (page: Page, where = room): Promise<void> =>
  eventually(async () => {
    expect(await texts(page)).toEqual(await ada.reads(where));
    expect(await history(page).locator('.message-waiting, .message-sent').count()).toBe(0);
  });

describe('signing up', () => {
  it('shows what is wrong at its field, and leads to the rooms', async () => {
    const page = await (await newContext()).newPage();
    await watchForComplaints(page, complaints);
    await page.goto(carillon.url);
    await button(page, 'Create an account').click();
    await page.getByLabel('Username').fill('Ünknown');
    await page.getByLabel('Password').fill('password');
    await button(page, 'Create account').click();
    await page.getByText(/^Must have 2 to 32 characters/).waitFor();
    expect(await focused(page)).toBe('Username');

    await page.getByLabel('Username').fill(`mary${made}`);
    await button(page, 'Create account').click();
    // Only the server knows them.
    await page.getByText(/^Is one of the commonest passwords/).waitFor();
    expect(await focused(page)).toBe('Password');

    await page.getByLabel('Password').fill(PASSWORD);
    await button(page, 'Create account').click();
    await page.getByText('You are in no room yet.').waitFor();
    await eventually(async () => expect(await focused(page)).toBe('Carillon'));

    await button(page, 'Sign out').click();
    const sent: string[] = [];
    page.on('request', (request) => void sent.push(request.method()));
    await button(page, 'Sign in').click();
    await page.getByText('Enter your username.').waitFor();
    await page.getByText('Enter your password.').waitFor();
    expect(await focused(page)).toBe('Username');
    expect(sent).not.toContain('POST');
    await page.getByLabel('Username').fill(`mary${made}`);
    await page.getByLabel('Password').fill('not the right one');
    await button(page, 'Sign in').click();
    await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await button(page, 'Sign in').click();
    await page.getByText('Choose a room').waitFor();
    await eventually(async () => expect(await focused(page)).toBe('Carillon'));
  });
});

describe('two people', () => {
  it('see at once what the other says, edits and deletes, who is here and who is typing', async () => {
    const [hers, theirs] = [await open(ada), await open(grace)];
    await hers.getByText('Public · 2 members, 2 here').waitFor();

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
    await hers.getByRole('textbox', { name: 'Edit the message' }).fill('Good evening');
    await button(hers, 'Save').click();
    await said(theirs, 'Good evening (edited)').waitFor();

    expect(await button(theirs, 'Delete: Good evening').count()).toBe(0);
    await button(hers, 'Delete: Good evening').click();
    await button(hers.getByRole('group', { name: 'Delete this message?' }), 'Delete').click();
    await said(theirs, 'This message was deleted.').waitFor();
    expect(await ada.reads(room)).toEqual([null]);

    await theirs.context().close();
    await hers.getByText('Public · 2 members, 1 here').waitFor();
  });

  it('are told of what they have not read, and of mentions; reading it takes the count away everywhere', async () => {
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
      await roomLink(tab, room).filter({ hasText: '2 unread, 1 of them mention you' }).waitFor();
      await eventually(async () => expect(await tab.title()).toBe('(2) Carillon'));
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
    expect(await message.getByRole('link').allTextContents()).toEqual([address]);
    expect(await message.locator('.message-text').textContent()).toBe(text);
  });

  it('see a message as the server will keep it before it is sent, and are told of one that it would refuse', async () => {
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
    await page.getByText('The message must have at most 8000 characters; it has 8001.').waitFor();
    await write(page, 'ding\u0007');
    await page
      .getByText(/^The message must not have control.* character 5 is U\+0007\.$/)
      .waitFor();
    await write(page, '🔔'.repeat(8000));
    // Before it is on its way, page and server agree as well.
    await eventually(async () => expect(await ada.reads(room)).toHaveLength(2));
    await agrees(page);
    expect(await ada.reads(room)).toEqual([lines, '🔔'.repeat(8000)]);

    await composer(page).press('ArrowUp');
    const editor = page.getByRole('textbox', { name: 'Edit the message' });
    await editor.fill('five\vsix\u0007');
    await editor.press('Enter');
    await page
      .getByText(/^The message must not have control.* character 9 is U\+0007\.$/)
      .waitFor();
    await editor.fill('five\vsix');
    await editor.press('Enter');
    await eventually(async () => expect((await ada.reads(room)).at(-1)).toBe('five\nsix'));
  });

  it('talk in private: an invitation is told at once, and a direct conversation is there for both', async () => {
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
    const field = page.getByRole('textbox', { name: 'Edit the message' });
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
  it('is told that they were removed, where they have it open, and not where they left', async () => {
    const secret = await ada.makes('Secret', 'private');
    await ada.brings(grace, secret);
    const [inPrivate, inPublic] = [await open(grace, `/#/rooms/${secret.id}`), await open(grace)];
    for (const { id } of [secret, room])
      await ada.does('DELETE', `/api/rooms/${id}/members/${grace.id}`);
    const told = (page: Page) =>
      page.getByRole('alert').filter({ hasText: 'You were removed from' });
    await told(inPrivate).filter({ hasText: 'Secret' }).waitFor();
    expect(await focused(inPrivate)).toContain('You were removed from Secret');
    await told(inPublic).filter({ hasText: room.name! }).waitFor();

    await button(inPublic, 'Join').click();
    await composer(inPublic).waitFor();
    await grace.does('DELETE', `/api/rooms/${room.id}/members/${grace.id}`);
    await inPublic.getByText('You are not in this room').waitFor();
    expect(await told(inPublic).count()).toBe(0);
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

describe('all tabs of a browser', () => {
  const requests = (context: BrowserContext): string[] => {
    const urls: string[] = [];
    context.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/events') urls.push(request.url());
    });
    return urls;
  };

  it('share one stream; when the tab that holds it closes or crashes, another has it within 3 s, and nothing is lost or doubled', async () => {
    const context = await browserOf(ada);
    const streams = requests(context);
    const tabs = [];
    for (let index = 0; index < 10; index++) tabs.push(await tabOf(context));
    await grace.says(room, 'To all ten');
    for (const tab of tabs) await said(tab, 'To all ten').waitFor();
    expect(streams).toHaveLength(1);

    let stop = false;
    const talking = (async () => {
      for (let n = 1; !stop; n++) await Promise.all([grace.says(room, `Word ${n}.`), sleep(40)]);
    })();
    await sleep(200);
    for (const end of ['closes', 'crashes']) {
      const [leader] = tabs.splice(0, 1);
      const before = streams.length;
      const since = Date.now();
      if (end === 'closes') await leader!.close();
      else await crash(leader!);
      await eventually(async () => expect(streams).toHaveLength(before + 1), 3_000);
      const told = await grace.says(room, `After it ${end}`);
      for (const tab of tabs) await said(tab, told.text!).waitFor({ state: 'attached' });
      expect(Date.now() - since).toBeLessThan(3_000);
    }
    stop = true;
    await talking;
    const last = await grace.says(room, 'The end');
    for (const tab of tabs) {
      await said(tab, 'The end').waitFor();
      // What is in sight is in its place, each once.
      const shown = await texts(tab);
      const all = await ada.reads(room);
      expect(shown).toEqual(all.slice(-shown.length));
      expect(shown.length).toBeGreaterThan(10);
      const heading = await history(tab).locator('.history-row').last().getAttribute('data-index');
      expect(Number(heading)).toBe(last.seq - 1);
    }
    expect(streams).toHaveLength(3);
  });

  it('hold a stream each where the page is not from a secure context, which has no Web Locks', async () => {
    const context = await browserOf(ada);
    await context.addInitScript('delete Navigator.prototype.locks');
    const streams = requests(context);
    const tabs = [await tabOf(context), await tabOf(context)];
    await write(tabs[0]!, 'Sent without a lock');
    for (const tab of tabs) await agrees(tab);
    expect(streams).toHaveLength(2);
  });

  it('go to the sign-in when the password is changed in another browser, which stays signed in', async () => {
    const elsewhere = await open(await Person.signIn(carillon.url, ada.user.username!));
    const page = await open(ada, '/#/profile');
    await page.getByLabel('Password until now').fill('a wrong one');
    await page.getByLabel('New password').fill('another sentence of mine');
    await button(page, 'Change').click();
    await page.getByRole('alert').filter({ hasText: 'The current password is wrong' }).waitFor();
    await page.getByLabel('Password until now').fill(PASSWORD);
    await button(page, 'Change').click();
    await page.getByRole('status').filter({ hasText: 'signed out everywhere else' }).waitFor();
    await elsewhere.getByRole('heading', { name: 'Sign in' }).waitFor();
    await roomLink(page, room).waitFor();
  });

  it('go to the sign-in when one signs out, or when the session is ended elsewhere', async () => {
    const context = await browserOf(ada);
    const [one, other] = [await tabOf(context), await tabOf(context)];
    await composer(other).fill('Not said yet');
    await button(one, 'Sign out').click();
    for (const tab of [one, other]) await tab.getByLabel('Password').waitFor();

    await other.getByLabel('Username').fill(ada.user.username!);
    await other.getByLabel('Password').fill(PASSWORD);
    await button(other, 'Sign in').click();
    await eventually(async () => expect(await composer(other).inputValue()).toBe('Not said yet'));
    const phone = await Person.signIn(carillon.url, ada.user.username!);
    for (const { id, current } of await phone.gets<OwnSession[]>('/api/sessions'))
      if (!current) await phone.does('DELETE', `/api/sessions/${id}`);
    await other.getByLabel('Password').waitFor();
    await one.getByLabel('Password').waitFor();
  });
});

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

  it('is told that signing out did not work while offline', async () => {
    const context = await browserOf(ada);
    const page = await tabOf(context);
    await context.setOffline(true);
    await button(page, 'Sign out').click();
    await page.getByRole('alert').filter({ hasText: 'You are still signed in' }).waitFor();
  });
});

describe('what was typed', () => {
  it('survives a reload, and is sent once when the browser is back online, whichever tab is left', async () => {
    const context = await browserOf(ada);
    const [page, other] = [await tabOf(context), await tabOf(context)];
    await context.setOffline(true);
    await page.locator('.connection').getByText('Offline').waitFor();
    for (const text of ['One', 'Two', 'Three']) await write(page, text);
    await composer(page).fill('A draft');
    await said(page, 'Three').waitFor();
    await said(other, 'Three').waitFor();
    await page.getByText('Will be sent when you are back online').first().waitFor();
    await sleep(300);
    expect(await grace.reads(room)).toEqual([]);
    // As it closes, it may be back online for a moment.
    await page.close();

    await context.setOffline(false);
    await eventually(async () => expect(await grace.reads(room)).toEqual(['One', 'Two', 'Three']));
    await agrees(other);
    expect(await said(other, 'Sending').count()).toBe(0);
    await other.reload();
    complaints.splice(0); // that it was loaded anew
    await eventually(async () => expect(await composer(other).inputValue()).toBe('A draft'));
    await agrees(other);
  });

  it('is sent once where it is refused while the storage of the browser is full', async () => {
    const page = await open(ada);
    let posts = 0;
    await page.route('**/messages', async (route) => {
      posts += 1;
      // The entry is stored by now; what becomes of it is not.
      await page.evaluate(
        `Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }`,
      );
      await route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify({ detail: 'Not in this room.' }),
      });
    });
    await write(page, 'Once');
    await history(page).getByText('Not in this room.').waitFor();
    await button(page, 'Send again').waitFor();
    expect(posts).toBe(1);
  });

  it('is offered again when it was refused', async () => {
    const page = await open(grace);
    await page.route('**/messages', (route) => route.abort(), { times: 1 });
    await write(page, 'At the second attempt');
    await agrees(page);
    await ada.does('PATCH', `/api/rooms/${room.id}`, { archived: true });
    await page.getByText('This room is archived').waitFor();
    await ada.does('PATCH', `/api/rooms/${room.id}`, { archived: false });
    const refuse = { status: 409, contentType: 'application/problem+json', body: REFUSAL };
    await page.route('**/messages', (route) => route.fulfill(refuse), { times: 1 });
    await write(page, 'Refused at first');
    await page.getByText('Not sent. Not now.').waitFor();
    await button(page, 'Send again').click();
    await agrees(page);
  });

  it('is not lost with the server: killed under the conversation, nothing is missing or doubled', async () => {
    const [hers, theirs] = [await open(ada), await open(grace)];
    await write(hers, 'Before');
    await said(theirs, 'Before').waitFor();
    await carillon.kill();
    for (const text of ['Meanwhile 1', 'Meanwhile 2']) await write(hers, text);
    await write(theirs, 'Me too');
    carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
    await eventually(async () => expect(await ada.reads(room)).toHaveLength(4));
    await Promise.all([agrees(hers), agrees(theirs)]);
    expect((await ada.reads(room)).toSorted()).toEqual([
      'Before',
      'Me too',
      'Meanwhile 1',
      'Meanwhile 2',
    ]);
  });
});

describe('a database that was set back', () => {
  it('is shown as it is, in all tabs: what it has lost is gone, and what comes then is in its place', async () => {
    await ada.says(room, 'Kept');
    await carillon.kill();
    const data = join(carillon.folder, 'data');
    cpSync(data, `${data}.before`, { recursive: true });
    carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
    const context = await browserOf(ada);
    const tabs = [await tabOf(context), await tabOf(context)];
    for (const text of ['Lost', 'Lost too']) await ada.says(room, text);
    for (const tab of tabs) await agrees(tab);

    await carillon.kill();
    rmSync(data, { recursive: true });
    renameSync(`${data}.before`, data);
    carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
    for (const tab of tabs) await agrees(tab);
    await write(tabs[1]!, 'And on');
    await eventually(async () => expect(await grace.reads(room)).toEqual(['Kept', 'And on']));
    for (const tab of tabs) await agrees(tab);
  });
});

describe('the keyboard', () => {
  it('is enough for a conversation', async () => {
    const page = await open(ada, '/#/');
    const reach = async (name: string | RegExp): Promise<void> => {
      for (let step = 0; step < 40; step++) {
        await page.keyboard.press('Tab');
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
    await eventually(async () => expect(await focused(page)).toBe('Edit the message'));
    await page.keyboard.type('?');
    await page.keyboard.press('Escape');
    await eventually(async () => expect(await focused(page)).toMatch(/^Message to/));
    await page.keyboard.press('ArrowUp');
    await eventually(async () => expect(await focused(page)).toBe('Edit the message'));
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Changed');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await ada.reads(room)).toEqual(['Changed']));
    await eventually(async () => expect(await focused(page)).toMatch(/^Message to/));

    await page.keyboard.press('Shift+Tab');
    await eventually(async () => expect(await focused(page)).toBe('Delete: Changed'));
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
    await composer(page).focus();
    await press('Shift+Tab', 'Delete: Mine');
    await press('Shift+Tab', 'Edit: Mine');
    await press('Shift+Tab', /^Mine$/);
    await press('ArrowUp', 'Line 150.');
    await press('ArrowUp', 'Line 149.');
    await press('Tab', /^https.*149$/);
    await press('Tab', /^Delete: Line 149/);
    await press('Tab', /^Message to/);
    await press('Shift+Tab', /^Delete: Line 149/);

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
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
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
    await button(page, /new/i).last().click();
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
    const told = (text: string) => page.getByRole('status').filter({ hasText: text });
    await goTo(-7);
    await told('Nothing was said here yet.').waitFor();
    await grace.says(room, 'Today');
    await goTo(-5);
    await told('Nothing was said on that day. This is what came next').waitFor();
    await history(page).locator('.message-target').waitFor();
    await goTo(5);
    await told('Nothing was said since then. This is the last').waitFor();
    await goTo(0);
    await told('Nothing was said').waitFor({ state: 'detached' });
  });
});

describe('a room of 100,000 messages', () => {
  const MANY = 100_000;
  const [FIRST_DAY, HOUR] = [Date.UTC(2026, 0, 1, 12), 3_600_000];

  /** Past the API, which would take minutes: one message an hour. */
  function fill(): void {
    const database = new Database(join(carillon.folder, 'data', 'carillon.db'), { timeout: 5_000 });
    const insert = database.prepare(
      `insert into messages (id, room_id, seq, author_id, client_id, text, mentions, words, created_at)
       values (?, ?, ?, ?, ?, ?, '[]', '', ?)`,
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

  it('opens at its end, scrolls without a jolt, leads to any day, and stays where one reads', async () => {
    fill();
    const page = await open(ada);
    await said(page, `Number ${MANY}.`).waitFor();
    expect(await history(page).locator('.history-row').count()).toBeLessThan(60);

    await history(page).hover();
    for (let step = 0; step < 15; step++) {
      const before = await place(page);
      await page.mouse.wheel(0, -100);
      await sleep(30);
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

    await sleep(300);
    const before = await place(page);
    for (const text of ['New one', 'And another']) await grace.says(room, text);
    await button(page, /2 new/).waitFor();
    expect(await place(page)).toEqual(before);
    await button(page, /2 new/).click();
    await said(page, 'And another').waitFor();
    await history(page).getByText('New', { exact: true }).waitFor();
  });
});

describe('notifications', () => {
  const NOTED = `globalThis.Notification = class {
    static permission = 'granted';
    static requestPermission = async () => 'granted';
    constructor(title, { body }) { noteNotification(title + ': ' + body); }
  }`;

  it('come once for a browser, of mentions and direct messages, when asked for and not in sight', async () => {
    const context = await browserOf(ada);
    const noted: string[] = [];
    await context.exposeFunction('noteNotification', (text: string) => noted.push(text));
    await context.addInitScript(NOTED);
    const [one] = [await tabOf(context, '/#/profile'), await tabOf(context, '/#/')];
    const elsewhere = await grace.makes('Elsewhere');
    await ada.joins(elsewhere);
    await grace.says(elsewhere, `Not yet, @${ada.user.username}`);
    await roomLink(one, elsewhere).filter({ hasText: 'Not yet' }).waitFor();

    await one.getByLabel(/Of mentions and direct messages/).check();
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
    await sleep(300);
    expect(noted).toEqual([
      `Grace Hopper in Elsewhere: For you, @${ada.user.username}`,
      'Grace Hopper: Psst',
    ]);
  });
});

describe('the directory', () => {
  it('stands beside the rooms for who is signed in, also on a phone, with a way back', async () => {
    const page = await open(ada);
    await page.getByRole('link', { name: 'People', exact: true }).click();
    const people = page.getByRole('list', { name: 'People' });
    await people.getByText('Grace Hopper').first().waitFor();
    await roomLink(page, room).click();
    await composer(page).waitFor();
    await page.goBack();
    await page.setViewportSize(PHONE);
    await people.waitFor();
    await page.getByRole('link', { name: 'All rooms' }).click();
    await roomLink(page, room).waitFor();
    await button(page, 'Sign out').click();
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await people.waitFor();
    expect(await roomLink(page, room).count()).toBe(0);
  });
});

describe('where someone is signed in', () => {
  it('is told in words: the browser and its system, or what else the client calls itself', async () => {
    const firefox =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const credentials = { username: ada.user.username, password: PASSWORD };
    for (const client of [firefox, 'curl/8.5.0'])
      await send(carillon.url, 'POST', '/api/session', credentials, { 'User-Agent': client });
    const page = await open(ada, '/#/sessions');
    const clients = page.getByRole('list', { name: 'Sign-ins' }).locator('.session-client');
    const told = clients.filter({ hasText: /^Firefox on Windows$/ });
    await told.waitFor();
    expect(await told.getAttribute('title')).toBe(firefox);
    await clients.filter({ hasText: /^curl\/8.5.0$/ }).waitFor();
    const all = button(page, 'Sign out everywhere else');
    await all.click();
    await page.getByRole('button', { name: 'Sign out everywhere else: press again' }).click();
    await page.getByText('This one').waitFor();
    await eventually(async () => expect(await clients.count()).toBe(1));
  });
});

describe('an account that is deleted', () => {
  it('asks for the password, signs out everywhere, and is shown to others under a pseudonym', async () => {
    await ada.says(room, `Ask @grace${made}.`);
    await grace.says(room, 'I was here.');
    const other = await open(ada);
    await said(other, 'I was here.').getByText('Grace Hopper').waitFor();
    const context = await browserOf(grace);
    const page = await tabOf(context, '/#/profile');
    const second = await tabOf(context);
    await composer(second).fill('never sent');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download my data' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('carillon-export.json');

    await button(page, 'Delete my account').click();
    await page.getByText('Enter your password.').waitFor();
    const form = page.getByRole('form', { name: 'Delete your account' });
    await form.getByLabel('Your password').fill(PASSWORD);
    const results = await new AxeBuilder({ page }).analyze();
    expect(results.violations).toEqual([]);
    await button(page, 'Delete my account').click();
    for (const tab of [page, second]) await button(tab, 'Sign in').waitFor();
    expect(await page.evaluate((id) => JSON.stringify(localStorage).includes(id), grace.id)).toBe(
      false,
    );
    await said(other, 'I was here.').getByText('Deleted user').waitFor();
    await said(other, 'Ask Deleted user.').waitFor();
    const anew = await open(ada);
    await said(anew, 'I was here.').getByText('Deleted user').waitFor();
  });

  it('asks users of an issuer, who have no password, for their username', async () => {
    const issuer = await TestIssuer.start();
    const other = await CarillonProcess.start({ AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'page' });
    const token = await issuer.token({ sub: 'subject', aud: 'page', preferred_username: 'hedy' });
    // As a proxy that signs its users in.
    const context = await newContext({ extraHTTPHeaders: { Authorization: `Bearer ${token}` } });
    const page = await context.newPage();
    await page.goto(`${other.url}/#/profile`);
    const form = page.getByRole('form', { name: 'Delete your account' });
    await form.getByLabel('Your username').fill('ada');
    await button(form, 'Delete my account').click();
    await form.getByText('must be your username').waitFor();
    expect(await page.getByRole('form', { name: 'Your password' }).count()).toBe(0);
    await form.getByLabel('Your username').fill('hedy');
    const [response] = await Promise.all([
      page.waitForResponse((one) => one.request().method() === 'DELETE'),
      button(form, 'Delete my account').click(),
    ]);
    expect(response.status()).toBe(204);
    await other.kill();
    rmSync(other.folder, { recursive: true });
    await issuer.stop();
  });
});

describe('the page', () => {
  it('has nothing that axe finds wrong: sign-in, rooms, a room; light and dark, phone and desk', async () => {
    await grace.says(room, `Hello @${ada.user.username}`);
    await ada.says(room, 'And https://example.com');
    await grace.says(await grace.makes('Unread'), 'Nothing yet');
    const context = await newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    await watchForComplaints(page, complaints);
    await page.goto(carillon.url);
    await page.getByLabel('Password').waitFor();
    await findsNothing(page, 'sign-in');

    await context.addCookies([ada.cookie]);
    await page.goto(`${carillon.url}/?again#/`);
    complaints.splice(0); // that it was loaded anew
    await roomLink(page, room).waitFor();
    await findsNothing(page, 'room list');
    await roomLink(page, room).click();
    await said(page, 'And https://example.com').waitFor();
    await findsNothing(page, 'room');
    await page.goto(`${carillon.url}/?again#/people`);
    await page.getByRole('list', { name: 'People' }).waitFor();
    await findsNothing(page, 'directory');
  });

  it('keeps marks that are stacked on letters from what stands around them', async () => {
    const tall = (text: string) =>
      Array.from(text, (letter) => letter + '\u0302\u0308'.repeat(15)).join('');
    await grace.says(room, 'A line of letters, and more of them');
    const page = await open(ada);
    const line = said(page, 'A line of letters').locator('.message-text');
    const painted = async () => {
      const { x, y, width, height } = (await line.boundingBox())!;
      return page.screenshot({ clip: { x, y: y + 4, width, height: height - 8 } });
    };
    const before = await painted();
    await grace.says(room, tall('zalgo'));
    await said(page, 'z').waitFor();
    await page.mouse.move(0, 0);
    expect((await painted()).equals(before)).toBe(true);
  });

  it('stays in its place whatever the connection is, and however long the name of a room', async () => {
    const long = await ada.makes('W'.repeat(100));
    const context = await browserOf(ada);
    const page = await tabOf(context);
    const places = () =>
      Promise.all(
        [page.getByLabel('Search all messages'), composer(page)].map((place) =>
          place.boundingBox(),
        ),
      );
    const before = await places();
    await roomLink(page, long).click();
    await page.getByRole('heading', { name: long.name! }).waitFor();
    expect(await places()).toEqual(before);

    const connection = page.locator('.connection');
    await context.setOffline(true);
    await connection.getByText('Offline').waitFor();
    expect(await places()).toEqual(before);
    await page.route(/api.events/, (route) => route.abort());
    await context.setOffline(false);
    await connection.getByText('Reconnecting').waitFor();
    expect(await places()).toEqual(before);
    expect(await button(connection, 'Try now').isVisible()).toBe(true);
  });

  it('never scrolls sideways on a phone, where a room has a way back to the list', async () => {
    await ada.says(room, 'W'.repeat(500));
    const page = await open(ada, undefined, { viewport: PHONE });
    await said(page, 'WWW').waitFor();
    const overflow = (): Promise<number> =>
      page.evaluate<number>(
        'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth',
      );
    expect(await overflow()).toBe(0);
    expect(await roomLink(page, room).isVisible()).toBe(false);
    await page.getByRole('link', { name: 'All rooms' }).click();
    await roomLink(page, room).waitFor();
    expect(await overflow()).toBe(0);
  });
});

const REFUSAL = JSON.stringify({ status: 409, title: 'Conflict', detail: 'Not now.' });

/** As when its process is killed. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const gone = page.waitForEvent('crash');
  session.send('Page.crash').catch(() => {});
  await gone;
}

async function findsNothing(page: Page, state: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const viewport of [PHONE, DESKTOP]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      const { violations, passes } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) }));
      expect({ state, colorScheme, width: viewport.width, found }).toMatchObject({ found: [] });
      expect(passes.map(({ id }) => id)).toContain('color-contrast');
    }
}
