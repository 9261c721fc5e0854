import type { Browser, BrowserContext, Page } from 'playwright-core';
import { en } from '../client/src/words/en.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { launchBrowser, watchForComplaints } from './support/browser.js';
import { TestIssuer } from './support/issuer.js';
import { Person } from './support/people.js';

const AUDIENCE = 'carillon';
/** Remembers what the page has ever shown, also for one frame. */
const REMEMBER = `
  globalThis.shown = new Set();
  const look = () => {
    for (const each of document.querySelectorAll('a, button, input, h2'))
      globalThis.shown.add(each.type === 'password' ? 'password' : each.textContent);
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
`;

let browser: Browser;
let application: RunningApplication;
let complaints: string[];
let issuer: TestIssuer;

beforeAll(async () => {
  browser = await launchBrowser();
  issuer = await TestIssuer.start();
});
beforeEach(() => {
  complaints = [];
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await application.stop();
  expect(complaints).toEqual([]);
});
afterAll(async () => {
  await browser.close();
  await issuer.stop();
});

async function open(context: BrowserContext, path = '/'): Promise<Page> {
  await context.addInitScript(REMEMBER);
  const page = await context.newPage();
  await watchForComplaints(page, complaints);
  await page.goto(application.url + path);
  return page;
}
const everShown = (page: Page): Promise<string[]> => page.evaluate('[...globalThis.shown]');
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const isLive = (page: Page) => page.getByText(en.connection.states.live).first().waitFor();

async function asPerson(person: Person): Promise<BrowserContext> {
  const context = await browser.newContext();
  await context.addCookies([person.cookie]);
  return context;
}

it('shows nothing of features that are off', async () => {
  application = await startApplication({ FEATURES: 'none' });
  const ada = await Person.signUp(application.url, 'ada', { firstname: 'Ada', lastname: 'KING' });
  const visitor = await open(await browser.newContext(), '/#/people');
  await visitor.getByRole('heading', { name: en.account.signIn }).waitFor();
  expect(await link(visitor, en.directory.navigation).count()).toBe(0);

  const page = await open(await asPerson(ada));
  await isLive(page);
  await page.getByText(en.app.nothingOpen).waitFor();
  await page.getByText('Ada KING').waitFor();
  await page.goto(`${application.url}/#/profile`);
  await page.getByRole('heading', { name: en.account.yourPassword }).waitFor();
  await page.goto(`${application.url}/#/browse`);
  await page.getByText(en.app.nothingOpen).waitFor();
  const shown = await everShown(page);
  for (const text of [
    en.directory.navigation,
    en.rooms.heading,
    en.rooms.newChat,
    en.rooms.browse,
    en.notifications.heading,
    en.account.yourName,
  ])
    expect(shown).not.toContain(text);
});

it('has no forms for passwords with PASSWORDS=off', async () => {
  const settings = { AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: AUDIENCE, DIRECTORY: 'members' };
  application = await startApplication({ PASSWORDS: 'off', ...settings });
  const visitor = await open(await browser.newContext());
  await visitor.getByText(en.account.signInAtIssuer(new URL(issuer.url).host)).waitFor();
  expect(await link(visitor, en.directory.navigation).count()).toBe(0);
  expect(await everShown(visitor)).not.toContain('password');

  const token = await issuer.token({ sub: 'ada', aud: AUDIENCE, name: 'Ada KING' });
  const context = await browser.newContext({
    extraHTTPHeaders: { Authorization: `Bearer ${token}` },
  });
  const page = await open(context, '/#/profile');
  await isLive(page);
  await page.getByRole('heading', { name: en.account.yourName }).waitFor();
  const shown = await everShown(page);
  for (const text of ['password', en.account.signOut, en.account.signIns])
    expect(shown).not.toContain(text);
});

it('shows the names of members with DIRECTORY=off, as they change', async () => {
  application = await startApplication({ DIRECTORY: 'off' });
  const { url } = application;
  const ada = await Person.signUp(url, 'ada', { firstname: 'Ada', lastname: 'KING' });
  const bob = await Person.signUp(url, 'bob', { firstname: 'Bob', lastname: 'BELL' });
  const room = await ada.makes('Library');
  await ada.brings(bob, room);
  await bob.says(room, 'Good morning!');
  const direct = await bob.does<{ id: string }>('POST', '/api/rooms', {
    kind: 'direct',
    userId: ada.id,
  });
  const page = await open(await asPerson(ada));
  await isLive(page);
  await page.getByText('Bob BELL').waitFor();
  await page.goto(`${url}/#/rooms/${direct.id}`);
  await page.getByRole('heading', { name: 'Bob BELL' }).waitFor();
  await bob.does('PATCH', `/api/users/${bob.id}`, { firstname: 'Robert' });
  await page.getByRole('heading', { name: 'Robert BELL' }).waitFor();
  expect(await link(page, en.directory.navigation).count()).toBe(0);
});
