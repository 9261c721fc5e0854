import { SignJWT } from 'jose';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import pg from 'pg';
import { startApplication } from './support/application.js';
import { eventually, launchBrowser } from './support/browser.js';
import { temporaryFolder } from './support/files.js';
import { TestIssuer } from './support/issuer.js';
import { keyCommand } from './support/key-command.js';
import { addKey } from './support/keys.js';
import { send } from './support/people.js';
import { sharedPostgres } from './support/shared-postgres.js';
import { CarillonProcess } from './support/process.js';
import { subscribe } from './support/raw-subscriber.js';
import { codeIn, documentAt, fileIn, settingsIn, Shell } from './support/shell.js';

const AUDIENCE = 'carillon';
/** Where the documents find Carillon and the application. */
const [CARILLON, APPLICATION] = ['http://localhost:8000', 'http://localhost:3000'];

/** Java compiles its program each time that it runs it. The fast compiler halves the CPU time of that. */
const JDK_JAVA_OPTIONS = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version']).error === undefined;

/** A test that is skipped, and says so, on a machine without the language. */
const withLanguage = (program: string, title: string, test: () => Promise<void>): void =>
  // oxlint-disable-next-line jest/no-disabled-tests, jest/valid-title -- not every machine has every language.
  isInstalled(program) ? it(title, test) : it.skip(`${title}: ${program} is not installed`, test);

let browser: Browser;
let issuer: TestIssuer;
let pages: Server;
let origin: string;
/** The page that the application serves. */
let html = '';
const folder = temporaryFolder();

beforeAll(async () => {
  browser = await launchBrowser();
  issuer = await TestIssuer.start();
  pages = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(html),
  );
  await once(pages.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  pages.close();
  await issuer.stop();
  rmSync(folder, { recursive: true });
});

const tokenOf = (sub: string): Promise<string> => issuer.token({ sub, aud: AUDIENCE });

/** A recipe, and the Carillon that its first line starts. */
class Recipe {
  private constructor(
    readonly text: string,
    readonly carillon: CarillonProcess,
  ) {}

  static async start(name: string): Promise<Recipe> {
    const text = documentAt(`docs/recipes/${name}.md`).replaceAll(APPLICATION, origin);
    const { AUTH_ISSUER, ...settings } = settingsIn(codeIn(text, 'sh')[0]!);
    const issued = AUTH_ISSUER === undefined ? {} : { AUTH_ISSUER: issuer.url };
    return new Recipe(text, await CarillonProcess.start({ ...settings, ...issued }));
  }

  async stop(): Promise<void> {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await this.carillon.kill();
    rmSync(this.carillon.folder, { recursive: true });
  }

  async key(...grants: string[]): Promise<string> {
    const { stdout } = await keyCommand(this.carillon.folder, {}, 'create', 'recipe', ...grants);
    return stdout.trim();
  }

  /** Saves a program of the recipe. */
  save(name: string): string {
    const path = join(folder, name);
    writeFileSync(path, fileIn(this.text, name));
    return path;
  }

  /** Runs a program of the recipe, and returns what it prints. */
  async run(
    program: string,
    name: string,
    variables: Record<string, string>,
    ...args: string[]
  ): Promise<string> {
    const base = { PATH: process.env['PATH'], JDK_JAVA_OPTIONS, CARILLON: this.carillon.url };
    const env = { ...base, ...variables };
    const { stdout } = await promisify(execFile)(program, [this.save(name), ...args], { env });
    return stdout.trim();
  }

  /** Opens the page of the recipe, as the user with this `sub`. */
  async open(name: string, sub?: string, hash = ''): Promise<Page> {
    html = fileIn(this.text, name).replaceAll(CARILLON, this.carillon.url);
    const context = await browser.newContext();
    if (sub !== undefined)
      await context.addCookies([
        { name: 'carillon_session', value: await tokenOf(sub), domain: '127.0.0.1', path: '/' },
      ]);
    const page = await context.newPage();
    await page.goto(`${origin}/${hash}`);
    return page;
  }
}

const shows = (page: Page, selector: string, text: string | RegExp): Promise<void> =>
  eventually(async () =>
    expect(await page.locator(selector).allTextContents()).toEqual([expect.stringMatching(text)]),
  );

