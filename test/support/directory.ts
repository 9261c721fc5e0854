import { rmSync } from 'node:fs';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { nextLink } from '../../client/src/http/link.js';
import type { User } from '../../src/users/user.js';
import { eventually } from './browser.js';
import { CarillonProcess } from './process.js';
import { button, newContext, newPage, useBrowser } from './windows.js';

/** The address of the directory. */
export const PEOPLE = '/#/people';
export const STREAM = '**/api/users/event*';

export let carillon: CarillonProcess;

/** Starts a browser and a server for the tests of a file. The directory is empty at the start of each test. */
export function useDirectory(): void {
  useBrowser();
  beforeAll(async () => {
    carillon = await CarillonProcess.start();
  });
  afterAll(async () => {
    await carillon?.kill();
    if (carillon) rmSync(carillon.folder, { recursive: true });
  });
  beforeEach(async () => {
    await Promise.all((await everybody()).map(remove));
  });
}

/** Ends the server as a power cut would, does what is to be done meanwhile, and starts it again. */
export async function restartServer(meanwhile: () => unknown = () => undefined): Promise<void> {
  await carillon.kill();
  await meanwhile();
  carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
}

/** A window of its own, on its way to the page. */
export const newWindow = async (options: BrowserContextOptions = {}): Promise<Page> =>
  newPage(await newContext(options));

/** A window that shows the page, live. */
export async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await newWindow(options);
  await page.goto(carillon.url + PEOPLE);
  await status(page, 'Live').waitFor();
  return page;
}

export const status = (page: Page, text: string): Locator =>
  page.locator('.connection').getByRole('status').filter({ hasText: text });
export const row = (page: Page, name: string): Locator =>
  page.getByRole('list', { name: 'People' }).getByRole('listitem').filter({ hasText: name });
export const field = (within: Page | Locator, name: string): Locator =>
  within.getByRole('textbox', { name, exact: true });
export const newPerson = (page: Page): Locator => page.getByRole('form', { name: 'New person' });
export const editor = (page: Page, name: string): Locator =>
  page.getByRole('form', { name: `Edit ${name}` });
export const conflict = (page: Page): Locator =>
  page.getByRole('alert').filter({
    hasText: 'Someone else changed this person while you were editing.',
  });

/** Theirs and mine, as the page tells them once there is a conflict. */
export async function versions(page: Page): Promise<string[]> {
  await conflict(page).waitFor();
  return conflict(page).getByRole('definition').allTextContents();
}

export async function add(page: Page, firstname: string, lastname: string): Promise<void> {
  await field(newPerson(page), 'First name').fill(firstname);
  await field(newPerson(page), 'Last name').fill(lastname);
  await button(page, 'Add person').click();
}

/** Opens the editor, and resolves once it knows which version it is editing. */
export async function edit(page: Page, name: string): Promise<Locator> {
  const version = page.waitForResponse(/\/api\/users\/[-0-9a-f]+$/);
  await button(page, `Edit ${name}`).click();
  await (await version).finished();
  return editor(page, name);
}

export const shown = (page: Page): Promise<string[]> =>
  page.locator('.person-name').allTextContents();

export const fullName = ({ firstname, lastname }: Pick<User, 'firstname' | 'lastname'>): string =>
  `${firstname} ${lastname}`;

/** Everyone in the directory of the server, newest first. */
async function everybody(): Promise<User[]> {
  const users: User[] = [];
  let next: string | null = '/api/users?order=desc&limit=1000';
  while (next !== null) {
    const response: Response = await fetch(carillon.url + next);
    users.push(...((await response.json()) as User[]));
    next = nextLink(response.headers);
  }
  return users;
}

/** Their names, newest first. */
export const everyone = async (): Promise<string[]> => (await everybody()).map(fullName);

/** Waits until the page shows exactly whom the server has, in its order. */
export const agrees = (page: Page): Promise<void> =>
  eventually(async () => expect(await shown(page)).toEqual(await everyone()));

export const remove = async ({ id }: User): Promise<void> => {
  const response = await fetch(`${carillon.url}/api/users/${id}`, { method: 'DELETE' });
  expect(response.status).toBe(204);
};
