import { AxeBuilder } from '@axe-core/playwright';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { nextLink } from '../client/src/http/link.js';
import type { User } from '../src/users/user.js';
import { eventually, focused, launchBrowser, watchForComplaints } from './support/browser.js';
import { CarillonProcess } from './support/process.js';
import { createUser, listUsers, patch } from './support/requests.js';

const STREAM = '**/api/users/event*';
/** The address of the directory. */
const PEOPLE = '/#/people';
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };

let browser: Browser;
let carillon: CarillonProcess;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  complaints = [];
  carillon = await CarillonProcess.start();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await carillon.kill();
  rmSync(carillon.folder, { recursive: true });
  expect(complaints).toEqual([]);
});

/** A window of its own, on its way to the page. */
async function newWindow(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: DESKTOP, ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await watchForComplaints(page, complaints);
  return page;
}

/** A window that shows the page, live. */
async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await newWindow(options);
  await page.goto(carillon.url + PEOPLE);
  await status(page, 'Live').waitFor();
  return page;
}

const status = (page: Page, text: string): Locator =>
  page.locator('.connection').getByRole('status').filter({ hasText: text });
const row = (page: Page, name: string): Locator =>
  page.getByRole('list', { name: 'People' }).getByRole('listitem').filter({ hasText: name });
const button = (within: Page | Locator, name: string): Locator =>
  within.getByRole('button', { name, exact: true });
const field = (within: Page | Locator, name: string): Locator =>
  within.getByRole('textbox', { name, exact: true });
const newPerson = (page: Page): Locator => page.getByRole('form', { name: 'New person' });
const editor = (page: Page, name: string): Locator =>
  page.getByRole('form', { name: `Edit ${name}` });
const conflict = (page: Page): Locator =>
  page.getByRole('alert').filter({
    hasText: 'Someone else changed this person while you were editing.',
  });

/** Theirs and mine, as the page tells them once there is a conflict. */
async function versions(page: Page): Promise<string[]> {
  await conflict(page).waitFor();
  return conflict(page).getByRole('definition').allTextContents();
}

async function add(page: Page, firstname: string, lastname: string): Promise<void> {
  await field(newPerson(page), 'First name').fill(firstname);
  await field(newPerson(page), 'Last name').fill(lastname);
  await button(page, 'Add person').click();
}

/** Opens the editor, and resolves once it knows which version it is editing. */
async function edit(page: Page, name: string): Promise<Locator> {
  const version = page.waitForResponse(/\/api\/users\/[-0-9a-f]+$/);
  await button(page, `Edit ${name}`).click();
  await (await version).finished();
  return editor(page, name);
}

const shown = (page: Page): Promise<string[]> => page.locator('.person-name').allTextContents();

const fullName = ({ firstname, lastname }: Pick<User, 'firstname' | 'lastname'>): string =>
  `${firstname} ${lastname}`;

/** Everyone whom the server has, newest first. */
async function everyone(): Promise<string[]> {
  const names: string[] = [];
  let next: string | null = '/api/users?order=desc&limit=1000';
  while (next !== null) {
    const response: Response = await fetch(carillon.url + next);
    names.push(...((await response.json()) as User[]).map(fullName));
    next = nextLink(response.headers);
  }
  return names;
}

/** Waits until the page shows exactly whom the server has, in its order. */
const agrees = (page: Page): Promise<void> =>
  eventually(async () => expect(await shown(page)).toEqual(await everyone()));

const change = async ({ id }: User, names: Partial<User>): Promise<void> => {
  const response = await patch(`${carillon.url}/api/users/${id}`, names);
  expect(response.status).toBe(200);
};

const remove = async ({ id }: User): Promise<void> => {
  const response = await fetch(`${carillon.url}/api/users/${id}`, { method: 'DELETE' });
  expect(response.status).toBe(204);
};

/** Ends the server as a power cut would, does what is to be done meanwhile, and starts it again. */
async function restart(meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
  await carillon.kill();
  await meanwhile();
  carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
}

/** Notes all that the connection's status says from now on, each once until it changes. */
const recordStatus = (page: Page): Promise<void> =>
  page.evaluate(`(() => {
    const connection = document.querySelector('.connection');
    const said = (globalThis.statusSaid = []);
    const note = () => {
      const [word] = connection.querySelector('[role=status]').textContent.split(' ');
      if (said.at(-1) !== word) said.push(word);
    };
    note();
    new MutationObserver(note).observe(connection, {
      subtree: true, childList: true, characterData: true,
    });
  })()`);

