import type { Locator, Page } from 'playwright-core';
import type { Message } from '../../src/rooms/room/message.js';
import { findsNothing } from '../support/accessibility.js';
import { eventually, focused } from '../support/browser.js';
import {
  ada,
  browserOf,
  carillon,
  composer,
  grace,
  history,
  open,
  restartServer,
  room,
  said,
  tabOf,
  useChat,
  write,
} from '../support/chat.js';
import { Person } from '../support/people.js';
import { filePath, photo, postsFiles, uploads } from '../support/uploads.js';
import { button, complaints, isInReach, overflow, overflowBelow } from '../support/windows.js';

useChat();

interface Chosen {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const tray = (page: Page): Locator => page.getByRole('list', { name: 'Attached files' });
const waiting = (page: Page, name: string): Locator =>
  tray(page).getByRole('listitem').filter({ hasText: name });
const files = (page: Page): Locator => history(page).getByRole('list', { name: 'Files' });
const image = (page: Page, name: string): Locator =>
  files(page).getByRole('link', { name: `Open ${name}` });
const viewer = (page: Page): Locator => page.getByRole('dialog', { name: 'Images' });

const bridge = async (name = 'bridge.jpg', width = 1200, height = 800): Promise<Chosen> => ({
  name,
  mimeType: 'image/jpeg',
  buffer: Buffer.from(await photo(width, height)),
});
const notes: Chosen = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Notes') };

async function choose(page: Page, ...chosen: Chosen[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    button(page, 'Attach files').click(),
  ]);
  await chooser.setFiles(chosen);
}

/** What the browser does for a paste or a drop. */
const gives = (
  page: Page,
  event: 'paste' | 'drop',
  { name, mimeType, buffer }: Chosen,
  field = '.room-talk textarea',
) =>
  page.evaluate(`(() => {
    const bytes = Uint8Array.from(atob('${buffer.toString('base64')}'), (char) => char.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], '${name}', { type: '${mimeType}' }));
    const given = '${event}' === 'paste'
      ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector('${field}').dispatchEvent(given);
  })()`);

const isUploaded = (page: Page, name: string): Promise<void> =>
  waiting(page, name).getByRole('status').filter({ hasText: 'is uploaded' }).waitFor();

/** @returns a function that lets the uploads go on */
async function holdUploads(page: Page): Promise<() => void> {
  const held = Promise.withResolvers<void>();
  await page.route('**/files/**', async (route) => {
    await held.promise;
    await route.continue().catch(() => {}); // cancelled meanwhile
  });
  return held.resolve;
}

const sendsLater = (page: Page): Locator =>
  page.getByText('The message is sent when all files are uploaded.');

const named = (name: string): object => expect.objectContaining({ name });

const lastMessage = async (): Promise<Message> =>
  (await ada.gets<Message[]>(`/api/rooms/${room.id}/messages`)).at(-1)!;

