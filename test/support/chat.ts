import { rmSync } from 'node:fs';
import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Room } from '../../src/rooms/room/room.js';
import { eventually } from './browser.js';
import { Person } from './people.js';
import { CarillonProcess } from './process.js';
import { button, newContext, newPage, useBrowser } from './windows.js';

export let carillon: CarillonProcess;
export let ada: Person;
export let grace: Person;
/** Ada owns it, and Grace is its other member. */
export let room: Room;
/** The number of this test, which is in the usernames and the name of the room. */
export let made = 0;

let environment: Record<string, string> = {};

/** Starts a browser and a server for the tests of a file. Each test has two users and a room of its own. */
export function useChat(settings: Record<string, string> = {}): void {
  useBrowser();
  environment = settings;
  made = 0;
  beforeAll(async () => {
    carillon = await CarillonProcess.start(environment);
  });
  afterAll(async () => {
    await carillon?.kill();
    if (carillon) rmSync(carillon.folder, { recursive: true });
  });
  beforeEach(async () => {
    made += 1;
    [ada, grace] = await Promise.all([
      Person.signUp(carillon.url, `ada${made}`, { firstname: 'Ada', lastname: 'Lovelace' }),
      Person.signUp(carillon.url, `grace${made}`, { firstname: 'Grace', lastname: 'Hopper' }),
    ]);
    room = await ada.makes(`Room ${made}`);
    await grace.joins(room);
  });
}

/** Ends the server as a power cut would, does what is to be done meanwhile, and starts it again. */
export async function restartServer(meanwhile: () => unknown = () => undefined): Promise<void> {
  await carillon.kill();
  await meanwhile();
  carillon = await CarillonProcess.start(environment, carillon.port, carillon.folder);
}

/** A browser in which somebody is signed in. */
export async function browserOf(
  person: Person,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await newContext(options);
  await context.addCookies([person.cookie]);
  return context;
}

export async function tabOf(context: BrowserContext, path = `/#/rooms/${room.id}`): Promise<Page> {
  const page = await newPage(context);
  await page.goto(carillon.url + path);
  // On a phone it is shown next to the list only.
  await page.locator('.pill-live').waitFor({ state: 'attached' });
  return page;
}

export const open = async (
  person: Person,
  path?: string,
  options?: BrowserContextOptions,
): Promise<Page> => tabOf(await browserOf(person, options), path);

export const composer = (page: Page): Locator => page.getByRole('textbox', { name: /^Message to/ });
export const history = (page: Page): Locator => page.getByRole('log', { name: 'Messages' });
export const said = (page: Page, text: string): Locator =>
  history(page).getByRole('article').filter({ hasText: text });
/** Chooses an action from the menu of a message. */
export async function chooseFor(page: Page, text: string, action: string): Promise<void> {
  await said(page, text).hover();
  await button(said(page, text), `More actions: ${text}`).click();
  await button(page, action).click();
}

export const roomLink = (page: Page, { name }: Room): Locator =>
  page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: name! });

export const texts = (page: Page): Promise<string[]> =>
  history(page).locator('.message-text').allTextContents();

export async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** Waits until the page shows exactly what the server has, and nothing is on its way. */
export const agrees = (page: Page, where = room): Promise<void> =>
  eventually(async () => {
    expect(await texts(page)).toEqual(await ada.reads(where));
    expect(await history(page).locator('.message-waiting, .message-sent').count()).toBe(0);
  });