/** What was noted, without the attempts in between. */
async function recordedStatus(page: Page): Promise<string[]> {
  const said = await page.evaluate<string[]>('statusSaid');
  return said
    .filter((word) => word !== 'Connecting')
    .filter((word, index, words) => word !== words[index - 1]);
}

const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>(
    'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth',
  );

describe('two windows', () => {
  it('each show at once what is created, edited and removed in the other, and say so', async () => {
    const [one, other] = [await open(), await open()];
    const log = other.getByRole('log', { name: 'What just happened' });
    await other.getByText('Nobody is here yet').waitFor();

    await add(one, 'John', 'DOE');
    await row(other, 'John DOE').waitFor();
    await log.filter({ hasText: 'John DOE arrived' }).waitFor();
    expect(await listUsers(carillon.url)).toMatchObject([{ firstname: 'John', lastname: 'DOE' }]);

    await button(one, 'Edit John DOE').click();
    await field(editor(one, 'John DOE'), 'First name').fill('Jane');
    await button(editor(one, 'John DOE'), 'Save').click();
    await row(other, 'Jane DOE').waitFor();
    await log.filter({ hasText: 'John DOE is now Jane DOE' }).waitFor();
    expect(await shown(one)).toEqual(['Jane DOE']);
    expect(await shown(other)).toEqual(['Jane DOE']);

    await button(other, 'Remove Jane DOE').click();
    await button(other.getByRole('group', { name: 'Remove Jane DOE?' }), 'Remove').click();
    await one.getByText('Nobody is here yet').waitFor();
    await other.getByText('Nobody is here yet').waitFor();
    await log.filter({ hasText: 'Jane DOE left' }).waitFor();
    expect(await listUsers(carillon.url)).toEqual([]);
  });

  it('tell two who edit the same person of each other, and let the later one overwrite or yield', async () => {
    await createUser(carillon.url, 'John');
    const [one, other] = [await open(), await open()];

    const mine = await edit(one, 'John DOE');
    const theirs = await edit(other, 'John DOE');
    await field(mine, 'First name').fill('Mine');
    await field(theirs, 'First name').fill('Theirs');
    await button(theirs, 'Save').click();
    expect(await versions(one)).toEqual(['Theirs DOE', 'Mine DOE']);
    expect(await field(mine, 'First name').inputValue()).toBe('Mine');
    expect(await button(mine, 'Save').count()).toBe(0);
    await button(mine, 'Save mine anyway').click();
    await row(other, 'Mine DOE').waitFor();
    expect(await everyone()).toEqual(['Mine DOE']);

    const yielding = await edit(one, 'Mine DOE');
    await field(yielding, 'First name').fill('Again');
    const overtaking = await edit(other, 'Mine DOE');
    await field(overtaking, 'First name').fill('Quicker');
    await button(overtaking, 'Save').click();
    await button(yielding, 'Take theirs').click();
    await button(one, 'Edit Quicker DOE').waitFor();
    expect(await everyone()).toEqual(['Quicker DOE']);
  });
});

describe('the list', () => {
  it('has those who were there before, and further ones on demand: each once, newest first', async () => {
    for (let made = 0; made < 250; made += 25) {
      await Promise.all(
        Array.from({ length: 25 }, (_, index) => createUser(carillon.url, `P${made + index}`)),
      );
    }
    const page = await open();
    const all = await everyone();
    expect(new Set(all).size).toBe(250);
    expect(await shown(page)).toEqual(all.slice(0, 100));
    await page.getByText('100 people shown, there are more').waitFor();

    const older = page.getByRole('button', { name: 'Show older' });
    await older.click();
    await page.getByText('200 people shown, there are more').waitFor();
    expect(await shown(page)).toEqual(all.slice(0, 200));
    await createUser(carillon.url, 'Meanwhile');
    await row(page, 'Meanwhile DOE').waitFor();
    await older.click();
    await page.getByText('That is everyone.').waitFor();
    expect(await shown(page)).toEqual(['Meanwhile DOE', ...all]);
    expect(await older.count()).toBe(0);
  });
});

