import fc from 'fast-check';
import { rmSync } from 'node:fs';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { eventually, launchBrowser } from '../../../test/support/browser.js';
import { CarillonProcess } from '../../../test/support/process.js';
import { createUser } from '../../../test/support/requests.js';
import { bundle } from './support/bundle.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

beforeAll(() => console.info(`TEST_SEED=${seed}`));

/** What a tab does: it follows the users, and keeps their names in the order in which they arrive. */
const TAB = `
  globalThis.names = [];
  globalThis.snapshots = 0;
  globalThis.following = bundle.follow({
    url: '/api/users/event',
    shareTabs: 'users',
    heartbeat: 300,
    retry: 50,
    snapshot: async ({ signal }) => {
      const { body, cursor } = await bundle.readJson('/api/users?limit=1000', { signal });
      names = body.map(({ firstname }) => firstname);
      snapshots++;
      return cursor;
    },
    on: { update: ({ firstname }) => void names.push(firstname) },
  });
`;

let browser: Browser;
let script: string;
let carillon: CarillonProcess;
let context: BrowserContext;
/** URLs of the streams that were opened. */
let streams: string[];

beforeAll(async () => {
  [browser, script] = await Promise.all([
    launchBrowser(),
    bundle("export { follow, readJson } from '@carillon/client';"),
  ]);
});
afterAll(() => browser?.close());

beforeEach(async () => {
  carillon = await CarillonProcess.start({ STREAM_HEARTBEAT: '300ms' });
  context = await browser.newContext();
  streams = [];
  context.on('request', (request) => {
    if (request.url().includes('/api/users/event')) streams.push(request.url());
  });
  await context.route('**/tab', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<script>${script}${TAB}</script>` }),
  );
});
afterEach(async () => {
  await context.close();
  await carillon.kill();
  rmSync(carillon.folder, { recursive: true });
});

/** A tab of one browser, whose JavaScript can be suspended. */
class Tab {
  suspended = false;

  private constructor(
    readonly page: Page,
    private readonly devtools: CDPSession,
  ) {}

  static async open(): Promise<Tab> {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Debugger.enable');
    await page.goto(`${carillon.url}/tab`);
    const tab = new Tab(page, devtools);
    await eventually(async () => expect(await tab.state()).toBe('live'));
    return tab;
  }

  names = (): Promise<string[]> => this.page.evaluate<string[]>('names');
  leads = (): Promise<boolean> => this.page.evaluate<boolean>('following.leads');
  state = (): Promise<string> => this.page.evaluate<string>('following.status.state');
  snapshots = (): Promise<number> => this.page.evaluate<number>('snapshots');

  /** As a browser does with a tab that nobody sees: no task of the page runs. It keeps its lock. */
  async suspend(): Promise<void> {
    this.suspended = true;
    const paused = new Promise((resolve) => this.devtools.once('Debugger.paused', resolve));
    await this.devtools.send('Debugger.pause');
    void this.page.evaluate('0').catch(() => undefined);
    await paused;
  }

  async resume(): Promise<void> {
    this.suspended = false;
    await this.devtools.send('Debugger.resume');
  }

  async has(names: readonly string[]): Promise<void> {
    await eventually(async () => expect(await this.names()).toEqual(names));
  }
}

async function create(names: string[], name: string): Promise<void> {
  await createUser(carillon.url, name);
  names.push(name);
}

describe('a tab whose leader is suspended', () => {
  it('takes over while it is visible; the leader steps down when it runs again; neither loses or doubles an event', async () => {
    const created: string[] = [];
    const [leader, other] = [await Tab.open(), await Tab.open()];
    expect([await leader.leads(), await other.leads()]).toEqual([true, false]);
    await create(created, 'Before');
    await other.has(created);
    await leader.suspend();
    await create(created, 'While the leader sleeps');
    // Fails here if a tab does not take the lock from a leader that does not answer: it would wait for it forever.
    await eventually(async () =>
      expect({ visibleTabLeads: await other.leads() }).toEqual({ visibleTabLeads: true }),
    );
    await other.has(created);

    await leader.resume();
    await create(created, 'When it runs again');
    for (const tab of [leader, other]) await tab.has(created);
    await eventually(async () =>
      expect([await leader.leads(), await other.leads()]).toEqual([false, true]),
    );
    await create(created, 'At last');
    for (const tab of [leader, other]) await tab.has(created);
    expect(streams).toHaveLength(2);
    // Whatever was missed came from the other tab.
    expect([await leader.snapshots(), await other.snapshots()]).toEqual([1, 1]);
  });

  it('does so whatever is suspended, resumed, closed and opened', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.constantFrom('suspend', 'resume', 'close', 'open'), fc.nat({ max: 9 })),
          { minLength: 6, maxLength: 10 },
        ),
        async (steps) => {
          const created = await namesOf();
          const tabs = [await Tab.open(), await Tab.open(), await Tab.open()];
          for (const [step, which] of steps) {
            await take(step, which, tabs);
            await create(created, `Event ${created.length}`);
            await create(created, `Event ${created.length}`);
          }
          for (const tab of tabs) if (tab.suspended) await tab.resume();
          await create(created, `Event ${created.length}`);
          for (const tab of tabs) await tab.has(created);
          await Promise.all(tabs.map(({ page }) => page.close()));
        },
      ),
      { seed, numRuns: 2, endOnFailure: true },
    );
  });
});

async function namesOf(): Promise<string[]> {
  const users = (await (await fetch(`${carillon.url}/api/users?limit=1000`)).json()) as {
    firstname: string;
  }[];
  return users.map(({ firstname }) => firstname);
}

async function take(step: string, which: number, tabs: Tab[]): Promise<void> {
  const tab = tabs[which % tabs.length]!;
  if (step === 'open' && tabs.length < 5) tabs.push(await Tab.open());
  if (step === 'resume' && tab.suspended) await tab.resume();
  if (step === 'suspend' && !tab.suspended) await tab.suspend();
  if (step === 'close' && tabs.length > 1) {
    if (tab.suspended) await tab.resume();
    await tab.page.close();
    tabs.splice(tabs.indexOf(tab), 1);
  }
}
