import type { Browser, Locator, Page } from 'playwright-core';
import type { Message } from '../src/rooms/room/message.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { eventually, launchBrowser, watchForComplaints } from './support/browser.js';
import { Person } from './support/people.js';
import { createUser, listUsers } from './support/requests.js';

/** The limits of lists. */
const DEFAULTS: Readonly<Record<string, string[]>> = {
  listUsers: ['100'],
  listMessages: ['50'],
  searchMessages: ['50'],
};

describe('Swagger UI', () => {
  let application: RunningApplication;
  let browser: Browser;
  let page: Page;
  let ada: Person;
  const complaints: string[] = [];

  beforeAll(async () => {
    [application, browser] = await Promise.all([startApplication(), launchBrowser()]);
    ada = await Person.signUp(application.url, 'ada');
    const context = await browser.newContext({ viewport: { width: 1280, height: 1600 } });
    context.setDefaultTimeout(30_000);
    await context.addCookies([ada.cookie]);
    // All tests use one page, since it takes seconds to render.
    page = await context.newPage();
    await watchForComplaints(page, complaints);
    await page.goto(`${application.url}/api/docs`);
  });
  afterAll(async () => {
    await browser?.close();
    await application.stop();
  });

  afterEach(() => expect(complaints.splice(0)).toEqual([]));

  /** Shows an operation, ready to be tried. */
  async function opened(tag: string, operationId: string): Promise<Locator> {
    const operation = page.locator(`#operations-${tag}-${operationId}`);
    await operation.waitFor();
    const isOpen = (await operation.getAttribute('class'))!.includes('is-open');
    if (!isOpen) await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Execute' }).waitFor();
    return operation;
  }

  /** Sends what is filled in. */
  async function executed(operation: Locator) {
    const [response] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      operation.getByRole('button', { name: 'Execute' }).click(),
    ]);
    await shownAnswer(operation).waitFor();
    return { status: response.status(), body: (await response.json()) as unknown };
  }

  const shownAnswer = (operation: Locator): Locator =>
    operation.locator('.live-responses-table .response');

  it('creates two users when the same form is sent twice, and shows each', async () => {
    const operation = await opened('Users', 'createUser');
    const answers = [await executed(operation), await executed(operation)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    const created = answers.map(({ body }) => body as User);
    expect(new Set(created.map(({ id }) => id)).size).toBe(2);
    expect(await listUsers(application.url)).toEqual(expect.arrayContaining(created));
    expect(created[0]).toMatchObject({ firstname: 'John', lastname: 'DOE' });
    await shownAnswer(operation).getByText(created[1]!.id).first().waitFor();
  });

  it('posts two messages when the same form is sent twice', async () => {
    const room = await ada.makes('Analysis');
    const operation = await opened('Messages', 'postMessage');
    await operation.getByPlaceholder('id', { exact: true }).fill(room.id);
    const answers = [await executed(operation), await executed(operation)];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    const messages = answers.map(({ body }) => body as Message);
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(new Set(messages.map(({ clientId }) => clientId)).size).toBe(2);
  });

  it('fills in parameters only with their defaults', async () => {
    for (const [tag, operationId] of [
      ['Users', 'listUsers'],
      ['Users', 'updateUser'],
      ['Messages', 'listMessages'],
      ['Messages', 'searchMessages'],
      ['Streams', 'subscribeToEvents'],
    ] as const) {
      const operation = await opened(tag, operationId);
      const fields = operation.locator('.parameters-col_description input[type=text]');
      const values = async () => {
        const filled = (await fields.all()).map((field) => field.inputValue());
        return (await Promise.all(filled)).filter((value) => value !== '');
      };
      await eventually(async () =>
        expect([operationId, await values()]).toEqual([operationId, DEFAULTS[operationId] ?? []]),
      );
    }
  });

  it('shows the events of a stream within some seconds, and how to subscribe', async () => {
    const { id } = await createUser(application.url, 'Charles', 'BABBAGE');
    // Both wait at the same time.
    const operations = [
      await subscribed('Users', 'subscribeToUsers', '/api/users/event'),
      await subscribed('Streams', 'subscribeToEvents', '/api/events'),
    ];
    for (const operation of operations) {
      const answer = shownAnswer(operation);
      await answer.locator('.response-col_status').filter({ hasText: '200' }).waitFor();
      expect(await answer.textContent()).toMatch(
        new RegExp(`retry: .*event: .*${id}.*ended the stream`, 's'),
      );
    }
  });

  async function subscribed(tag: string, operationId: string, path: string): Promise<Locator> {
    const operation = await opened(tag, operationId);
    await operation.getByText(new RegExp(`curl -N 'http://localhost:\\d+${path}'`)).waitFor();
    await operation.getByPlaceholder('lastEventId').fill('earliest');
    await operation.getByRole('button', { name: 'Execute' }).click();
    return operation;
  }
});
