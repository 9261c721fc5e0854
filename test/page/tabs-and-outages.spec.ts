import Database from 'better-sqlite3';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import type { OwnSession } from '../../src/accounts/session.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  agrees,
  browserOf,
  carillon,
  composer,
  grace,
  history,
  open,
  roomLink,
  room,
  said,
  tabOf,
  texts,
  write,
  restartServer,
  useChat,
} from '../support/chat.js';
import { PASSWORD, Person } from '../support/people.js';
import { button, complaints } from '../support/windows.js';

useChat();

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
    // One more than the connections to a server that a browser opens. The first two hold the stream in turn.
    const [first, second] = [await tabOf(context), await tabOf(context)];
    const others = await Promise.all(Array.from({ length: 5 }, () => tabOf(context)));
    const tabs = [first, second, ...others];
    await grace.says(room, 'To all seven');
    for (const tab of tabs) await said(tab, 'To all seven').waitFor();
    expect(streams).toHaveLength(1);

    let stop = false;
    const talking = (async () => {
      for (let n = 1; !stop; n++) await Promise.all([grace.says(room, `Word ${n}.`), sleep(40)]);
    })();
    try {
      await said(first, 'Word 3.').waitFor();
      for (const end of ['closes', 'crashes']) {
        const [leader] = tabs.splice(0, 1);
        const before = streams.length;
        const since = Date.now();
        if (end === 'closes') await leader!.close();
        else await crash(leader!);
        await eventually(async () => expect(streams).toHaveLength(before + 1), 3_000);
        const text = `After it ${end}`;
        // All tabs are watched from the start: later words soon move it out of the rows that are rendered.
        const delivered = tabs.map((tab) => said(tab, text).waitFor({ state: 'attached' }));
        await grace.says(room, text);
        await Promise.all(delivered);
        expect(Date.now() - since).toBeLessThan(3_000);
      }
    } finally {
      stop = true;
      await talking;
    }
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
    await page.getByLabel('Current password').fill('a wrong one');
    await page.getByLabel('New password').fill('another sentence of mine');
    await button(page, 'Change password').click();
    await page.getByRole('alert').filter({ hasText: 'The current password is wrong' }).waitFor();
    await page.getByLabel('Current password').fill(PASSWORD);
    await button(page, 'Change password').click();
    await page.getByRole('status').filter({ hasText: 'signed out everywhere else' }).waitFor();
    await elsewhere.getByRole('heading', { name: 'Sign in' }).waitFor();
    await roomLink(page, room).waitFor();
  });

  it('go to the sign-in when one signs out, which removes drafts, or when the session is ended elsewhere', async () => {
    const context = await browserOf(ada);
    const [one, other] = [await tabOf(context), await tabOf(context)];
    await composer(other).fill('Not said yet');
    const stored = () => one.evaluate<string>('JSON.stringify(localStorage)');
    await eventually(async () => expect(await stored()).toContain('Not said yet'));
    await button(one, 'Sign out').click();
    for (const tab of [one, other]) await tab.getByLabel('Password').waitFor();
    expect(await stored()).not.toContain('Not said yet');

    await other.getByLabel('Username').fill(ada.user.username!);
    await other.getByLabel('Password').fill(PASSWORD);
    await button(other, 'Sign in').click();
    await composer(other).waitFor();
    expect(await composer(other).inputValue()).toBe('');
    await composer(other).fill('Not said yet');
    const phone = await Person.signIn(carillon.url, ada.user.username!);
    for (const { id, current } of await phone.gets<OwnSession[]>('/api/sessions'))
      if (!current) await phone.does('DELETE', `/api/sessions/${id}`);
    await other.getByLabel('Password').waitFor();
    await one.getByLabel('Password').waitFor();
    expect(await stored()).toContain('Not said yet');
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
    await page.getByText('Will be sent when the connection is back').first().waitFor();
    expect(await grace.reads(room)).toEqual([]);
    // As it closes, it may be back online for a moment.
    await page.close();

    await context.setOffline(false);
    await eventually(async () => expect(await grace.reads(room)).toEqual(['One', 'Two', 'Three']));
    await agrees(other);
    expect(await said(other, 'Sending').count()).toBe(0);
    await other.reload();
    complaints.splice(0); // about the reload
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
    await button(page, 'Send again').press('Enter');
    await agrees(page);
    expect(await focused(page)).toBe('Messages');
  });

  it('is not lost with the server: killed under the conversation, nothing is missing or doubled', async () => {
    const [hers, theirs] = [await open(ada), await open(grace)];
    await write(hers, 'Before');
    await said(theirs, 'Before').waitFor();
    await restartServer(async () => {
      for (const text of ['Meanwhile 1', 'Meanwhile 2']) await write(hers, text);
      await write(theirs, 'Me too');
    });
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

describe('what failed for want of a connection', () => {
  it('is said until the connection is live again, and can then be repeated', async () => {
    for (const text of ['To be edited', 'To be deleted']) await ada.says(room, text);
    const page = await open(ada);
    const failures = page.getByRole('alert').filter({ hasText: 'The server did not respond.' });
    await said(page, 'To be deleted').waitFor();
    await page.context().setOffline(true);
    await page.locator('.connection').getByText('Offline').waitFor();
    await button(page, 'Edit: To be edited').click();
    await page.getByRole('textbox', { name: 'Edit message' }).fill('Edited');
    await button(page, 'Save').click();
    await failures.waitFor();
    await button(page, 'Delete: To be deleted').click();
    const question = page.getByRole('group', { name: 'Delete this message?' });
    await button(question, 'Delete').click();
    await question.getByRole('alert').filter({ hasText: 'did not respond' }).waitFor();
    const [failure, answer] = [
      await question.getByRole('alert').boundingBox(),
      await button(question, 'Delete').boundingBox(),
    ];
    expect(failure!.y + failure!.height).toBeLessThanOrEqual(answer!.y);
    await button(page, 'Sign out').click();
    const signOutFailure = page.getByText('You are still signed in');
    await signOutFailure.waitFor();

    await page.context().setOffline(false);
    for (const one of [failures, signOutFailure])
      await eventually(async () => expect(await one.count()).toBe(0));
    await button(page, 'Save').click();
    await button(question, 'Delete').click();
    await eventually(async () => expect(await ada.reads(room)).toEqual(['Edited', null]));
  });
});

describe('a database that was set back', () => {
  it('is shown as it is, in all tabs: what it has lost is gone, and what comes then is in its place', async () => {
    await ada.says(room, 'Kept');
    const data = join(carillon.folder, 'data');
    const before = join(carillon.folder, 'before');
    mkdirSync(before);
    const database = new Database(join(data, 'carillon.db'), { readonly: true });
    await database.backup(join(before, 'carillon.db'));
    database.close();
    const context = await browserOf(ada);
    const tabs = [await tabOf(context), await tabOf(context)];
    for (const text of ['Lost', 'Lost too']) await ada.says(room, text);
    for (const tab of tabs) await agrees(tab);

    await restartServer(() => {
      rmSync(data, { recursive: true });
      renameSync(before, data);
    });
    for (const tab of tabs) await agrees(tab);
    await write(tabs[1]!, 'And on');
    await eventually(async () => expect(await grace.reads(room)).toEqual(['Kept', 'And on']));
    for (const tab of tabs) await agrees(tab);
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