describe('the recipe for order status', () => {
  let recipe: Recipe;
  let KEY: string;

  beforeAll(async () => {
    recipe = await Recipe.start('order-status');
    KEY = await recipe.key('--publish', 'orders/*');
  });
  afterAll(() => recipe.stop());

  const listening = async (cursor: string) =>
    subscribe(recipe.carillon.port, `/api/events?lastEventId=${encodeURIComponent(cursor)}`, {
      headers: { Authorization: `Bearer ${await tokenOf('ada')}` },
    });

  describe.each([
    ['python3', 'orders.py', '42'],
    ['php', 'orders.php', '43'],
    ['java', 'Orders.java', '44'],
  ])('over HTTP with %s', (language, name, order) => {
    withLanguage(language, 'publishes each status once', async () => {
      const stream = await listening('earliest');
      for (const status of ['placed', 'placed', 'shipped'])
        await recipe.run(language, name, { KEY }, 'ada', order, status);
      const received = () =>
        stream.events.filter(({ data }) => (data as { order?: string }).order === order);
      await stream.until(() => received().some(({ type }) => type === 'order.shipped'));
      expect(received().map(({ type, data }) => [type, data])).toEqual([
        ['order.placed', { order, status: 'placed' }],
        ['order.shipped', { order, status: 'shipped' }],
      ]);
      await stream.close();
    });
  });

  describe.each([
    ['python3', 'orders_in_transaction.py', '', '52'],
    ['php', 'orders_in_transaction.php', 'sqlite:', '53'],
  ])('in a transaction with %s', (language, name, scheme, order) => {
    withLanguage(
      language,
      'records each status, and returns orders with their cursor',
      async () => {
        const DATABASE = scheme + join(recipe.carillon.folder, 'data', 'carillon.db');
        const change = async (status: string) =>
          JSON.parse(await recipe.run(language, name, { DATABASE }, 'ada', order, status)) as {
            orders: Record<string, string>;
            cursor: string;
          };
        const { orders, cursor } = await change('placed');
        expect(orders[order]).toBe('placed');
        const stream = await listening(cursor);
        expect((await change('shipped')).orders[order]).toBe('shipped');
        await stream.receives(1, 'order.shipped');
        expect(stream.of('order.placed', 'order.shipped').map(({ data }) => data)).toEqual([
          { order, status: 'shipped' },
        ]);
        await stream.close();
      },
    );
  });

  it('in a transaction on PostgreSQL, with the SQL of the PHP program, records each status and returns orders with their cursor', async () => {
    const server = await sharedPostgres();
    const url = await server.createDatabase();
    const application = await startApplication({ DATABASE_URL: url });
    const client = new pg.Client(url);
    await client.connect();
    const program = fileIn(recipe.text, 'orders_in_transaction.php');
    /** Runs the statement that starts with these words. PDO numbers the parameters. */
    const run = async (start: string, ...parameters: string[]) => {
      const statement = new RegExp(`'(${start}[^']*)'`).exec(program)![1]!;
      let n = 0;
      const numbered = statement.replaceAll(/\?/g, () => `$${++n}`);
      return (await client.query<Record<string, string>>(numbered, parameters)).rows;
    };
    const change = async (status: string) => {
      await run("BEGIN(?= *')");
      await run('INSERT INTO shop_orders', '72', 'ada', status);
      const data = JSON.stringify({ order: '72', status });
      await run('SELECT carillon.record', 'orders/ada', `order.${status}`, data);
      await run('COMMIT');
    };

    await run('CREATE TABLE');
    await change('placed');
    await run('BEGIN ISOLATION LEVEL');
    const orders = await run('SELECT id, status', 'ada');
    const [{ cursor } = {}] = await run('SELECT carillon.cursor');
    await run('COMMIT');
    expect(orders).toEqual([{ id: '72', status: 'placed' }]);
    await change('shipped');
    const { bearer } = await addKey(application, { subscribe: ['orders/*'] });
    const path = `/api/events?lastEventId=${encodeURIComponent(cursor!)}`;
    const stream = await subscribe(application.port, path, { headers: bearer });
    await stream.receives(1, 'order.shipped');
    expect(stream.of('order.placed', 'order.shipped').map(({ data }) => data)).toEqual([
      { order: '72', status: 'shipped' },
    ]);
    await stream.close();
    await client.end();
    await application.stop();
    await server.stop();
  });

  it('shows the customer the present state, and what changes', async () => {
    const publish = (status: string) =>
      send(
        recipe.carillon.url,
        'POST',
        '/api/events',
        { topic: 'orders/bob', type: `order.${status}`, data: { order: '62', status } },
        { Authorization: `Bearer ${KEY}` },
      );
    await publish('placed');
    await publish('shipped');
    const page = await recipe.open('orders.html', 'bob');
    await shows(page, 'li', /^Order 62: shipped$/);
    await publish('delivered');
    await shows(page, 'li', /^Order 62: delivered$/);
  });
});

