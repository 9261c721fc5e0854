import type { BrowserContext, CDPSession, Page, Worker } from 'playwright-core';
import { findsNothing } from '../support/accessibility.js';
import { eventually } from '../support/browser.js';
import {
  ada,
  carillon,
  browserOf,
  grace,
  restartServer,
  room,
  said,
  useChat,
} from '../support/chat.js';
import { Person } from '../support/people.js';
import { TestPushService } from '../support/push-service.js';
import { button, complaints, newPage } from '../support/windows.js';

useChat({ PUSH_PRIVATE_ADDRESSES: 'true', PUSH_DELAY: '100ms' });

const SETTING = 'Notify me on this device of mentions and direct messages';

/** The browser of a person, with a service worker. The push service of a test replaces that of the browser, which has none here. */
async function deviceOf(person: Person, service: TestPushService): Promise<BrowserContext> {
  const context = await browserOf(person, { serviceWorkers: 'allow' });
  await context.grantPermissions(['notifications'], { origin: carillon.url });
  const { endpoint, p256dh, auth } = service.subscribe(`/${person.id}`);
  await context.addInitScript(`{
    const known = () => sessionStorage.getItem('subscribed') === 'yes';
    const subscription = {
      options: { applicationServerKey: null },
      toJSON: () => (${JSON.stringify({ endpoint, keys: { p256dh, auth } })}),
      unsubscribe: async () => (sessionStorage.removeItem('subscribed'), true),
    };
    PushManager.prototype.getSubscription = async () => (known() ? subscription : null);
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
      subscription.options.applicationServerKey = applicationServerKey.buffer;
      sessionStorage.setItem('subscribed', 'yes');
      return subscription;
    };
    navigator.setAppBadge = async (count) => (window.badge = count);
    navigator.clearAppBadge = async () => (window.badge = 0);
  }`);
  return context;
}

async function workerOf(context: BrowserContext): Promise<Worker> {
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  await worker.evaluate(`new Promise((resolve) => registration.active?.state === 'activated'
    ? resolve() : setInterval(() => registration.active?.state === 'activated' && resolve(), 20))`);
  return worker;
}

/** Delivers a push as the push service of the browser would. */
async function deliver(page: Page, data: object): Promise<void> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const registration = new Promise<string>((resolve) =>
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [first] }) => {
      if (first) resolve(first.registrationId);
    }),
  );
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.deliverPushMessage', {
    origin: carillon.url,
    registrationId: await registration,
    data: JSON.stringify(data),
  });
}

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly data: {
    readonly roomId: string;
    readonly seq: number;
    readonly threadOf: number | null;
  };
}

/** This browser has no notifications, so the worker records what it shows. */
const recordShown = (worker: Worker) =>
  worker.evaluate(`self.shown = new Map();
    ServiceWorkerRegistration.prototype.showNotification = async (title, { body, tag, data }) =>
      void shown.set(tag, { title, body, tag, data });`);

const shownIn = (worker: Worker) => worker.evaluate<Shown[]>('[...shown.values()]');

const click = (worker: Worker) =>
  worker.evaluate(`dispatchEvent(Object.assign(new ExtendableEvent('notificationclick'),
    { notification: { close: () => shown.clear(), data: [...shown.values()][0].data } }))`);

describe('the installed page', () => {
  let service: TestPushService;
  beforeAll(async () => (service = await TestPushService.start()));
  afterAll(() => service.stop());

  it('notifies this device after a click, shows a push once, opens its message, and closes it when it is read elsewhere', async () => {
    const context = await deviceOf(grace, service);
    const page = await newPage(context);
    await page.goto(`${carillon.url}/#/profile`);
    const worker = await workerOf(context);
    expect(service.received).toHaveLength(0);
    await page.getByRole('checkbox', { name: SETTING }).check();
    await page.getByText('You are also notified while no tab').waitFor();
    await findsNothing(page, 'the setting for push notifications');
    await recordShown(worker);
    const message = await ada.says(room, '**Look**, @grace1');
    await eventually(async () => expect(service.tagsOf(`/${grace.id}`)).toEqual([message.id]));
    await eventually(async () => expect(await page.evaluate('window.badge')).toBe(1));

    const { payload } = service.received[0]!;
    await deliver(page, payload);
    await deliver(page, payload);
    const expected = {
      title: `\u2068Ada Lovelace\u2069 in \u2068${room.name}\u2069`,
      body: 'Look, @grace1',
      tag: message.id,
      data: { roomId: room.id, seq: message.seq, threadOf: null },
    };
    await eventually(async () => expect(await shownIn(worker)).toEqual([expected]));
    await click(worker);
    await said(page, 'Look, @grace1').waitFor();
    expect(await shownIn(worker)).toEqual([]);

    await page.goto(`${carillon.url}/#/profile`);
    const question = await ada.says(room, 'And now, @grace1?');
    const reply = await ada.repliesTo(question, 'Now, @grace1!');
    await eventually(async () => expect(service.tagsOf(`/${grace.id}`)).toHaveLength(3));
    for (const { payload } of service.received.slice(1)) await deliver(page, payload);
    await eventually(async () => expect(await shownIn(worker)).toHaveLength(2));
    await page.evaluate(`{
      window.closedTags = [];
      const shown = ${JSON.stringify(await shownIn(worker))};
      ServiceWorkerRegistration.prototype.getNotifications = async () =>
        shown.filter(({ tag }) => !closedTags.includes(tag))
          .map(({ tag, data }) => ({ data, close: () => closedTags.push(tag) }));
    }`);
    const closed = (tags: string[]) =>
      eventually(async () => expect(await page.evaluate('closedTags')).toEqual(tags));
    const inRoom = `/api/rooms/${room.id}`;
    await grace.does('PUT', `${inRoom}/threads/${question.seq}/read`, { seq: reply.seq });
    await closed([reply.id]);
    await grace.does('PUT', `${inRoom}/read`, { seq: question.seq });
    await closed([reply.id, question.id]);
    await button(page, 'Sign out here').click();
    await eventually(async () =>
      expect(await page.evaluate(`sessionStorage.getItem('subscribed')`)).toBeNull(),
    );
    await context.close();
  });

  it('opens without a server, and never from a stored response of the API', async () => {
    const context = await deviceOf(ada, service);
    const page = await newPage(context);
    await page.goto(`${carillon.url}/#/rooms/${room.id}`);
    await page.locator('.pill-live').waitFor();
    const worker = await workerOf(context);
    await restartServer(async () => {
      const offline = await context.newPage();
      await offline.goto(`${carillon.url}/`);
      await offline.getByText('There is no connection to the server').waitFor();
      await offline.close();
    });
    complaints.splice(0); // about code that the other tab loads ahead
    const stored = await worker.evaluate<string[]>(`caches.keys().then(async ([name]) =>
      (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname))`);
    expect(stored).toContain('/');
    expect(stored.filter((path) => path !== '/' && !path.startsWith('/assets/'))).toEqual([]);
    await context.close();
  });
});