describe('files', () => {
  it('are chosen, pasted and dropped, and sent together with a text', async () => {
    const [page, theirs] = [await open(ada), await open(grace)];
    await choose(page, await bridge(), notes);
    await gives(page, 'paste', await bridge('pasted.jpg'));
    await gives(page, 'drop', { ...notes, name: 'dropped.txt' });
    for (const name of ['bridge.jpg', 'notes.txt', 'pasted.jpg', 'dropped.txt'])
      await isUploaded(page, name);
    expect(await focused(page)).toContain('Message to');
    await findsNothing(page, 'attached files');
    await waiting(page, 'notes.txt').getByRole('button', { name: 'Remove notes.txt' }).click();
    expect(await focused(page)).toBe('Remove pasted.jpg');

    await composer(page).fill('The bridge');
    await composer(page).press('Enter');
    await tray(page).waitFor({ state: 'detached' });
    for (const one of [page, theirs]) {
      await image(one, 'bridge.jpg').waitFor();
      await image(one, 'pasted.jpg').waitFor();
      await files(one).getByRole('link', { name: 'Download dropped.txt, 5 bytes' }).waitFor();
    }
    const { text, files: sent } = await lastMessage();
    expect([text, sent.map(({ name }) => name)]).toEqual([
      'The bridge',
      ['bridge.jpg', 'pasted.jpg', 'dropped.txt'],
    ]);
  });

  it('are attached to a reply in a thread, apart from those of the message to the room', async () => {
    const question = await grace.says(room, 'Which bridge?');
    await grace.repliesTo(question, 'The old one');
    const page = await open(ada);
    const thread = page.getByRole('complementary', { name: 'Thread' });
    await said(page, 'Which bridge?')
      .getByRole('button', { name: /reply · last/ })
      .click();
    const field = thread.getByRole('textbox', { name: 'Reply in this thread' });
    await field.waitFor();
    await gives(page, 'drop', notes, '.side-pane textarea');
    await gives(page, 'paste', await bridge(), '.side-pane textarea');
    await gives(page, 'drop', { ...notes, name: 'of the room.txt' });
    for (const name of ['notes.txt', 'bridge.jpg', 'of the room.txt']) await isUploaded(page, name);
    const attached = thread.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
    expect(await attached.count()).toBe(2);
    await findsNothing(page, 'files of a reply in a thread');
    await page.reload();
    complaints.splice(0);
    await thread.getByText('bridge.jpg is uploaded').waitFor();
    await field.fill('This one');
    await field.press('Enter');
    await thread.getByRole('link', { name: 'Open bridge.jpg' }).waitFor();
    await eventually(async () =>
      expect(await lastMessage()).toMatchObject({
        text: 'This one',
        threadOf: question.seq,
        files: [{ name: 'notes.txt' }, { name: 'bridge.jpg' }],
      }),
    );
    await waiting(page, 'of the room.txt').waitFor();
  });

  it('are sent by one press of Enter, as soon as they are uploaded, also while the user is elsewhere', async () => {
    const question = await grace.says(room, 'Which notes?');
    await grace.repliesTo(question, 'The last ones');
    const page = await open(ada);
    const goOn = await holdUploads(page);
    await said(page, 'Which notes?')
      .getByRole('button', { name: /reply · last/ })
      .click();
    const thread = page.getByRole('complementary', { name: 'Thread' });
    const reply = thread.getByRole('textbox', { name: 'Reply in this thread' });
    await reply.waitFor();
    await gives(page, 'drop', notes, '.side-pane textarea');
    await reply.fill('These');
    await reply.press('Enter');
    await sendsLater(page).waitFor();
    await button(thread, 'Close').click();
    await thread.waitFor({ state: 'detached' });
    await choose(page, { ...notes, name: 'other.txt' });
    await waiting(page, 'other.txt').waitFor();
    await composer(page).press('Enter');
    await sendsLater(page).waitFor();
    await page.evaluate(`location.hash = '#/profile'`);
    await composer(page).waitFor({ state: 'detached' });
    goOn();
    await eventually(async () => {
      const [, , ...sent] = await ada.gets<Message[]>(`/api/rooms/${room.id}/messages`);
      expect(sent).toHaveLength(2);
      expect(sent).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ text: '', threadOf: null, files: [named('other.txt')] }),
          expect.objectContaining({
            text: 'These',
            threadOf: question.seq,
            files: [named('notes.txt')],
          }),
        ]),
      );
    });
    await page.goBack();
    await files(page)
      .getByRole('link', { name: /other\.txt/ })
      .waitFor();
    expect(await tray(page).count()).toBe(0);
  });

  it('that a message waits for are sent with the text as it was then, whatever is typed in other tabs', async () => {
    const context = await browserOf(ada);
    const [one, other] = [await tabOf(context), await tabOf(context)];
    const goOn = await holdUploads(one);
    await choose(one, notes);
    await composer(one).fill('Caption');
    await eventually(async () => expect(await composer(other).inputValue()).toBe('Caption'));
    await composer(one).press('Enter');
    await sendsLater(one).waitFor();
    await findsNothing(one, 'a message that waits for its files');
    await eventually(async () => expect(await composer(other).inputValue()).toBe(''));
    const [copy] = await Promise.all([
      one.waitForEvent('popup'),
      one.evaluate('void open(location.href)'),
    ]);
    await copy.locator('.pill-live').waitFor({ state: 'attached' });
    expect(await copy.evaluate('sessionStorage.length')).toBeGreaterThan(0);
    expect(await composer(copy).inputValue()).toBe('');
    await composer(other).fill('An unfinished thou');
    expect(await composer(one).inputValue()).toBe('Caption');
    goOn();
    await eventually(async () =>
      expect(await lastMessage()).toMatchObject({ text: 'Caption', files: [named('notes.txt')] }),
    );
    await eventually(async () =>
      expect(await composer(one).inputValue()).toBe('An unfinished thou'),
    );
    expect(await ada.reads(room)).toEqual(['Caption']);
  });

  it('that a message waits for give it back when it is cancelled, or when the last of them is removed', async () => {
    const page = await open(ada);
    await holdUploads(page);
    await composer(page).fill('Caption');
    for (const cancel of [
      () => page.keyboard.press('Escape'),
      () => button(page, 'Cancel sending').click(),
      () => button(page, 'Remove notes.txt').click(),
    ]) {
      if ((await tray(page).count()) === 0) await choose(page, notes);
      await composer(page).press('Enter');
      await sendsLater(page).waitFor();
      await page.keyboard.type(' and more');
      await cancel();
      await sendsLater(page).waitFor({ state: 'detached' });
      expect(await composer(page).inputValue()).toBe('Caption');
      expect(await focused(page)).toContain('Message to');
    }
    expect(await tray(page).count()).toBe(0);
    expect(await ada.reads(room)).toEqual([]);
    await composer(page).press('Enter');
    await said(page, 'Caption').waitFor();
  });

  it('that are still being uploaded are lost by a sign-out only after a question, and nothing of them is kept', async () => {
    const page = await open(ada);
    const held = Promise.withResolvers<void>();
    await page.route('**/files/**', async (route) => {
      await held.promise;
      await route.abort().catch(() => {}); // cancelled meanwhile
    });
    await choose(page, { ...notes, name: 'medical-results.txt' });
    await composer(page).fill('For the doctor');
    await composer(page).press('Enter');
    await sendsLater(page).waitFor();
    const ended = page.waitForEvent('requestfailed', (request) =>
      request.url().includes('/files/'),
    );
    await button(page, 'Sign out').click();
    await page.getByText('Files are still being uploaded.').waitFor();
    expect(await overflow(page)).toBe(0);
    await button(page, 'Sign out: press again to confirm').click();
    await page.getByLabel('Password').waitFor();
    held.resolve();
    await ended;
    await page.evaluate('new Promise(requestAnimationFrame)');
    const stored = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }])';
    expect(await page.evaluate(stored)).not.toMatch(/medical-results|For the doctor|draft/);
  });

  it('that a message waits for give it back when the session is revoked', async () => {
    const page = await open(ada);
    await holdUploads(page);
    await choose(page, notes);
    await write(page, 'For the doctor');
    await sendsLater(page).waitFor();
    const elsewhere = await Person.signIn(carillon.url, ada.user.username!);
    await elsewhere.does('DELETE', '/api/sessions?except=current');
    await page.getByLabel('Password').waitFor();
    complaints.splice(0);
    expect(await page.evaluate('Object.values(localStorage).join()')).toContain('For the doctor');
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('For the doctor');
  });

  it('that are interrupted by themselves do not blame the connection, and can be uploaded again at once', async () => {
    const page = await open(ada);
    // The page would not try again by itself within the test.
    const later = { status: 503, headers: { 'Retry-After': '600' } };
    await page.route(/name=notes/, (route) => route.fulfill(later));
    await choose(page, notes, { ...notes, name: 'other.txt' });
    await isUploaded(page, 'other.txt');
    await waiting(page, 'notes.txt').getByText('Interrupted. Trying again soon.').waitFor();
    await page.unroute(/name=notes/);
    await button(page, 'Upload notes.txt again').click();
    await isUploaded(page, 'notes.txt');
  });

  it('leave Send within reach on a small screen, next to a long text and a reply', async () => {
    await grace.says(room, 'Which lines?');
    const page = await open(ada);
    await said(page, 'Which lines?').hover();
    await button(page, 'Reply to: Which lines?').click();
    await composer(page).fill(Array.from({ length: 30 }, (_, n) => `Line ${n}`).join('\n'));
    for (const name of ['1.txt', '2.txt', '3.txt', '4.txt']) await choose(page, { ...notes, name });
    await isUploaded(page, '4.txt');
    const small = [
      [320, 568],
      [390, 420],
      [360, 380],
    ] as const;
    for (const [width, height] of small) {
      await page.setViewportSize({ width, height });
      const reach = await Promise.all(
        ['Send', 'Attach files', 'Cancel the reply'].map((name) => isInReach(button(page, name))),
      );
      const seen = { reach, below: await overflowBelow(page), aside: await overflow(page) };
      expect({ width, ...seen }).toEqual({ width, reach: [true, true, true], below: 0, aside: 0 });
    }
    await button(page, 'Remove 4.txt').scrollIntoViewIfNeeded();
    expect(await isInReach(button(page, 'Remove 4.txt'))).toBe(true);
  });

  it('say why they are refused, and can be uploaded again, or cancelled', async () => {
    const page = await open(ada);
    await page.route('**/files/**', (route) =>
      route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: 'urn:carillon:problem:conflict', detail: 'No space left.' }),
      }),
    );
    await choose(page, notes, { ...notes, name: 'more.txt' });
    await waiting(page, 'notes.txt').getByText('No space left.').waitFor();
    await waiting(page, 'more.txt').getByText('No space left.').waitFor();
    await findsNothing(page, 'refused files');
    await page.unroute('**/files/**');
    await button(page, 'Upload notes.txt again').click();
    await isUploaded(page, 'notes.txt');
    await button(page, 'Remove more.txt').click();
    await composer(page).press('Enter');
    await files(page)
      .getByRole('link', { name: /notes\.txt/ })
      .waitFor();
  });

  it('that can never be uploaded are removed before the message is sent', async () => {
    const page = await open(ada);
    const empty = { ...notes, name: 'empty.txt', buffer: Buffer.alloc(0) };
    await choose(page, empty, notes);
    await waiting(page, 'empty.txt').getByText('The file is empty.').waitFor();
    await isUploaded(page, 'notes.txt');
    expect(await button(page, 'Upload empty.txt again').count()).toBe(0);
    await composer(page).press('Enter');
    const hint = page.getByRole('alert').filter({ hasText: 'Remove empty.txt to send.' });
    await hint.waitFor();
    await findsNothing(page, 'a file that can never be uploaded');
    await button(page, 'Remove empty.txt').click();
    await hint.waitFor({ state: 'detached' });
    await composer(page).press('Enter');
    await eventually(async () => expect((await lastMessage()).files).toEqual([named('notes.txt')]));
  });

  it('have an icon if they are not the images that their names say', async () => {
    const page = await open(ada);
    await choose(page, { ...notes, name: 'fake.png', mimeType: 'image/png' });
    await waiting(page, 'fake.png').locator('.file-icon').waitFor();
    expect(await waiting(page, 'fake.png').locator('img').count()).toBe(0);
  });

  it('go on after an outage, survive a reload once uploaded, and a kill once sent', async () => {
    const page = await open(ada);
    await restartServer(async () => {
      await choose(page, await bridge());
      await waiting(page, 'bridge.jpg')
        .getByText('Continues when the connection is back')
        .waitFor();
    });
    await isUploaded(page, 'bridge.jpg');
    await page.reload();
    complaints.splice(0);
    await isUploaded(page, 'bridge.jpg');
    await composer(page).press('Enter');
    await history(page).locator('article:not(.message-waiting, .message-sent)').waitFor();
    await restartServer();
    const theirs = await open(grace);
    await image(theirs, 'bridge.jpg').waitFor();
    const { files: sent } = await lastMessage();
    const preview = await grace.send('GET', `${filePath(room, sent[0]!.id)}/preview`);
    expect(preview.status).toBe(200);
  });

  it('that a reload stops are named after it, and can be attached again', async () => {
    const page = await open(ada);
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await choose(page, { ...notes, name: 'before.txt' });
    await isUploaded(page, 'before.txt');
    await page.route('**/files/**', (route) => route.abort());
    await choose(page, notes, { ...notes, name: 'more.txt' });
    await waiting(page, 'more.txt').getByText('Interrupted').waitFor();
    await composer(page).fill('With notes');
    await composer(page).press('Enter');
    await sendsLater(page).waitFor();
    await page.reload();
    complaints.splice(0);
    expect(asked).toEqual(['beforeunload']);

    await isUploaded(page, 'before.txt');
    await waiting(page, 'notes.txt').getByText('Not uploaded before').waitFor();
    await composer(page).press('Enter');
    await page.getByText('Remove notes.txt, more.txt to send.').waitFor();
    await page.unroute('**/files/**');
    await choose(page, notes);
    await isUploaded(page, 'notes.txt');
    await button(page, 'Remove more.txt').click();
    await composer(page).press('Enter');
    await eventually(async () =>
      expect(await lastMessage()).toMatchObject({
        text: 'With notes',
        files: [named('before.txt'), named('notes.txt')],
      }),
    );
    await page.reload();
    complaints.splice(0);
    expect(asked).toHaveLength(1);
  });

  it('are found by their names, and shown by the search', async () => {
    await postsFiles(
      ada,
      room,
      [
        await uploads(ada, room, await photo(), { name: 'harbour.jpg' }),
        await uploads(ada, room, 'x', { name: 'timetable.txt' }),
      ],
      'For the trip',
    );
    const page = await open(grace, '/#/search?q=harbour');
    const found = page.getByRole('link', { name: /For the trip/ });
    await found.locator('mark').filter({ hasText: 'harbour' }).waitFor();
    await found.getByText('timetable.txt').waitFor();
    await findsNothing(page, 'found files');
    expect(await overflow(page)).toBe(0);
  });

  it('have their height before they are loaded', async () => {
    for (let n = 0; n < 5; n++) await ada.says(room, `Line ${n}.`);
    await postsFiles(ada, room, [await uploads(ada, room, await photo(1000, 700))], 'Tall');
    const context = await browserOf(grace);
    const height = async () => Math.round((await said(page, 'Tall').boundingBox())!.height);
    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await context.route('**/preview', async (route) => {
      await held;
      await route.continue();
    });
    const page = await tabOf(context);
    await said(page, 'Tall').waitFor();
    const before = await height();
    expect(before).toBeGreaterThan(280);
    goOn();
    await eventually(async () =>
      expect(await page.evaluate('document.querySelector(".file-image img").naturalWidth')).toBe(
        672,
      ),
    );
    expect(await height()).toBe(before);
  });

  it('of a room are viewed one after the other, with the keyboard, and the focus returns', async () => {
    for (const name of ['first.jpg', 'second.jpg'])
      await postsFiles(ada, room, [await uploads(ada, room, await photo(600, 400), { name })]);
    const context = await browserOf(grace);
    const page = await tabOf(context);
    await image(page, 'first.jpg').click();
    const shown = viewer(page).getByRole('img');
    await viewer(page).getByText('1 of 2').waitFor();
    expect(await focused(page)).toBe('Close');
    await page.keyboard.press('ArrowLeft');
    expect(await shown.getAttribute('alt')).toBe('first.jpg');
    await page.keyboard.press('ArrowRight');
    await viewer(page).getByText('2 of 2').waitFor();
    expect(await shown.getAttribute('alt')).toBe('second.jpg');
    await eventually(async () =>
      expect(await page.evaluate('document.querySelector(".viewer img").naturalWidth')).toBe(400),
    );
    await findsNothing(page, 'the viewer of images');
    await page.keyboard.press('Escape');
    await viewer(page).waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Open first.jpg');
  });
});
