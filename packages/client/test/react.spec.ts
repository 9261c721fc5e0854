import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { eventually, launchBrowser } from '../../../test/support/browser.js';
import { CarillonProcess } from '../../../test/support/process.js';
import { createUser, listUsers, patch } from '../../../test/support/requests.js';
import { bundle } from './support/bundle.js';

const APPLICATION = `
  import { createElement as h, StrictMode, useState } from 'react';
  import { createRoot } from 'react-dom/client';
  import { useFollow, useLiveList } from '@carillon/client/react';
  function Users() {
    const { items, status, reload } = useLiveList({ url: '/api/users/event', snapshot: '/api/users?limit=2', key: 'id' });
    return h('ul', { 'data-state': status.state, onClick: reload }, items.map(({ id, firstname }) => h('li', { key: id }, firstname)));
  }
  function Latest() {
    const [label, setLabel] = useState('none');
    const [seen, setSeen] = useState('');
    const { status } = useFollow({ url: '/api/users/event', on: { update: ({ firstname }) => setSeen(label + ': ' + firstname) } });
    return h('button', { 'data-state': status.state, onClick: () => setLabel('clicked') }, seen);
  }
  const answers = (window.answers = []);
  function Custom() {
    const snapshot = () => new Promise((resolve) => answers.push(resolve));
    const { items, reload } = useLiveList({ url: '/api/users/event', snapshot, key: 'id' });
    return h('p', { onClick: reload }, items.map(({ firstname }) => firstname).join());
  }
  createRoot(document.body.appendChild(document.createElement('main'))).render(h(StrictMode, null, h(Users), h(Latest), h(Custom)));
`;

/** Of the snapshots of the component with a function, in the order of the calls. */
interface Answers {
  readonly answers: ((snapshot: object) => void)[];
}

let browser: Browser;
let script: string;
let carillon: CarillonProcess;
let page: Page;

beforeAll(async () => {
  [browser, script, carillon] = await Promise.all([
    launchBrowser(),
    bundle(APPLICATION),
    CarillonProcess.start(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await carillon?.kill();
  if (carillon) rmSync(carillon.folder, { recursive: true });
});
beforeEach(async () => {
  for (const { id } of await listUsers(carillon.url))
    await fetch(`${carillon.url}/api/users/${id}`, { method: 'DELETE' });
  for (const name of ['One', 'Two', 'Three']) await createUser(carillon.url, name);
  page = await browser.newPage();
  await page.route('**/application', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<body></body>' }),
  );
  await page.goto(`${carillon.url}/application`);
  await page.addScriptTag({ content: script });
  await page.locator('ul[data-state=live]').waitFor();
  await page.locator('button[data-state=live]').waitFor();
});
afterEach(() => page.close());

const shows = (names: string[]): Promise<void> =>
  eventually(async () => expect(await page.locator('li').allTextContents()).toEqual(names));

describe('a component', () => {
  it('shows the stored list, all pages of it, and what is created, updated and removed', async () => {
    await shows(['One', 'Two', 'Three']);
    const four = await createUser(carillon.url, 'Four');
    await shows(['One', 'Two', 'Three', 'Four']);
    await patch(`${carillon.url}/api/users/${four.id}`, { firstname: 'Fourth' });
    await shows(['One', 'Two', 'Three', 'Fourth']);
    await fetch(`${carillon.url}/api/users/${four.id}`, { method: 'DELETE' });
    await shows(['One', 'Two', 'Three']);
  });

  it('reads the stored list again on demand', async () => {
    const again = page.waitForRequest((request) => request.url().endsWith('/api/users?limit=2'));
    await page.locator('ul').dispatchEvent('click');
    await again;
    await page.locator('ul[data-state=live]').waitFor();
    await createUser(carillon.url, 'After');
    await shows(['One', 'Two', 'Three', 'After']);
  });

  it('ignores the answer of a snapshot that it has replaced, also of a function without a signal', async () => {
    await page.locator('p').dispatchEvent('click');
    await page.waitForFunction(() => (globalThis as unknown as Answers).answers.length === 2);
    await page.evaluate(async () => {
      const cursor = (await fetch('/api/users')).headers.get('Last-Event-ID')!;
      const { answers } = globalThis as unknown as Answers;
      const snapshots = ['Old', 'New'].map((firstname) => ({
        items: [{ id: firstname, firstname }],
        cursor,
      }));
      for (const index of [1, 0]) answers[index]!(snapshots[index]!);
    });
    await createUser(carillon.url, 'Event');
    await eventually(async () => expect(await page.locator('p').textContent()).toMatch(/Event$/));
    expect(await page.locator('p').textContent()).toBe('New,Event');
  });

  it('calls the handler of its last render, over one stream', async () => {
    let streams = 0;
    page.on('request', (request) => (streams += Number(request.url().includes('/event'))));
    await page.locator('button').click();
    await createUser(carillon.url, 'Seen');
    await page.getByText('clicked: Seen').waitFor();
    expect(streams).toBe(0);
  });
});
