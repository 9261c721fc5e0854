import type { Page } from 'playwright-core';
import { findsNothing } from '../support/accessibility.js';
import {
  ada,
  carillon,
  composer,
  grace,
  made,
  open,
  room,
  said,
  useChat,
} from '../support/chat.js';
import { addCrowd } from '../support/large-directory.js';
import { Person } from '../support/people.js';
import { createUser } from '../support/requests.js';
import { eventually } from '../support/browser.js';
import { button, newContext, newPage } from '../support/windows.js';

useChat();

/** The requests of a page from now on, without their parameters. */
function requestsOf(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', (request) => seen.push(new URL(request.url()).pathname));
  return seen;
}

describe('in a large directory', () => {
  const LARGE = 5000;

  /** Older than those whom the page reads at its start. */
  async function hide(): Promise<void> {
    const names = { firstname: 'Chloé', lastname: 'Babbage' };
    const chloe = await Person.signUp(carillon.url, `c.b${made}`, names);
    await chloe.joins(room);
    crowd(1000, 0);
    const taro = await Person.signUp(carillon.url, `t${made}`, {
      firstname: '太郎',
      lastname: '田中',
    });
    await taro.joins(room);
    crowd(LARGE - 1000, 1000);
  }

  const crowd = (size: number, from: number) =>
    addCrowd(carillon.folder, {
      size,
      room,
      namesOf: (n) => ({
        firstname: 'Member',
        lastname: `No. ${from + n}`,
        username: `m${made}-${from + n}`,
      }),
    });

  it('people are found by any part of their names, in every picker and in mentions', async () => {
    await hide();
    const page = await open(ada, '/#/new-room');
    const direct = page.getByRole('region', { name: 'New direct conversation' });
    // Also of the user, who is older than the users of the snapshot.
    await page.getByRole('link', { name: /^Ada Lovelace/ }).waitFor();
    await direct.getByLabel('Person').pressSequentially('babb chlo');
    await button(direct, 'Message Chloé Babbage').waitFor();
    await direct.getByLabel('Person').fill('nobody at all');
    await direct.getByText('No one found.').waitFor();
    // The first ten pages of the search have no one, and more pages follow.
    await direct.getByLabel('Person').fill('member zzz');
    await direct.getByText('There may be more people.').waitFor();
    expect(await direct.getByText('No one found.').count()).toBe(0);
    await direct.getByLabel('Person').fill('member');
    await button(direct, /^Message Member No/)
      .nth(7)
      .waitFor();
    await direct.getByText('There may be more people.').waitFor();
    await direct.getByLabel('Person').fill('郎');
    await button(direct, 'Message 太郎 田中').click();
    await composer(page).waitFor();

    await page.goto(`${carillon.url}/#/rooms/${room.id}`);
    await composer(page).pressSequentially('Hello @田');
    await page.getByRole('option', { name: '田中' }).waitFor();
    await composer(page).press('Tab');
    expect(await composer(page).inputValue()).toBe(`Hello @t${made} `);
  });

  it('the members of a room are loaded by pages, and rendered where they are in sight', async () => {
    await hide();
    const page = await open(ada, '/#/new-room');
    const requests = requestsOf(page);
    await page.goto(`${carillon.url}/#/rooms/${room.id}`);
    await page.getByText('Public · 5,004 members').waitFor();
    await button(page, 'Members').click();
    const panel = page.getByRole('complementary', { name: 'Members' });
    const list = panel.getByRole('list', { name: 'Members' });
    await list.getByRole('listitem').first().waitFor();
    expect(await list.getByRole('listitem').count()).toBeLessThan(60);
    expect(await list.getByRole('listitem').first().getAttribute('aria-setsize')).toBe('5004');
    expect((await page.locator('.member-scroll').boundingBox())!.height).toBeGreaterThan(200);

    for (const last of ['No. 150', 'No. 300', 'No. 500']) await expectScrolledTo(page, last);
    expect(await list.getByRole('listitem').count()).toBeLessThan(60);
    // The page does not know all members, and offers only others.
    await Person.signUp(carillon.url, `h${made}`, { firstname: '花子', lastname: '田中' });
    await panel.getByLabel('Invite someone').fill('田中');
    await button(panel, 'Invite 花子 田中').waitFor();
    expect(await button(panel, 'Invite 太郎 田中').count()).toBe(0);
    await panel.getByLabel('Invite someone').fill('');

    await panel.getByLabel('Find a member').fill('田中');
    await list.getByText('太郎 田中').waitFor();
    expect(await list.getByRole('listitem').count()).toBe(1);
    await panel.getByLabel('Find a member').fill('nobody');
    await panel.getByText('No one found.').waitFor();

    const members = requests.filter((path) => path.endsWith('/members'));
    expect(members.length).toBeLessThan(10);
    // Those whom the lines of the room name.
    const users = requests.filter((path) => path.startsWith('/api/users/'));
    expect(users.length).toBeLessThan(5);
    await panel.getByLabel('Find a member').fill('member zzz');
    await panel.getByText('There may be more people.').waitFor();
    expect(await panel.getByText('No one found.').count()).toBe(0);
    await panel.getByLabel('Find a member').fill('');
    await findsNothing(page, 'members of a large room');
  });

  it('the People pane finds people, tells accounts from entries, and opens conversations', async () => {
    await hide();
    await createUser(carillon.url, 'Chloe', `Entry${made}`);
    const page = await open(ada, '/#/people');
    expect(await page.title()).toBe('Directory · Carillon');
    const pane = page.getByRole('main');
    await pane.getByText('No account').first().waitFor();
    await pane.getByLabel('Find people').fill('chloe');
    const list = pane.getByRole('list', { name: 'People found' });
    const rows = list.getByRole('listitem');
    await rows
      .filter({ hasText: 'Chloé Babbage' })
      .filter({ hasText: `@c.b${made}` })
      .waitFor();
    const entry = rows.filter({ hasText: `Chloe Entry${made}` });
    await entry.filter({ hasText: 'No account' }).waitFor();
    expect(await button(entry, /^Message/).count()).toBe(0);
    expect(await button(rows, 'Message Ada Lovelace').count()).toBe(0);
    await findsNothing(page, 'people found');
    await button(entry, `Edit Chloe Entry${made}`).click();
    await list.getByLabel('First name').fill('Renamed');
    await button(list, 'Save').click();
    await rows.filter({ hasText: `Renamed Entry${made}` }).waitFor();
    await pane.getByLabel('Find people').fill(`@c.b${made}`);
    await button(pane, 'Message Chloé Babbage').click();
    await page.getByRole('heading', { name: 'Chloé Babbage' }).waitFor();
  });

  /** Scrolls down until a member is in sight. */
  const expectScrolledTo = (page: Page, name: string): Promise<void> =>
    eventually(async () => {
      const text = await page.evaluate<string>(`(() => {
        const scroller = document.querySelector('.member-scroll');
        scroller.scrollTop += 300;
        return scroller.textContent;
      })()`);
      expect(text).toContain(name);
    });
});

