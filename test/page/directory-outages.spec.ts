import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { eventually } from '../support/browser.js';
import {
  add,
  agrees,
  carillon,
  everyone,
  field,
  fullName,
  newPerson,
  newWindow,
  open,
  PEOPLE,
  remove,
  restartServer,
  row,
  shown,
  status,
  STREAM,
  useDirectory,
} from '../support/directory.js';
import { createUser } from '../support/requests.js';
import { button } from '../support/windows.js';

useDirectory();

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
    await row(pages[0]!, 'before0-5 DOE').waitFor();
    await restartServer(async () => {
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
    await restartServer(async () => {
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
    await restartServer(async () => {
      await add(page, 'Typed', 'ONCE');
      await page.getByRole('alert').filter({ hasText: 'The server did not respond' }).waitFor();
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
    await page.getByRole('alert').filter({ hasText: 'The server did not respond' }).waitFor();
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
    const lastAttempt = Promise.withResolvers<void>();
    const missed = Promise.withResolvers<void>();
    const answer = async (route: Route) => {
      if (answers.length === 1) {
        lastAttempt.resolve();
        await missed.promise;
      }
      await route.fulfill(answers.shift());
    };
    await page.route(STREAM, answer, { times: 3 });
    await page.goto(carillon.url + PEOPLE);
    await lastAttempt.promise;
    await createUser(carillon.url, 'Missed');
    missed.resolve();
    await status(page, 'Live').waitFor();
    expect(answers).toEqual([]);
    await row(page, 'Missed DOE').waitFor();
    await createUser(carillon.url, 'Next');
    await row(page, 'Next DOE').waitFor();
    expect(await shown(page)).toEqual(['Next DOE', 'Missed DOE']);
  });
});
