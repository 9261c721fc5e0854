import type { Browser, Locator, Page } from 'playwright-core';
import type { Message } from '../src/rooms/message.js';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { launchBrowser, watchForComplaints } from './support/browser.js';
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
  let complaints: string[];

  beforeAll(async () => {
    application = await startApplication();
    browser = await launchBrowser();
    ada = await Person.signUp(application.url, 'ada');
  });
  afterAll(async () => {
    await browser?.close();
    await application.stop();
  });

  beforeEach(async () => {
    complaints = [];
    const context = await browser.newContext({ viewport: { width: 1280, height: 1600 } });
    context.setDefaultTimeout(15_000);
    await context.addCookies([ada.cookie]);
    page = await context.newPage();
    await watchForComplaints(page, complaints);
    await page.goto(`${application.url}/api/docs`);
  });
  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  /** Shows an operation, ready to be tried. */
  async function opened(tag: string, operationId: string): Promise<Locator> {
    const operation = page.locator(`#operations-${tag}-${operationId}`);
    await operation.locator('.opblock-summary-control').click();
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

  it('fills in no parameter but with its default', async () => {
    for (const [tag, operationId] of [
      ['Users', 'listUsers'],
      ['Users', 'updateUser'],
      ['Messages', 'listMessages'],
      ['Messages', 'searchMessages'],
      ['Streams', 'subscribeToEvents'],
    ] as const) {
      const operation = await opened(tag, operationId);
      const fields = operation.locator('.parameters-col_description input[type=text]');
      const filled = (await fields.all()).map((field) => field.inputValue());
      const values = (await Promise.all(filled)).filter((value) => value !== '');
      expect([operationId, values]).toEqual([operationId, DEFAULTS[operationId] ?? []]);
    }
  });

  it('shows what arrives on a stream within some seconds, and how to subscribe', async () => {
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
    await operation.locator('.loading-container').waitFor();
    return operation;
  }
});
