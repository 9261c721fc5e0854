import { AxeBuilder } from '@axe-core/playwright';
import { rmSync } from 'node:fs';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import type { ReadState, ReceivedNotification } from '../src/notifications/notification.js';
import { eventually, focused, launchBrowser, watchForComplaints } from './support/browser.js';
import { Program } from './support/program.js';
import { Person } from './support/people.js';
import { CarillonProcess } from './support/process.js';

const DESKTOP = { width: 1280, height: 800 };
const SMALL_PHONE = { width: 320, height: 568 };
/** Where the screens are saved, for people who look at them. */
const SCREENS = process.env['TEST_SCREENS'];

let browser: Browser;
let carillon: CarillonProcess;
let complaints: string[];
let shop: Program;
let ada: Person;

beforeAll(async () => {
  browser = await launchBrowser();
  carillon = await CarillonProcess.start();
  shop = await Program.notifierAt(carillon);
});
afterAll(async () => {
  await browser?.close();
  await carillon?.kill();
  if (carillon) rmSync(carillon.folder, { recursive: true });
});

let made = 0;
beforeEach(async () => {
  complaints = [];
  ada = await Person.signUp(carillon.url, `ada${++made}`, { firstname: 'Ada', lastname: 'L' });
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  expect(complaints).toEqual([]);
});

async function browserOf(person: Person, viewport = DESKTOP): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport });
  await context.addCookies([person.cookie]);
  return context;
}

async function tabOf(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await watchForComplaints(page, complaints);
  await page.goto(`${carillon.url}/#/`);
  await page.locator('.pill-live').waitFor({ state: 'attached' });
  return page;
}

const bell = (page: Page): Locator => page.getByRole('button', { name: /^Notifications/ });
const panel = (page: Page): Locator => page.getByRole('dialog', { name: 'Notifications' });
const items = (page: Page): Locator => panel(page).getByRole('listitem');
const button = (page: Page, name: string): Locator =>
  panel(page).getByRole('button', { name, exact: true });
const shows = (page: Page, name: string): Promise<void> =>
  eventually(async () => expect(await bell(page).getAttribute('aria-label')).toBe(name));
const send = (title: string, more = {}) =>
  shop.does('POST', '/api/notifications', {
    to: { userId: ada.id },
    kind: 'order',
    title,
    ...more,
  });

/** Whether the page can be used by everyone at this size. */
async function isAccessible(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    if (SCREENS) await page.screenshot({ path: `${SCREENS}/${screen}-${colorScheme}.png` });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) }));
    expect({ screen, colorScheme, found }).toEqual({ screen, colorScheme, found: [] });
  }
  const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  expect([screen, await page.evaluate<number>(overflow)]).toEqual([screen, 0]);
}

it('the bell shows the number of unread notifications on all devices, also after a restart', async () => {
  await shop.notifies({ everyone: true }, 'Before the page was opened');
  const [here, phone] = [
    await tabOf(await browserOf(ada)),
    await tabOf(await browserOf(ada, SMALL_PHONE)),
  ];
  const sent = await shop.notifies({ userId: ada.id }, 'Shipped');
  for (const page of [here, phone]) await shows(page, 'Notifications, 2 unread');

  await bell(here).click();
  await eventually(async () => expect(await items(here).count()).toBe(2));
  expect(await items(here).allTextContents()).toEqual([
    expect.stringMatching(/^UnreadShipped/),
    expect.stringMatching(/^UnreadBefore the page was opened/),
  ]);
  await ada.does<ReadState>('PUT', '/api/me/notifications/read', { upTo: sent.id });
  for (const page of [here, phone]) await shows(page, 'Notifications');
  await eventually(async () =>
    expect(await panel(here).getByText('Unread', { exact: true }).count()).toBe(0),
  );

  await send('While it runs');
  await carillon.kill();
  carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
  await send('After the restart');
  for (const page of [here, phone]) await shows(page, 'Notifications, 2 unread');
  const again = await tabOf(here.context());
  await shows(again, 'Notifications, 2 unread');
  await bell(again).click();
  await button(again, 'Mark all as read').press('Enter');
  for (const page of [here, phone, again]) await shows(page, 'Notifications');
  await button(again, 'Mark all as read').waitFor({ state: 'detached' });
  expect(await focused(again)).toBe('Notifications');
  const list = await ada.gets<ReceivedNotification[]>('/api/me/notifications?unread=true');
  expect(list).toEqual([]);
});

it('the list opens and closes with the keyboard, and leads where a notification leads', async () => {
  const page = await tabOf(await browserOf(ada));
  await send('To the directory', { body: 'Two\nlines', url: '/#/people' });
  await send('To another site', { url: 'https://example.org/' });
  await shows(page, 'Notifications, 2 unread');
  await bell(page).focus();
  await page.keyboard.press('Enter');
  await panel(page).waitFor();
  await eventually(async () => expect(await focused(page)).toBe('Notifications'));
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  expect(await focused(page)).toBe('Notifications, 2 unread');
  expect(await bell(page).getAttribute('aria-expanded')).toBe('false');

  await bell(page).click();
  const outside = panel(page).getByRole('link', { name: 'To another site' });
  expect(await outside.getAttribute('target')).toBe('_blank');
  await panel(page).getByRole('link', { name: 'To the directory' }).click();
  await page.getByRole('list', { name: 'People' }).waitFor();
  await panel(page).waitFor({ state: 'detached' });
  await bell(page).click();
  await page.getByRole('list', { name: 'People' }).click({ position: { x: 500, y: 5 } });
  await panel(page).waitFor({ state: 'detached' });
});