describe('a page that loses its server', () => {
  it('shows exactly the list of the server when that was killed in the middle of writers', async () => {
    const pages = [await open(), await open()];
    await Promise.all(pages.map(recordStatus));
    let written = 0;
    const write = async (writer: number): Promise<never> => {
      for (let index = 0; ; index++) {
        await createUser(carillon.url, `before${writer}-${index}`);
        written++;
      }
    };
    const writers = Promise.allSettled([0, 1, 2, 3].map(write));
    await row(pages[0]!, 'before0-5 ').waitFor();
    await restart(async () => {
      await writers;
      await Promise.all(pages.map((page) => status(page, 'Reconnecting').waitFor()));
    });
    expect(written).toBeGreaterThan(5);
    await Promise.all(Array.from({ length: 30 }, (_, n) => createUser(carillon.url, `after${n}`)));

    for (const page of pages) {
      await status(page, 'Live').waitFor();
      await agrees(page);
      expect(await recordedStatus(page)).toEqual(['Live', 'Reconnecting', 'Live']);
    }
    const all = await everyone();
    expect(all.length).toBeGreaterThanOrEqual(written + 30);
    expect(new Set(all).size).toBe(all.length);
  });

  it('shows the new list when the database was replaced meanwhile', async () => {
    const kept = await createUser(carillon.url, 'Of the', 'OLD');
    const page = await open();
    await row(page, fullName(kept)).waitFor();
    await restart(async () => {
      rmSync(join(carillon.folder, 'data'), { recursive: true });
      await status(page, 'Reconnecting').waitFor();
    });
    await createUser(carillon.url, 'Of the', 'NEW');
    await row(page, 'Of the NEW').waitFor();
    expect(await shown(page)).toEqual(['Of the NEW']);
    await createUser(carillon.url, 'And', 'ON');
    await row(page, 'And ON').waitFor();
    expect(await shown(page)).toEqual(['And ON', 'Of the NEW']);
  });

  it('keeps what was typed, says that there was no answer, and sends it once', async () => {
    const page = await open();
    await restart(async () => {
      await add(page, 'Typed', 'ONCE');
      await page.getByRole('alert').filter({ hasText: 'The server did not answer' }).waitFor();
      expect(await field(newPerson(page), 'First name').inputValue()).toBe('Typed');
    });
    await button(page, 'Add person').click();
    await row(page, 'Typed ONCE').waitFor();
    await status(page, 'Live').waitFor();
    await agrees(page);
    expect(await shown(page)).toEqual(['Typed ONCE']);
  });

  it('sends again what was carried out without an answer, and makes one person of it', async () => {
    const page = await open();
    await page.route(
      '**/api/users',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await add(page, 'Sent', 'TWICE');
    await page.getByRole('alert').filter({ hasText: 'The server did not answer' }).waitFor();
    await row(page, 'Sent TWICE').waitFor();
    await button(page, 'Add person').click();
    await eventually(async () =>
      expect(await field(newPerson(page), 'First name').inputValue()).toBe(''),
    );
    expect(await shown(page)).toEqual(['Sent TWICE']);
    expect(await everyone()).toEqual(['Sent TWICE']);
  });

  it('says that it is offline, and has what it missed when it is back', async () => {
    const early = await createUser(carillon.url, 'Early');
    const page = await open();
    await page.context().setOffline(true);
    await status(page, 'Offline').waitFor();
    await createUser(carillon.url, 'Missed');
    await remove(early);
    expect(await shown(page)).toEqual(['Early DOE']);
    await page.context().setOffline(false);
    await status(page, 'Live').waitFor();
    await agrees(page);
    expect(await shown(page)).toEqual(['Missed DOE']);
  });

  it('comes back by itself from the answers at which an EventSource gives up', async () => {
    const page = await newWindow();
    const answers = [
      { status: 503, body: 'Overloaded' },
      { status: 404, contentType: 'application/problem+json', body: '{}' },
      { status: 200, contentType: 'text/html', body: '<p>Sign in to this network' },
    ];
    await page.route(STREAM, (route) => route.fulfill(answers.shift()), { times: 3 });
    await page.goto(carillon.url + PEOPLE);
    await status(page, 'Reconnecting').waitFor();
    await createUser(carillon.url, 'Missed');
    await status(page, 'Live').waitFor({ timeout: 20_000 });
    expect(answers).toEqual([]);
    expect(complaints.splice(0)).toEqual([expect.stringContaining('MIME type ("text/html")')]);
    await row(page, 'Missed DOE').waitFor();
    await createUser(carillon.url, 'Next');
    await row(page, 'Next DOE').waitFor();
    expect(await shown(page)).toEqual(['Next DOE', 'Missed DOE']);
  });
});

describe('an edit behind a proxy that replaces entity tags', () => {
  it('is tried once more, and then explained', async () => {
    await createUser(carillon.url, 'John');
    const page = await open();
    let writes = 0;
    await page.route(/\/api\/users\/[-0-9a-f]+$/, async (route) => {
      if (route.request().method() === 'PATCH') writes += 1;
      if (route.request().method() !== 'GET') return route.continue();
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), etag: '"of-a-proxy"' } });
    });
    const mine = await edit(page, 'John DOE');
    await field(mine, 'First name').fill('Mine');
    for (const expected of [2, 4]) {
      await button(mine, 'Save').click();
      await mine.getByRole('alert').filter({ hasText: 'Nothing was saved.' }).waitFor();
      await button(mine, 'Save').waitFor();
      expect(writes).toBe(expected);
    }
    expect(await field(mine, 'First name').inputValue()).toBe('Mine');
    expect(await everyone()).toEqual(['John DOE']);
  });
});

