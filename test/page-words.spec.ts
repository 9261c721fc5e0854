import { rmSync } from 'node:fs';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { keyboardWords } from '../client/src/features/keyboard/keyboard.words.js';
import { savedListWords } from '../client/src/features/saved/saved-list.words.js';
import { roomListWords } from '../client/src/features/room-list/room-list.words.js';
import { notificationWords } from '../client/src/features/notifications/notifications.words.js';
import { en } from '../client/src/words/en.js';
import { PROBLEMS } from '../src/http/problems.js';
import type { Room } from '../src/rooms/room/room.js';
import type { User } from '../src/users/user.js';
import { launchBrowser } from './support/browser.js';
import { Program } from './support/program.js';
import { Person } from './support/people.js';
import { CarillonProcess } from './support/process.js';
import { buildPseudoPage, serveInstead } from './support/pseudo-page.js';
import { texts, words } from './support/pseudo-words.js';

/** What stands in no catalogue: code, and the names that clients give themselves. */
const DATA = 'pre, .session-client';

/** Texts and attributes with ASCII letters, which neither the catalogue nor the data of this test have. */
const FOREIGN = `(() => {
  const isShown = (element) => element.checkVisibility() && !element.closest(${JSON.stringify(DATA)});
  const texts = [document.title];
  for (const element of document.querySelectorAll('body, body *')) {
    if (!isShown(element) || element.matches('script, style, noscript')) continue;
    for (const node of element.childNodes)
      if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      if (element.hasAttribute(name)) texts.push(element.getAttribute(name));
  }
  return {
    foreign: texts.filter((text) => /[A-Za-z]/.test(text)),
    own: texts.filter((text) => /[\\uff21-\\uff5a]/.test(text)).length,
  };
})()`;

let folder: string;
let browser: Browser;
let carillon: CarillonProcess;
let context: BrowserContext;
let page: Page;
let ada: Person;
let grace: Person;
let shop: Program;

beforeAll(async () => {
  folder = await buildPseudoPage();
  browser = await launchBrowser();
  carillon = await CarillonProcess.start();
  shop = await Program.notifierAt(carillon);
  ada = await Person.signUp(carillon.url, '1815', { firstname: 'Άδα', lastname: 'Λάβλεϊς' });
  grace = await Person.signUp(carillon.url, '1906', { firstname: 'Γκρέις', lastname: 'Χόπερ' });
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await serveInstead(context, folder);
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  await carillon?.kill();
  for (const made of [carillon?.folder, folder]) if (made) rmSync(made, { recursive: true });
});

const button = (name: string, within: Page | Locator = page): Locator =>
  within.getByRole('button', { name, exact: true });
const link = (name: string): Locator => page.getByRole('link', { name, exact: true });
const field = (name: string, within: Page | Locator = page): Locator =>
  within.getByLabel(name, { exact: true });
const shows = (text: string): Promise<void> => page.getByText(text).first().waitFor();
/** A text of the catalogue with the texts of its links. */
const withLinks = (text: string): string =>
  text.replace('{create}', words.rooms.createOne).replace('{browse}', words.rooms.browsePublic);
const goTo = async (path: string): Promise<void> => {
  await page.goto(`${carillon.url}/#/${path}`);
};

/** Everything that is shown comes from the catalogue, or is data. */
async function isFromCatalogue(screen: string): Promise<void> {
  const { foreign, own } = await page.evaluate<{ foreign: string[]; own: number }>(FOREIGN);
  expect({ screen, foreign }).toEqual({ screen, foreign: [] });
  expect(own).toBeGreaterThan(3);
}

