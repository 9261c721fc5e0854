import { AxeBuilder } from '@axe-core/playwright';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Page, Route } from 'playwright-core';
import { findsNothing } from '../support/accessibility.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  browserOf,
  carillon,
  composer,
  grace,
  made,
  open,
  roomLink,
  room,
  said,
  tabOf,
  useChat,
  write,
} from '../support/chat.js';
import { TestIssuer } from '../support/issuer.js';
import { PASSWORD, send } from '../support/people.js';
import { CarillonProcess } from '../support/process.js';
import {
  button,
  complaints,
  DESKTOP,
  newContext,
  newPage,
  overflow,
  PHONE,
} from '../support/windows.js';

useChat();

describe('the first visit', () => {
  /** The command as the page shows it. */
  const shownCommand = (page: Page) =>
    page.getByRole('region', { name: 'curl command' }).textContent();

  it('shows the directory live, with the curl command that adds someone to it', async () => {
    const page = await newPage(await newContext());
    await page.goto(carillon.url);
    await page.getByText(/^People and programs send changes over plain HTTP/).waitFor();
    await page.locator('.pill-live').waitFor();
    await button(page, 'Sign in').waitFor();
    const people = page.getByRole('list', { name: 'People' });
    await people.getByText('Grace Hopper').first().waitFor();
    expect(await people.getByText('John DOE').count()).toBe(0);
    await promisify(execFile)('sh', ['-c', (await shownCommand(page))!]);
    await people.getByText('John DOE').waitFor();
  });

  it('leads to the first message in five steps', async () => {
    const page = await newPage(await newContext());
    await page.goto(carillon.url);
    await button(page, 'Create an account').click();
    await page.getByLabel('Username').fill(`newcomer${made}`);
    await page.getByLabel('Password').fill(PASSWORD);
    await button(page, 'Create account').click();
    await page.getByRole('link', { name: 'New chat' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Welcome');
    await button(page, 'Create room').click();
    await write(page, 'Hello from a newcomer');
    await said(page, 'Hello from a newcomer').waitFor();
  });

  it('leaves the reader where they are until they choose a form, which then takes the focus', async () => {
    const page = await newPage(await newContext({ viewport: PHONE }));
    await page.goto(carillon.url);
    await page.locator('.pill-live').waitFor();
    await button(page, 'Sign in').waitFor();
    expect(await focused(page)).toBe('nothing');
    expect(await page.evaluate('scrollY')).toBe(0);
    await button(page, 'Create an account').click();
    expect(await focused(page)).toBe('Username');
  });

  it('is one column on a phone, and two on a desk', async () => {
    const page = await newPage(await newContext());
    await page.goto(carillon.url);
    const form = page.getByRole('form', { name: 'Sign in' });
    const live = page.getByRole('region', { name: 'People', exact: true });
    await live.getByText('Grace Hopper').first().waitFor();
    const places = async () => [(await form.boundingBox())!, (await live.boundingBox())!] as const;
    const [left, right] = await places();
    expect(right.x).toBeGreaterThan(left.x + left.width);
    for (const width of [PHONE.width, 320]) {
      await page.setViewportSize({ ...PHONE, width });
      const [above, below] = await places();
      expect(below.y).toBeGreaterThan(above.y + above.height);
      expect(await overflow(page)).toBe(0);
      const title = (await page.locator('.title').boundingBox())!;
      const link = (await page.getByRole('link', { name: 'API docs' }).boundingBox())!;
      expect(link.y).toBeGreaterThanOrEqual(title.y + title.height);
    }
    await page.context().setOffline(true);
    const tryNow = (await button(page, 'Try now').boundingBox())!;
    const link = (await page.getByRole('link', { name: 'API docs' }).boundingBox())!;
    expect(link.y).toBeGreaterThanOrEqual(tryNow.y + tryNow.height);
  });
});

describe('the code of the page', () => {
  const MEMBER = /\/assets\/Member-[^/]+\.js$/;

  it('for signed-in users is loaded once a visitor types', async () => {
    const page = await newPage(await newContext());
    let isLoaded = false;
    page.on('request', (request) => void (isLoaded ||= MEMBER.test(request.url())));
    await page.goto(carillon.url);
    await page.locator('.pill-live').waitFor();
    expect(isLoaded).toBe(false);
    const [response] = await Promise.all([
      page.waitForResponse(MEMBER),
      page.getByLabel('Username').fill('a'),
    ]);
    expect(response.status()).toBe(200);
  });

  it('is preloaded with the session, which is requested once', async () => {
    const form = (page: Page) => page.getByRole('form', { name: 'Sign in' });
    for (const [context, shown, code] of [
      [await newContext(), form, /\/Visitor-/],
      [await browserOf(ada), composer, MEMBER],
    ] as const) {
      const page = await newPage(context);
      await page.goto(`${carillon.url}/#/rooms/${room.id}`);
      await shown(page).waitFor();
      const entries: { name: string; initiatorType: string }[] = await page.evaluate(
        `performance.getEntriesByType('resource').map((entry) => entry.toJSON())`,
      );
      for (const file of [/\/api\/session$/, code]) {
        const found = entries.filter(({ name }) => file.test(name));
        expect(found).toMatchObject([{ initiatorType: expect.stringMatching(/^(link|other)$/) }]);
      }
    }
  });

  it('is loaded with the page again if it could not be loaded', async () => {
    const context = await browserOf(ada);
    const page = await newPage(context);
    await page.route(MEMBER, (route) => route.abort(), { times: 1 });
    await page.goto(`${carillon.url}/#/rooms/${room.id}`);
    await composer(page).waitFor();
    expect(complaints.splice(0)).toContain('loaded anew');
  });
});

describe('signing up', () => {
  it('shows what is wrong at its field, and leads to the rooms', async () => {
    const page = await newPage(await newContext());
    await page.goto(carillon.url);
    await button(page, 'Create an account').click();
    await page.getByLabel('Username').fill('Ünknown');
    await page.getByLabel('Password').fill('password');
    await button(page, 'Create account').click();
    await page.getByText(/^Enter 2 to 32 characters/).waitFor();
    expect(await focused(page)).toBe('Username');

    await page.getByLabel('Username').fill(`mary${made}`);
    await button(page, 'Create account').click();
    // Only the server knows them.
    await page.getByText(/^Is a common password/).waitFor();
    expect(await focused(page)).toBe('Password');

    await page.getByLabel('Password').fill(PASSWORD);
    await button(page, 'Create account').click();
    await page.getByText('You have no rooms yet.').waitFor();
    await eventually(async () => expect(await focused(page)).toBe('Carillon'));

    await button(page, 'Sign out').click();
    const sent: string[] = [];
    page.on('request', (request) => void sent.push(request.method()));
    await button(page, 'Sign in').click();
    await page.getByText('Enter your username.').waitFor();
    await page.getByText('Enter your password.').waitFor();
    expect(await focused(page)).toBe('Username');
    expect(sent).not.toContain('POST');
    await page.getByLabel('Username').fill(`mary${made}`);
    await page.getByLabel('Password').fill('not the right one');
    await button(page, 'Sign in').click();
    await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await button(page, 'Sign in').click();
    await page.getByText('Choose a room').waitFor();
    await eventually(async () => expect(await focused(page)).toBe('Carillon'));
  });
});

describe('the directory', () => {
  it('stands beside the rooms for who is signed in, also on a phone, with a way back', async () => {
    const page = await open(ada);
    await page.getByRole('link', { name: 'People', exact: true }).click();
    const people = page.getByRole('list', { name: 'People' });
    await people.getByText('Grace Hopper').first().waitFor();
    await roomLink(page, room).click();
    await composer(page).waitFor();
    await page.goBack();
    await page.setViewportSize(PHONE);
    await people.waitFor();
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await roomLink(page, room).waitFor();
    await button(page, 'Sign out').click();
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await people.waitFor();
    expect(await roomLink(page, room).count()).toBe(0);
  });
});

describe('where someone is signed in', () => {
  it('is named in words: the browser and its system, or the name that the client sends', async () => {
    const firefox =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const credentials = { username: ada.user.username, password: PASSWORD };
    for (const client of [firefox, 'curl/8.5.0'])
      await send(carillon.url, 'POST', '/api/session', credentials, { 'User-Agent': client });
    const page = await open(ada, '/#/sessions');
    const clients = page.getByRole('list', { name: 'Sign-ins' }).locator('.session-client');
    const delivered = clients.filter({ hasText: /^Firefox on Windows$/ });
    await delivered.waitFor();
    expect(await delivered.getAttribute('title')).toBe(firefox);
    await clients.filter({ hasText: /^curl\/8.5.0$/ }).waitFor();
    await button(page, 'Sign out everywhere else').click();
    await page.getByText('This session').waitFor();
    await eventually(async () => expect(await clients.count()).toBe(1));
  });
});

describe('an account that is deleted', () => {
  it('asks for the password, signs out everywhere, and is shown to others under a pseudonym', async () => {
    await ada.says(room, `Ask @grace${made}.`);
    await grace.says(room, 'I was here.');
    const other = await open(ada);
    await said(other, 'I was here.').getByText('Grace Hopper').waitFor();
    const context = await browserOf(grace);
    const page = await tabOf(context, '/#/profile');
    const second = await tabOf(context);
    await composer(second).fill('never sent');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download my data' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('carillon-export.json');

    await button(page, 'Delete my account').click();
    await page.getByText('Enter your password.').waitFor();
    const form = page.getByRole('form', { name: 'Delete your account' });
    await form.getByLabel('Your password').fill(PASSWORD);
    const results = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(results.violations).toEqual([]);
    await button(page, 'Delete my account').click();
    for (const tab of [page, second]) await button(tab, 'Sign in').waitFor();
    expect(await page.evaluate((id) => JSON.stringify(localStorage).includes(id), grace.id)).toBe(
      false,
    );
    await said(other, 'I was here.').getByText('Deleted user').waitFor();
    await said(other, 'Ask Deleted user.').waitFor();
    const anew = await open(ada);
    await said(anew, 'I was here.').getByText('Deleted user').waitFor();
  });

  it('asks users of an issuer, who have no password, for their username', async () => {
    const issuer = await TestIssuer.start();
    const other = await CarillonProcess.start({ AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'page' });
    const token = await issuer.token({ sub: 'subject', aud: 'page', preferred_username: 'hedy' });
    // As a proxy that signs its users in.
    const context = await newContext({ extraHTTPHeaders: { Authorization: `Bearer ${token}` } });
    const page = await context.newPage();
    await page.goto(`${other.url}/#/profile`);
    const form = page.getByRole('form', { name: 'Delete your account' });
    await form.getByLabel('Your username').fill('ada');
    await button(form, 'Delete my account').click();
    await form.getByText('must be your username').waitFor();
    expect(await page.getByRole('form', { name: 'Your password' }).count()).toBe(0);
    await form.getByLabel('Your username').fill('hedy');
    const [response] = await Promise.all([
      page.waitForResponse((one) => one.request().method() === 'DELETE'),
      button(form, 'Delete my account').click(),
    ]);
    expect(response.status()).toBe(204);
    await other.kill();
    rmSync(other.folder, { recursive: true });
    await issuer.stop();
  });
});

describe('the page', () => {
  it('has nothing that axe finds wrong: first visit, rooms, a room; light and dark, phone and desk', async () => {
    await grace.says(room, `Hello @${ada.user.username}`);
    await ada.says(room, 'And https://example.com');
    await grace.says(await grace.makes('Unread'), 'Nothing yet');
    const context = await newContext({ reducedMotion: 'reduce' });
    const page = await newPage(context);
    await page.goto(carillon.url);
    await page.locator('.pill-live').waitFor();
    await findsNothing(page, 'first visit');

    await context.addCookies([ada.cookie]);
    await page.goto(`${carillon.url}/?again#/`);
    complaints.splice(0); // about the reload
    await roomLink(page, room).waitFor();
    await findsNothing(page, 'room list');
    await roomLink(page, room).click();
    await said(page, 'And https://example.com').waitFor();
    await findsNothing(page, 'room');
    await page.goto(`${carillon.url}/?again#/people`);
    await page.getByRole('list', { name: 'People' }).waitFor();
    await findsNothing(page, 'directory');
  });

  it('keeps marks that are stacked on letters from what stands around them', async () => {
    const tall = (text: string) =>
      Array.from(text, (letter) => letter + '\u0302\u0308'.repeat(15)).join('');
    await grace.says(room, 'A line of letters, and more of them');
    const page = await open(ada);
    const line = said(page, 'A line of letters').locator('.message-text');
    const painted = async () => {
      const { x, y, width, height } = (await line.boundingBox())!;
      return page.screenshot({ clip: { x, y: y + 4, width, height: height - 8 } });
    };
    const before = await painted();
    await grace.says(room, tall('zalgo'));
    await said(page, 'z').waitFor();
    await page.mouse.move(0, 0);
    expect((await painted()).equals(before)).toBe(true);
  });

  it('stays in its place whatever the connection is, and however long the name of a room', async () => {
    const long = await ada.makes('W'.repeat(100));
    const context = await browserOf(ada);
    const page = await tabOf(context);
    const places = () =>
      Promise.all(
        [page.getByLabel('Search all messages'), composer(page)].map((place) =>
          place.boundingBox(),
        ),
      );
    const before = await places();
    await roomLink(page, long).click();
    await page.getByRole('heading', { name: long.name! }).waitFor();
    expect(await places()).toEqual(before);

    const connection = page.locator('.connection');
    await context.setOffline(true);
    await connection.getByText('Offline').waitFor();
    expect(await places()).toEqual(before);
    const attempts: Route[] = [];
    await page.route(/api.events/, (route) => void attempts.push(route));
    await context.setOffline(false);
    await connection.getByText('Connecting').waitFor();
    expect(await places()).toEqual(before);
    await eventually(async () => expect(attempts).not.toEqual([]));
    await page.route(/api.events/, (route) => route.abort());
    await attempts[0]!.abort();
    await connection.getByText('Reconnecting').waitFor();
    await button(connection, 'Try now').waitFor();
    expect(await places()).toEqual(before);
    await page.evaluate(`location.hash = '#/'`);
    for (const width of [DESKTOP.width, PHONE.width, 320]) {
      await page.setViewportSize({ ...PHONE, width });
      const head = (await page.locator('.sidebar-head').boundingBox())!;
      // It is gone during an attempt.
      await eventually(async () => {
        const tryNow = (await button(connection, 'Try now').boundingBox())!;
        expect(tryNow.x + tryNow.width).toBeLessThanOrEqual(head.x + head.width);
      });
      expect(await overflow(page)).toBe(0);
    }
    const held: Route[] = [];
    await page.route(/api.events/, (route) => void held.push(route));
    // The page also tries by itself.
    await eventually(async () => {
      const tryNow = button(connection, 'Try now');
      if (await tryNow.isVisible()) await tryNow.click({ timeout: 1000 });
      expect(held).not.toEqual([]);
    });
    await connection.getByText('Connecting').waitFor();
    for (const width of [DESKTOP.width, PHONE.width, 320]) {
      await page.setViewportSize({ ...PHONE, width });
      const head = (await page.locator('.sidebar-head').boundingBox())!;
      const pill = (await connection.locator('.pill').boundingBox())!;
      expect([width, pill.x + pill.width - head.x - head.width]).toEqual([width, -16]);
      expect(await overflow(page)).toBe(0);
    }
    await page.route(/api.events/, (route) => route.abort());
    await held[0]!.abort();
    await button(connection, 'Try now').waitFor();
    await page.unroute(/api.events/);
    await button(connection, 'Try now').press('Enter');
    await connection.getByText('Live').waitFor();
    expect(await page.evaluate(`document.activeElement.className`)).toBe('connection');
  });

  it('never scrolls sideways on a phone, where a room has a way back to the list', async () => {
    await ada.says(room, 'W'.repeat(500));
    const page = await open(ada, undefined, { viewport: PHONE });
    await said(page, 'WWW').waitFor();
    expect(await overflow(page)).toBe(0);
    const subtitle = page.getByText('Public · 2 members, 1 online');
    await subtitle.waitFor();
    expect(
      await subtitle.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
    ).toBe(0);
    expect(await roomLink(page, room).isVisible()).toBe(false);
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await roomLink(page, room).waitFor();
    expect(await overflow(page)).toBe(0);
  });
});