describe('an edit that the server refuses with 412, since the page had not heard', () => {
  let page: Page;
  let user: User;
  let mine: Locator;

  beforeEach(async () => {
    user = await createUser(carillon.url, 'John');
    page = await newWindow();
    await page.route(STREAM, () => undefined); // a stream that neither opens nor fails
    await page.goto(carillon.url + PEOPLE);
    mine = await edit(page, 'John DOE');
    await field(mine, 'First name').fill('Mine');
    await change(user, { lastname: 'THEIRS' });
    const refusal = page.waitForResponse((response) => response.status() === 412);
    await button(mine, 'Save').click();
    await refusal;
    await conflict(page).waitFor();
  });

  it('is told with both versions, and nothing is overwritten', async () => {
    expect(await versions(page)).toEqual(['John THEIRS', 'Mine DOE']);
    expect(await field(mine, 'First name').inputValue()).toBe('Mine');
    expect(await everyone()).toEqual(['John THEIRS']);
  });

  it('is saved all the same on demand', async () => {
    await button(mine, 'Save mine anyway').click();
    await button(page, 'Edit Mine DOE').waitFor();
    expect(await everyone()).toEqual(['Mine DOE']);
  });

  it('is given up on demand', async () => {
    await button(mine, 'Take theirs').click();
    await mine.waitFor({ state: 'detached' });
    expect(await everyone()).toEqual(['John THEIRS']);
    await page.unroute(STREAM);
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await button(page, 'Edit John THEIRS').waitFor();
  });
});

describe('the form', () => {
  it('shows each mistake at its field, keeps what was typed, and goes to the first mistake', async () => {
    const page = await open();
    const form = newPerson(page);
    const mistakeAt = async (name: string): Promise<string> => {
      const id = await field(form, name).getAttribute('aria-describedby');
      return id === null ? '' : (await page.locator(`[id="${id}"]`).textContent())!;
    };

    await add(page, '', 'x'.repeat(201));
    await eventually(async () => expect(await mistakeAt('First name')).toBe('Enter a first name.'));
    expect(await mistakeAt('Last name')).toMatch(
      /^Must have 1 to 200 characters, not counting space around it; it has 201/,
    );
    expect(await focused(page)).toBe('First name');

    await field(form, 'First name').fill('Ada');
    await field(form, 'Last name').fill('Bell\u0007');
    await button(form, 'Add person').click();
    await eventually(async () =>
      expect(await mistakeAt('Last name')).toMatch(
        /^Must not have control characters.* character 5 is U\+0007/,
      ),
    );
    expect(await mistakeAt('First name')).toBe('');
    expect(await field(form, 'First name').inputValue()).toBe('Ada');
    expect(await field(form, 'Last name').inputValue()).toBe('Bell\u0007');
    expect(await focused(page)).toBe('Last name');
    expect(await everyone()).toEqual([]);

    await field(form, 'Last name').fill('Bell');
    await button(form, 'Add person').click();
    await row(page, 'Ada Bell').waitFor();
    expect(await mistakeAt('Last name')).toBe('');
    expect(await field(form, 'First name').inputValue()).toBe('');
  });
});