describe('the texts of the page', () => {
  it('word problems that the server has', () => {
    expect(Object.keys(PROBLEMS)).toEqual(expect.arrayContaining(Object.keys(en.errors.problems)));
  });

  it('come from the catalogue for visitors', async () => {
    await goTo('');
    await shows(words.connection.states.live);
    await button(words.account.signIn).click();
    await shows(words.account.enterPassword);
    await isFromCatalogue('sign-in with mistakes');
    await field(words.account.username).fill('1815');
    await field(words.account.password).fill('123456789');
    await button(words.account.signIn).click();
    await shows(words.account.wrongCredentials);
    await isFromCatalogue('sign-in with a wrong password');
    await button(words.account.createAccount).click();
    await field(words.people.firstName).fill('\u0007');
    await button(words.account.create).click();
    await shows(words.errors.mistakes({ kind: 'username' }));
    await isFromCatalogue('sign-up with mistakes');
  });

  it('come from the catalogue in the directory', async () => {
    await goTo('people');
    await shows(words.connection.states.live);
    await button(words.directory.add).click();
    await shows(words.people.enterFirstName);
    await page.getByText(words.directory.curl).click();
    await isFromCatalogue('directory with mistakes');

    await field(words.people.firstName).fill('Άλαν');
    await field(words.people.lastName).fill('Τιούρινγκ');
    await button(words.directory.add).click();
    await button(words.directory.editPerson('Άλαν Τιούρινγκ')).click();
    const editor = page.locator('.editor');
    await field(words.people.firstName, editor).fill('Α.');
    const [user] = await ada.gets<User[]>('/api/users?order=desc&limit=1');
    await ada.does('PATCH', `/api/users/${user!.id}`, { firstname: 'Μ.' });
    await shows(words.directory.conflict);
    await isFromCatalogue('a conflict');
    await button(words.directory.takeTheirs).click();
    await button(words.directory.removePerson('Μ. Τιούρινγκ')).click();
    await isFromCatalogue('a question');

    await context.setOffline(true);
    await button(words.connection.tryNow).waitFor();
    await isFromCatalogue('the directory offline');
    await context.setOffline(false);
    await page.route('**/api/users?*', (route) => route.abort());
    await page.reload();
    await shows(words.directory.loadFailure);
    await isFromCatalogue('a directory that cannot be loaded');
    await page.unroute('**/api/users?*');
  });

  it('come from the catalogue in the panes', async () => {
    await context.addCookies([ada.cookie]);
    await goTo('?');
    await page.reload();
    await shows(withLinks(words.rooms.none));
    await isFromCatalogue('no rooms');

    await goTo('new-room');
    await button(words.rooms.create).click();
    await shows(words.rooms.enterName);
    await field(words.rooms.person).fill('1');
    await isFromCatalogue('a new room');
    await field(words.rooms.person).fill('00');
    await shows(words.people.noneFound);
    await isFromCatalogue('nobody found');
    await goTo('browse');
    await shows(withLinks(words.rooms.noPublicRooms));
    await isFromCatalogue('no public rooms');
    const open = await grace.makes('Κήπος');
    await page.locator('.found-room').waitFor();
    await isFromCatalogue('public rooms');
    await goTo(`rooms/${open.id}`);
    await button(words.rooms.join).waitFor();
    await isFromCatalogue('a room to join');
    await goTo(`rooms/${crypto.randomUUID()}`);
    await shows(words.rooms.notFound);
    await isFromCatalogue('a room that does not exist');

    await goTo('search?q=%CE%B1%CE%B2');
    await shows(words.search.nothing);
    await isFromCatalogue('nothing found');
    await goTo('saved');
    await shows(texts(savedListWords).none);
    await isFromCatalogue('no saved messages');
    await goTo('sessions');
    await page.locator('.session').first().waitFor();
    await isFromCatalogue('sessions');
    await goTo('profile');
    await field(words.account.currentPassword).fill('1234567890');
    await field(words.account.newPassword).fill('12345678901234567890');
    await button(words.account.changePassword).click();
    await shows(words.account.wrongCurrentPassword);
    await button(words.account.deleteMine).click();
    await shows(words.account.enterPassword);
    await isFromCatalogue('profile');
  });

  it('come from the catalogue in a room', async () => {
    const room = await ada.makes('Αυλή', 'private');
    await goTo(`rooms/${room.id}`);
    await shows(words.conversation.empty);
    await isFromCatalogue('an empty room');
    await ada.brings(grace, room);
    const third = await Person.signUp(carillon.url, '1912', { firstname: 'Ά', lastname: 'Τ' });
    await ada.does('POST', `/api/rooms/${room.id}/invitations`, { userId: third.id });
    await grace.says(room, '1 @1815');
    await ada.says(room, '2\n```\n2\n```');
    const gone = await ada.says(room, '3');
    await ada.does('DELETE', `/api/rooms/${room.id}/messages/${gone.id}`);
    await ada.does('PATCH', `/api/rooms/${room.id}/messages/${(await ada.says(room, '4')).id}`, {
      text: '5',
    });
    await grace.does('POST', `/api/rooms/${room.id}/typing`);
    await shows(words.conversation.edited);
    await shows(words.conversation.typing(['Γκρέις Χόπερ']).replace('{one}', 'Γκρέις Χόπερ'));
    await button(words.conversation.members).click();
    await shows(words.rooms.withdraw);
    await isFromCatalogue('a room with members');
    await button(words.rooms.profileOf('Γκρέις Χόπερ')).first().click();
    await button(words.rooms.message).waitFor();
    await isFromCatalogue('the card of a person');
    await page.keyboard.press('Escape');
    await page.locator('.room-line').first().hover();
    await page.locator('.room-menu-button').first().click();
    await shows(texts(roomListWords).addFavourite);
    await isFromCatalogue('the menu of a room');
    await page.keyboard.press('Escape');
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox').waitFor();
    await isFromCatalogue('the finder');
    await page.keyboard.press('ControlOrMeta+/');
    await shows(texts(keyboardWords).everywhere);
    await isFromCatalogue('the shortcuts');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await button(words.rooms.removePerson('Γκρέις Χόπερ')).click();
    await isFromCatalogue('a confirmation');
    await button(words.conversation.editOf('5')).click();
    await isFromCatalogue('an editor');
    await button(words.conversation.cancel).click();
    await button(words.conversation.deleteOf('5')).click();
    await isFromCatalogue('a question about a message');
    await button(words.conversation.find).click();
    await field(words.conversation.goTo).fill('2000-01-01');
    await page.locator('.message-target').waitFor();
    await isFromCatalogue('the way to a day');
    const composer = page.locator('.composer textarea');
    await composer.fill('1'.repeat(8001));
    await shows(
      words.errors.mistakes({
        kind: 'length',
        least: 0,
        most: 8000,
        length: 8001,
      }),
    );
    await isFromCatalogue('a message that is too long');

    await context.setOffline(true);
    await composer.fill('6');
    await composer.press('Enter');
    await shows(words.conversation.sentLater);
    await isFromCatalogue('a message on its way');
    await button(words.account.signOut).click();
    await shows(words.account.stillSignedIn);
    await isFromCatalogue('a sign-out that failed');
    await page.route('**/messages', (route) => route.fulfill({ status: 403 }));
    await context.setOffline(false);
    await button(words.conversation.discard).waitFor();
    await isFromCatalogue('a refused message');
    await page.unroute('**/messages');
    await goTo(`search?q=5`);

    await ada.does('PATCH', `/api/rooms/${room.id}`, { archived: true });
    await goTo(`rooms/${room.id}`);
    await shows(words.conversation.archived);
    await isFromCatalogue('an archived room');
  });

  it('come from the catalogue in conversations and for invitations', async () => {
    const direct = await grace.does<Room>('POST', '/api/rooms', { kind: 'direct', userId: ada.id });
    await grace.says(direct, '7');
    await goTo(`rooms/${direct.id}`);
    await button(words.conversation.details).click();
    await isFromCatalogue('a direct conversation');
    await ada.does('PUT', `/api/me/blocks/${grace.id}`);
    await shows(words.conversation.blocked.replace('{name}', 'Γκρέις Χόπερ'));
    await isFromCatalogue('a blocked user');
    await ada.does('DELETE', `/api/me/blocks/${grace.id}`);
    await button(words.rooms.hide).click();
    await shows(withLinks(words.rooms.nothingOpen));
    await goTo(`rooms/${direct.id}`);
    await button(words.rooms.showAgain).waitFor();
    await isFromCatalogue('a hidden conversation');

    const secret = await grace.makes('Σοφίτα', 'private');
    await grace.does('POST', `/api/rooms/${secret.id}/invitations`, { userId: ada.id });
    await button(words.rooms.acceptRoom('Σοφίτα')).waitFor();
    await isFromCatalogue('an invitation');
    await button(words.rooms.acceptRoom('Σοφίτα')).click();
    await page.locator('.composer').waitFor();
    await grace.does('DELETE', `/api/rooms/${secret.id}/members/${ada.id}`);
    await page.locator('.pane-body [role=alert]').first().waitFor();
    await isFromCatalogue('a room from which one was removed');

    const ofBell = texts(notificationWords);
    await goTo('');
    await button(ofBell.bell(0)).click();
    await shows(ofBell.none);
    await isFromCatalogue('no notifications');
    await shop.notifies({ userId: ada.id }, '8');
    await button(ofBell.markAllRead).waitFor();
    await button(ofBell.bell(1)).waitFor();
    await isFromCatalogue('notifications');
    await context.setOffline(true);
    await shows(ofBell.offline);
    await button(ofBell.markAllRead).click();
    await page.locator('.notifications .failure:not(:empty)').waitFor();
    await isFromCatalogue('notifications without a connection');
    await context.setOffline(false);
    await button(ofBell.close).click();

    await page.route('**/api/me/rooms*', (route) => route.fulfill({ status: 503 }));
    await page.reload();
    await shows(words.app.keepsTrying(''));
    await isFromCatalogue('rooms that cannot be loaded');
    await page.unroute('**/api/me/rooms*');
    await link(words.directory.navigation).waitFor();
  });
});