it('the recipe for a notification bell shows a notification on all devices, until it is read', async () => {
  const recipe = await Recipe.start('notification-bell');
  const [tab, phone] = [
    await recipe.open('bell.html', 'ada'),
    await recipe.open('bell.html', 'ada'),
  ];
  for (const page of [tab, phone]) await shows(page, '#unread', /^0$/);
  const shell = Shell.beside(recipe.carillon);
  shell.paste(codeIn(recipe.text, 'sh')[1]!.replaceAll(CARILLON, recipe.carillon.url));
  await shell.end();
  for (const page of [tab, phone]) {
    await shows(page, '#unread', /^1$/);
    await shows(page, '#list a[href="/orders/42"]', /^Order 42 has been shipped$/);
  }
  await tab.click('#bell');
  for (const page of [tab, phone]) await shows(page, '#unread', /^0$/);
  await recipe.stop();
});

withLanguage('python3', 'the recipe for a dashboard shows figures to everyone', async () => {
  const recipe = await Recipe.start('live-dashboard');
  const KEY = await recipe.key('--publish', 'metrics/*');
  const env = { PATH: process.env['PATH'], CARILLON: recipe.carillon.url, KEY };
  const page = await recipe.open('dashboard.html');
  const metrics = ['web-1', 'web-2'].map((host) =>
    spawn('python3', [recipe.save('metrics.py'), host], { env }),
  );
  for (const host of ['web-1', 'web-2'])
    await shows(page, `tr:has-text("${host}")`, /^web-\d\d+\.\d\d$/);
  for (const program of metrics) program.kill();
  await Promise.all(metrics.map((program) => once(program, 'close')));
  await recipe.stop();
});

withLanguage('python3', 'the recipe for chat lets users of an issuer talk', async () => {
  const recipe = await Recipe.start('chat');
  const TOKEN = await tokenOf('support');
  const room = await recipe.run('python3', 'room.py', { TOKEN }, 'Order 42');
  const ada = await recipe.open('chat.html', 'ada', `#${room}`);
  const say = async (text: string) => {
    await ada.fill('[name=text]', text);
    await ada.click('button');
    await eventually(async () => expect(await ada.inputValue('[name=text]')).toBe(''));
  };
  await say('Where is my order?');
  const support = await recipe.open('chat.html', 'support', `#${room}`);
  await shows(support, 'li', /^Where is my order\?$/);
  await say('Number 42');
  for (const page of [ada, support])
    await eventually(async () =>
      expect(await page.locator('li').allTextContents()).toEqual([
        'Where is my order?',
        'Number 42',
      ]),
    );
  await recipe.stop();
});

describe('the recipe for Symfony', () => {
  it('has settings with which an update of the bundle reaches the page', async () => {
    const recipe = await Recipe.start('symfony');
    const settings = settingsIn(codeIn(recipe.text, 'dotenv')[0]!);
    const hub = settings['MERCURE_URL']!.replace(CARILLON, recipe.carillon.url);
    const token = await new SignJWT({ mercure: { publish: ['*'] } })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(settings['MERCURE_JWT_SECRET']));
    const page = await recipe.open('order.html');
    await shows(page, '#status', /^placed$/);
    // The first may precede the page's stream.
    await eventually(async () => {
      const published = await fetch(hub, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
        body: new URLSearchParams({
          topic: 'https://shop.example.com/orders/42',
          data: '{"order":42,"status":"shipped"}',
        }),
      });
      expect(published.status).toBe(200);
      expect(await page.locator('#status').textContent()).toBe('shipped');
    });
    await recipe.stop();
  });

  withLanguage('php', 'has a controller without a mistake of syntax', async () => {
    const path = join(folder, 'ShipOrderController.php');
    writeFileSync(path, fileIn(documentAt('docs/recipes/symfony.md'), 'ShipOrderController.php'));
    const { stdout } = await promisify(execFile)('php', ['-l', path]);
    expect(stdout).toContain('No syntax errors');
  });
});
