import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from 'playwright-core';
import { launchBrowser, watchForComplaints } from './browser.js';

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

/** What went wrong on the pages of this test by itself. A test removes what it brings about. */
export const complaints: string[] = [];

let browser: Browser;

/** Starts one browser for the tests of a file. Each test has contexts of its own, and fails if a page complains. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(() => void complaints.splice(0));
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(complaints).toEqual([]);
  });
}

export const newContext = (options: BrowserContextOptions = {}): Promise<BrowserContext> =>
  browser.newContext({ viewport: DESKTOP, ...options });

export async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await watchForComplaints(page, complaints);
  return page;
}

export const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name, exact: typeof name === 'string' });

/** How many pixels a page is too wide. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>(
    'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth',
  );

/** How many pixels a page is too high. */
export const overflowBelow = (page: Page): Promise<number> =>
  page.evaluate<number>(
    'document.scrollingElement.scrollHeight - document.scrollingElement.clientHeight',
  );

/** Whether a press on any part of it reaches it. */
export const isInReach = (place: Locator): Promise<boolean> =>
  place.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [0.1, 0.5, 0.9].every((part) =>
      element.contains(element.ownerDocument.elementFromPoint(x + width * part, y + height / 2)),
    );
  });
