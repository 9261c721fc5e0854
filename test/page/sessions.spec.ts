import { focused, REMOTE_HOST } from '../support/browser.js';
import { ada, browserOf, carillon, composer, open, tabOf, useChat } from '../support/chat.js';
import { PASSWORD, Person } from '../support/people.js';
import { button, complaints, newContext, newPage } from '../support/windows.js';

useChat();

describe('a session that has ended', () => {
  const REVOKED = 'This session was ended on another device. Sign in to continue.';
  const ENDED = 'Your session has ended. Sign in to continue.';

  it('is explained in all tabs when another device has ended it', async () => {
    const context = await browserOf(ada);
    const [page, second] = [await tabOf(context), await tabOf(context)];
    const elsewhere = await Person.signIn(carillon.url, ada.user.username!);
    await elsewhere.does('DELETE', '/api/sessions?except=current');
    for (const tab of [page, second]) await tab.getByRole('alert').getByText(REVOKED).waitFor();
    await page.getByLabel('Username').fill(ada.user.username!);
    await page.getByLabel('Password').fill(PASSWORD);
    await button(page, 'Sign in').click();
    await composer(second).waitFor();
    expect(await page.getByText(REVOKED).count()).toBe(0);
  });

  it('is explained when the page was closed meanwhile', async () => {
    const context = await browserOf(ada);
    await (await tabOf(context)).close();
    await ada.does('DELETE', '/api/session');
    const page = await newPage(context);
    await page.goto(carillon.url);
    await page.getByText(ENDED).waitFor();
  });

  it('needs no explanation after a sign-out, in any tab', async () => {
    const context = await browserOf(ada);
    const [page, second] = [await tabOf(context), await tabOf(context)];
    await button(page, 'Sign out').click();
    for (const tab of [page, second]) {
      await button(tab, 'Sign in').waitFor();
      expect(await tab.locator('.sign-in-end').count()).toBe(0);
    }
  });
});

describe('the settings of an account', () => {
  it('sign out everywhere else in one click', async () => {
    const page = await open(ada, '/#/profile');
    const elsewhere = await Person.signIn(carillon.url, ada.user.username!);
    await button(page, 'Sign out everywhere else').click();
    await page.getByText('You are signed out everywhere else.').waitFor();
    expect((await elsewhere.send('GET', '/api/session')).status).toBe(401);
    expect((await ada.send('GET', '/api/session')).status).toBe(200);
  });

  it('keep the focus in the list of sessions while sessions are ended', async () => {
    for (const _ of [1, 2]) await Person.signIn(carillon.url, ada.user.username!);
    const page = await open(ada, '/#/sessions');
    const others = page.getByRole('listitem').getByRole('button', { name: 'Sign out' });
    await others.nth(1).waitFor();
    await others.first().click();
    await others.nth(1).waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Sign out');
    await others.first().click();
    await others.first().waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Sign-ins');
  });
});

describe('a sign-in over plain HTTP from another machine', () => {
  it('says why it cannot work, keeps what was typed, and leaves no session behind', async () => {
    const page = await newPage(await newContext());
    await page.goto(carillon.url.replace('127.0.0.1', REMOTE_HOST));
    await page.getByLabel('Username').fill(ada.user.username!);
    await page.getByLabel('Password').fill(PASSWORD);
    await button(page, 'Sign in').click();
    await page.getByRole('alert').getByText('You cannot sign in over plain HTTP').waitFor();
    await page.getByText(`PUBLIC_URL=${new URL(page.url()).origin}.`).waitFor();
    expect(await page.getByLabel('Username').inputValue()).toBe(ada.user.username);
    expect(await ada.gets('/api/sessions')).toHaveLength(1);
    // The browser ignores headers that need HTTPS, and says so.
    for (const complaint of complaints.splice(0))
      expect(complaint).toMatch(/Cross-Origin-Opener-Policy|Origin-Agent-Cluster/);
  });
});
