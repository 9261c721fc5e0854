import type { Locator, Page } from 'playwright-core';
import type { User } from '../../src/users/user.js';
import { findsNothing } from '../support/accessibility.js';
import { eventually, focused } from '../support/browser.js';
import {
  add,
  carillon,
  conflict,
  edit,
  editor,
  everyone,
  field,
  fullName,
  newPerson,
  newWindow,
  open,
  PEOPLE,
  row,
  shown,
  STREAM,
  useDirectory,
  versions,
} from '../support/directory.js';
import { createUser, listUsers, patch } from '../support/requests.js';
import { button, complaints, overflow, PHONE } from '../support/windows.js';

useDirectory();

const change = async ({ id }: User, names: Partial<User>): Promise<void> => {
  const response = await patch(`${carillon.url}/api/users/${id}`, names);
  expect(response.status).toBe(200);
};

describe('two windows', () => {
  it('each show at once what is created, edited and removed in the other, and say so', async () => {
    const [one, other] = [await open(), await open()];
    const log = other.getByRole('log', { name: 'Recent changes' });
    await other.getByText('Nobody is here yet').waitFor();

    await add(one, 'John', 'DOE');
    await row(other, 'John DOE').waitFor();
    await log.filter({ hasText: 'John DOE was added' }).waitFor();
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
    await log.filter({ hasText: 'Jane DOE was removed' }).waitFor();
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

describe('an edit that the server refuses with 412 because the page was behind', () => {
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

  it('is shown with both versions, and nothing is overwritten', async () => {
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
    expect(await mistakeAt('Last name')).toMatch(/^Enter at most 200 characters, not 201\./);
    expect(await focused(page)).toBe('First name');

    await field(form, 'First name').fill('Ada');
    await field(form, 'Last name').fill('Bell\u0007');
    await button(form, 'Add person').click();
    await eventually(async () =>
      expect(await mistakeAt('Last name')).toMatch(
        /^Remove the control character U\+0007 at position 5\./,
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
    await page.getByText('Nobody is here yet').waitFor();
    await findsNothing(page, 'empty');

    const user = await createUser(carillon.url, 'John');
    await createUser(carillon.url, 'Grace', 'HOPPER');
    await createUser(carillon.url, '愛', '佐藤');
    await row(page, '愛').waitFor();
    await findsNothing(page, 'full');

    await button(page, 'Add person').click();
    await page.getByText('Enter a first name.').waitFor();
    await button(page, 'Remove Grace HOPPER').click();
    const mine = await edit(page, 'John DOE');
    await findsNothing(page, 'a validation error, an editor and a question');

    await field(mine, 'First name').fill('Mine');
    await change(user, { firstname: 'Theirs' });
    await conflict(page).waitFor();
    await findsNothing(page, 'a conflict');

    await page.context().setOffline(true);
    await button(page, 'Try now').waitFor();
    await findsNothing(page, 'offline');
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