describe('a search of messages', () => {
  const found = (page: Page) => page.getByRole('list', { name: 'Messages found' });

  it('marks what it found, shortens long messages, and Back returns to its place', async () => {
    const lines = Array.from({ length: 40 }, (_, n) => `Line ${n}`).join('\n');
    await grace.says(room, `${lines}\nChloé met the quagga in München`);
    for (let n = 0; n < 54; n++) await grace.says(room, `Quagga number ${n}`);
    const page = await open(ada, '/#/');
    await page.getByLabel('Search all messages').fill('quagga');
    await page.getByLabel('Search all messages').press('Enter');
    const items = found(page).getByRole('listitem');
    await items.first().waitFor();
    expect(await items.locator('mark').first().textContent()).toBe('Quagga');
    await button(page, 'Show older').click();
    await eventually(async () => expect(await items.count()).toBe(55));
    const marks = await items.locator('mark').count();
    expect(marks).toBe(await items.count());
    const long = items.filter({ hasText: 'Chloé met' });
    await long.scrollIntoViewIfNeeded();
    expect((await long.boundingBox())!.height).toBeLessThan(180);
    expect(await long.locator('mark').textContent()).toBe('quagga');
    const top = () => page.evaluate<number>(`document.querySelector('.pane-body').scrollTop`);
    const before = await top();
    expect(before).toBeGreaterThan(500);
    const requests = requestsOf(page);
    await long.getByRole('link').click();
    await composer(page).waitFor();
    await page.goBack();
    await items.first().waitFor();
    expect(await top()).toBe(before);
    expect(await page.getByLabel('Search all messages').inputValue()).toBe('quagga');
    expect(requests).not.toContain('/api/messages');

    await page.getByLabel('Search all messages').fill('chloe munch');
    await page.getByLabel('Search all messages').press('Enter');
    await page.getByRole('heading', { name: 'Search: chloe munch' }).waitFor();
    await eventually(async () =>
      expect(await items.locator('mark').allTextContents()).toEqual(['Chloé', 'Münch']),
    );
    expect(await top()).toBe(0);
    await page.goBack();
    await page.getByRole('heading', { name: 'Search: quagga' }).waitFor();
    expect(await page.getByLabel('Search all messages').inputValue()).toBe('quagga');
    await findsNothing(page, 'messages found');
  });

  it('returns to the messages as they are now, without those that were deleted meanwhile', async () => {
    const [edited, deleted] = [
      await grace.says(room, 'The first axolotl'),
      await grace.says(room, 'The second axolotl'),
    ];
    const page = await open(ada, '/#/search?q=axolotl');
    const items = found(page).getByRole('listitem');
    await eventually(async () => expect(await items.count()).toBe(2));
    await items.filter({ hasText: 'first' }).getByRole('link').click();
    await said(page, 'The second axolotl').waitFor();
    const path = `/api/rooms/${room.id}/messages`;
    await grace.does('PATCH', `${path}/${edited.id}`, { text: 'The edited axolotl' });
    await grace.does('DELETE', `${path}/${deleted.id}`);
    await said(page, 'The second axolotl').waitFor({ state: 'detached' });
    await said(page, 'The edited axolotl').waitFor();
    await page.goBack();
    await items.filter({ hasText: 'The edited axolotl' }).waitFor();
    expect(await items.count()).toBe(1);
  });
});