describe('the keyboard', () => {
  it('is enough to create, edit and remove, and the focus is always where one goes on', async () => {
    await createUser(carillon.url, 'Neighbour');
    const page = await open();
    const press = async (...keys: string[]): Promise<string> => {
      for (const key of keys) await page.keyboard.press(key);
      return focused(page);
    };
    const focusIs = (name: string): Promise<void> =>
      eventually(async () => expect(await focused(page)).toBe(name));

    expect(await press('Tab')).toBe('Skip to the people');
    expect(await press('Tab')).toBe('Rooms');
    expect(await press('Tab')).toBe('API docs');
    expect(await press('Tab')).toBe('First name');
    await page.keyboard.type('John');
    expect(await press('Tab')).toBe('Last name');
    await page.keyboard.type('DOE');
    await press('Enter');
    await row(page, 'John DOE').waitFor();
    await focusIs('First name');
    expect(await field(newPerson(page), 'First name').inputValue()).toBe('');

    const way = ['Last name', 'Add person', 'Try it with curl', 'Edit John DOE'];
    for (const next of way) expect(await press('Tab')).toBe(next);
    expect(await press('Enter')).toBe('First name');
    await page.keyboard.type('Jane'); // the old name is selected, and goes
    await press('Enter');
    await focusIs('Edit Jane DOE');
    await eventually(async () => expect(await everyone()).toEqual(['Jane DOE', 'Neighbour DOE']));

    await press('Enter');
    await page.keyboard.type('Nobody');
    expect(await press('Escape')).toBe('Edit Jane DOE');

    expect(await press('Tab')).toBe('Remove Jane DOE');
    expect(await press('Enter')).toBe('Keep');
    expect(await press('Escape')).toBe('Remove Jane DOE');
    expect(await press('Enter', 'Shift+Tab')).toBe('Remove');
    await press('Enter');
    await focusIs('Edit Neighbour DOE');
    expect(await everyone()).toEqual(['Neighbour DOE']);

    expect(await press('Tab', 'Enter', 'Shift+Tab')).toBe('Remove');
    await press('Enter');
    await focusIs('People');
    await page.getByText('Nobody is here yet').waitFor();
  });
});

describe('the page', () => {
  it('has nothing that axe finds wrong, empty and full, in light and dark, on a phone and a desk', async () => {
    const page = await open({ reducedMotion: 'reduce' });
    const findsNothing = async (state: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const viewport of [PHONE, DESKTOP]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize(viewport);
          const { violations, passes } = await new AxeBuilder({ page }).analyze();
          const found = violations.map(({ id, nodes }) => ({
            id,
            at: nodes.map(({ html }) => html),
          }));
          expect({ state, colorScheme, width: viewport.width, found }).toMatchObject({ found: [] });
          expect(passes.map(({ id }) => id)).toContain('color-contrast');
        }
      }
    };
    await page.getByText('Nobody is here yet').waitFor();
    await findsNothing('empty');

    const user = await createUser(carillon.url, 'John');
    await createUser(carillon.url, 'Grace', 'HOPPER');
    await createUser(carillon.url, '愛', '佐藤');
    await row(page, '愛').waitFor();
    await findsNothing('full');

    await button(page, 'Add person').click();
    await page.getByText('Enter a first name.').waitFor();
    await button(page, 'Remove Grace HOPPER').click();
    const mine = await edit(page, 'John DOE');
    await findsNothing('a validation error, an editor and a question');

    await field(mine, 'First name').fill('Mine');
    await change(user, { firstname: 'Theirs' });
    await conflict(page).waitFor();
    await findsNothing('a conflict');

    await page.context().setOffline(true);
    await button(page, 'Try now').waitFor();
    await findsNothing('offline');
  });

  it('runs nothing that is not a file of its own', async () => {
    const page = await open();
    await page.evaluate(`document.body.append(
      Object.assign(document.createElement('script'), { textContent: 'globalThis.ran = true' }),
    )`);
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
    await eventually(async () => expect(complaints).toHaveLength(2));
    expect(complaints.splice(0).toSorted()).toEqual([
      expect.stringMatching(/^error: .* Content Security Policy/),
      'policy violated: script-src-elem by inline',
    ]);
  });

  it('never scrolls sideways on a phone, however long a name is', async () => {
    const page = await open({ viewport: PHONE });
    expect(await overflow(page)).toBe(0);
    for (const letter of ['W', 'م']) {
      const name = letter.repeat(200);
      const user = await createUser(carillon.url, name, name);
      await row(page, name).waitFor();
      expect(await overflow(page)).toBe(0);
      await button(page, `Remove ${fullName(user)}`).click();
      await button(page, 'Keep').waitFor();
      expect(await overflow(page)).toBe(0);
      await button(page, 'Keep').click();
      const mine = await edit(page, fullName(user));
      await field(mine, 'First name').fill('Mine');
      await change(user, { firstname: letter.repeat(199) });
      await conflict(page).waitFor();
      expect(await overflow(page)).toBe(0);
      await button(mine, 'Take theirs').click();
    }
    await page.getByText('Try it with curl').click();
    await button(page, 'Copy command').waitFor();
    expect(await overflow(page)).toBe(0);
  });
});