it.each([
  ['desktop', DESKTOP],
  ['phone', SMALL_PHONE],
] as const)('is accessible and fits on a %s: empty, full and offline', async (name, viewport) => {
  const late = await Person.signUp(carillon.url, `late-${name}`);
  ada = late;
  const context = await browserOf(late, viewport);
  const page = await tabOf(context);
  await bell(page).click();
  await panel(page).getByText('You have no notifications.').waitFor();
  await isAccessible(page, `${name}-empty`);

  for (let n = 1; n <= 6; n++)
    await send(`Your order ${n} has been shipped`, {
      ...(n % 2 && { url: `/orders/${n}` }),
      ...(n % 3 === 0 && { body: `It arrives tomorrow.\nNumber ${'0123456789'.repeat(6)}` }),
    });
  await shows(page, 'Notifications, 6 unread');
  await panel(page).getByText('Your order 6').waitFor();
  await isAccessible(page, `${name}-full`);

  await context.setOffline(true);
  await panel(page)
    .getByText(/^There is no connection/)
    .waitFor();
  await button(page, 'Mark all as read').click();
  await panel(page).getByRole('alert').filter({ hasText: /\S/ }).waitFor();
  await isAccessible(page, `${name}-offline`);
  await context.setOffline(false);
  await page.locator('.pill-live').waitFor({ state: 'attached' });
  await button(page, 'Mark all as read').click();
  await shows(page, 'Notifications');
});

it('the list shows older notifications when the user asks for them', async () => {
  await Promise.all(Array.from({ length: 52 }, (_, n) => send(`Number ${n}`)));
  const page = await tabOf(await browserOf(ada));
  await bell(page).click();
  await eventually(async () => expect(await items(page).count()).toBe(50));
  await send('A newer one');
  await eventually(async () => expect(await items(page).count()).toBe(51));
  await button(page, 'Show older notifications').press('Enter');
  await eventually(async () => expect(await items(page).count()).toBe(53));
  expect(await button(page, 'Show older notifications').count()).toBe(0);
  expect(await focused(page)).toBe('Notifications');
});

it('the list opens without a connection, and is loaded when it is back', async () => {
  await send('Shipped');
  const context = await browserOf(ada);
  const page = await tabOf(context);
  // The code of the list is loaded some seconds after the page.
  const isLoaded = `performance.getEntriesByType('resource').some(({ name }) => /NotificationPanel/.test(name))`;
  await eventually(async () => expect(await page.evaluate(isLoaded)).toBe(true));
  await context.setOffline(true);
  await bell(page).click();
  await panel(page)
    .getByText('There is no connection. The list appears when it is back.')
    .waitFor();
  if (SCREENS) await page.screenshot({ path: `${SCREENS}/not-loaded.png` });
  await context.setOffline(false);
  await eventually(async () => expect(await items(page).count()).toBe(1));
});

describe('the notifications of the browser', () => {
  /** Notes what the page asks for and shows. The permission is that of a browser in which nobody has been asked. */
  const NOTED = `globalThis.Notification = class {
    static permission = 'default';
    static requestPermission = async () => {
      noteNotification('asked');
      return (Notification.permission = 'granted');
    };
    constructor(title) { this.title = title; noteNotification('shown: ' + title); }
    close() { noteNotification('closed: ' + this.title); }
  };
  let isHidden = false;
  Object.defineProperty(document, 'hidden', { get: () => isHidden });
  globalThis.hide = (hidden) => {
    isHidden = hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  };`;

  it('are shown when the user has asked for them, and no tab is visible', async () => {
    const context = await browserOf(ada);
    const noted: string[] = [];
    await context.exposeFunction('noteNotification', (text: string) => noted.push(text));
    await context.addInitScript(NOTED);
    const page = await tabOf(context);
    const hide = (hidden: boolean) => page.evaluate(`hide(${hidden})`);
    await hide(true);
    await shop.notifies({ userId: ada.id }, 'Nobody has asked');
    await shows(page, 'Notifications, 1 unread');
    expect(noted).toEqual([]);

    await hide(false);
    await bell(page).click();
    await button(page, 'Also notify me in this browser').click();
    await eventually(async () => expect(noted).toEqual(['asked']));
    await shop.notifies({ userId: ada.id }, 'In sight');
    await shows(page, 'Notifications, 2 unread');
    await shop.notifies({ userId: ada.id }, 'In sight, too');
    await shows(page, 'Notifications, 3 unread');

    await hide(true);
    const first = await shop.notifies({ userId: ada.id }, 'Out of sight');
    await eventually(async () => expect(noted).toContain('shown: Out of sight'));
    await ada.does('PUT', '/api/me/notifications/read', { upTo: first.id });
    await eventually(async () => expect(noted).toContain('closed: Out of sight'));
    const second = await shop.notifies({ userId: ada.id }, 'Read elsewhere');
    await ada.does('PUT', '/api/me/notifications/read', { upTo: second.id });
    await shop.notifies({ everyone: true }, 'For everyone');
    await eventually(async () => expect(noted).toContain('shown: For everyone'));
    expect(noted).toEqual([
      'asked',
      'shown: Out of sight',
      'closed: Out of sight',
      'shown: For everyone',
    ]);
  });
});