describe('names in text of the other direction', () => {
  it('stand in elements of their own', async () => {
    const dawud = await Person.signUp(carillon.url, `dawud${made}`, {
      firstname: 'דוד',
      lastname: 'כהן',
    });
    await dawud.joins(room);
    await dawud.says(room, 'quokka (1)');
    const page = await open(ada);
    const last = page.getByRole('navigation', { name: 'Rooms' }).locator('.room-item-last');
    expect(await last.locator('bdi').allTextContents()).toEqual(['דוד', 'quokka (1)']);
    await dawud.does('POST', `/api/rooms/${room.id}/typing`);
    await page.locator('.typing-line bdi').filter({ hasText: 'דוד כהן' }).waitFor();
    await page.goto(`${carillon.url}/#/search?q=quokka`);
    const where = page.locator('.listed-where bdi');
    await where.first().waitFor();
    expect(await where.allTextContents()).toEqual([room.name, 'דוד כהן']);
  });
});

describe('the title', () => {
  it('names the pages of visitors', async () => {
    const page = await newPage(await newContext());
    await page.goto(`${carillon.url}/`);
    await eventually(async () => expect(await page.title()).toBe('Sign in · Carillon'));
    await page.goto(`${carillon.url}/#/people`);
    await eventually(async () => expect(await page.title()).toBe('Directory · Carillon'));
  });
});
