import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { eventually, launchBrowser } from './support/browser.js';
import { temporaryFolder } from './support/files.js';
import { installPacked } from './support/packed.js';
import { freePort } from './support/ports.js';
import { until } from './support/wait.js';

const KILLS = 4;
/** The orders of the test with many kills. */
const PLACED = `select id from orders where article = 'Bell'`;
const CONFIRMED = `select order_id from confirmations where order_id in (${PLACED})`;
const PASSWORDS = { ada: 'lovelace', grace: 'hopper', alan: 'turing' };

interface Order {
  readonly id: string;
  readonly status: 'placed' | 'shipped';
}
/** As much of `@carillon/client` as is used here. It is loaded from where the example has installed it. */
interface Client {
  follow(options: {
    url: string;
    token: () => Promise<string>;
    retry: number;
    snapshot(request: { headers: Record<string, string>; signal: AbortSignal }): Promise<string>;
    on: Record<string, (change: { row: Order }) => void>;
    onError(): object;
  }): Following;
}
interface Following {
  reconnect(): void;
  close(): void;
}

/** The shop in a process of its own, which starts again after each kill. */
class Shop {
  output = '';
  #child!: ChildProcess;

  constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly issuerPort: number,
  ) {}

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get issuer(): string {
    return `http://localhost:${this.issuerPort}`;
  }

  async start(): Promise<void> {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const ports = { PORT: String(this.port), ISSUER_PORT: String(this.issuerPort) };
    this.output = '';
    this.#child = spawn(process.execPath, ['dist/main.js'], {
      cwd: this.folder,
      env: { PATH, NODE_COMPILE_CACHE, ...ports },
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    await until(() => {
      if (this.#child.exitCode !== null) throw new Error(`The shop has ended: ${this.output}`);
      return this.output.includes('The shop is open');
    });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill(signal);
    await closed;
  }
}

/** A customer: signs in at the issuer, places orders, ships some of them, and follows them. */
class Customer {
  readonly placed: string[] = [];
  readonly received: string[] = [];
  readonly shipped: string[] = [];
  readonly list = new Set<string>();
  snapshots = 0;
  #following?: Following;

  constructor(
    private readonly shop: Shop,
    private readonly name: keyof typeof PASSWORDS,
  ) {}

  /** The authorization code flow with PKCE, as the page does it. */
  readonly token = async (): Promise<string> => {
    const verifier = randomUUID() + randomUUID();
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'shop',
      redirect_uri: `${this.shop.url}/`,
      state: 'state',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const signIn = await fetch(`${this.shop.issuer}/authorize?${query.toString()}`, {
      method: 'POST',
      body: new URLSearchParams({ username: this.name, password: PASSWORDS[this.name] }),
      redirect: 'manual',
    });
    const { searchParams } = new URL(signIn.headers.get('location')!);
    const response = await fetch(`${this.shop.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: searchParams.get('code')!,
        code_verifier: verifier,
        redirect_uri: `${this.shop.url}/`,
      }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };

  follow(client: Client): void {
    this.#following = client.follow({
      url: `${this.shop.url}/orders/event`,
      token: this.token,
      retry: 100,
      snapshot: async ({ headers, signal }) => {
        this.snapshots++;
        const response = await fetch(`${this.shop.url}/orders`, { headers, signal });
        for (const { id } of (await response.json()) as Order[]) this.list.add(id);
        return response.headers.get('last-event-id')!;
      },
      on: {
        'order.insert': ({ row }) => void this.received.push(row.id),
        'order.update': ({ row }) => void this.shipped.push(row.id),
      },
      // The issuer draws a new key each time the shop starts.
      onError: () => ({}),
    });
  }

  /** Orders until `isOver`, and repeats each request until it is answered. */
  async order(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const id = randomUUID();
      await this.#untilOk('PUT', `/orders/${id}`, { article: 'Bell', quantity: 1 });
      this.placed.push(id);
      await this.#untilOk('POST', `/orders/${id}/shipment`);
    }
  }

  reconnect(): void {
    this.#following?.reconnect();
  }

  close(): void {
    this.#following?.close();
  }

  async #untilOk(method: string, path: string, body?: object): Promise<void> {
    await until(async () => {
      try {
        const response = await fetch(this.shop.url + path, {
          method,
          headers: {
            Authorization: `Bearer ${await this.#currentToken()}`,
            'Content-Type': 'application/json',
          },
          ...(body && { body: JSON.stringify(body) }),
        });
        if (response.status === 401) this.#token = undefined;
        else if (response.status >= 400 && response.status < 500)
          throw new Error(await response.text());
        return response.ok;
      } catch (error) {
        this.#token = undefined;
        if ((error as Error).message !== 'fetch failed') throw error;
        return false; // the shop is gone for a moment
      }
    });
  }

  #token: Promise<string> | undefined;
  #currentToken(): Promise<string> {
    return (this.#token ??= this.token());
  }
}

describe('examples/orders, installed from the packed packages', () => {
  let folder: string;
  let shop: Shop;
  const customers: Customer[] = [];
  const customerOf = (name: keyof typeof PASSWORDS): Customer => {
    const customer = new Customer(shop, name);
    customers.push(customer);
    return customer;
  };

  beforeAll(async () => {
    folder = join(temporaryFolder(), 'orders');
    await installPacked('examples/orders', folder);
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd: folder });
    shop = new Shop(folder, await freePort(), await freePort());
    await shop.start();
  });

  afterEach(() => {
    for (const customer of customers.splice(0)) customer.close();
  });

  afterAll(async () => {
    await shop.end('SIGTERM');
    rmSync(folder, { recursive: true });
  });

  it('serves a page that imports the client as it is installed', async () => {
    const page = await (await fetch(shop.url)).text();
    const modules = [...page.matchAll(/"(\/modules\/[^"]+)"/g)].map(([, path]) => path!);
    expect(modules).toHaveLength(2);
    for (const path of modules) expect((await fetch(shop.url + path)).status).toBe(200);
  });

  it('shows customers their own orders live, after a kill as well', async () => {
    const browser = await launchBrowser();
    const open = async (name: keyof typeof PASSWORDS) => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(shop.url);
      await page.getByLabel('User name').fill(name);
      await page.getByLabel('Password').fill(PASSWORDS[name]);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('live').waitFor();
      return page;
    };
    const [ada, grace] = [await open('ada'), await open('grace')];
    await ada.getByLabel('Article').fill('Analytical engine');
    await ada.getByRole('button', { name: 'Order' }).click();
    await ada.getByText('1 × Analytical engine: placed').waitFor();
    await shop.end('SIGKILL');
    await shop.start();
    // The issuer has a new key, so she signs in again.
    await ada.reload();
    await ada.getByLabel('User name').fill('ada');
    await ada.getByLabel('Password').fill(PASSWORDS.ada);
    await ada.getByRole('button', { name: 'Sign in' }).click();
    await ada.getByRole('button', { name: 'Ship' }).click();
    await ada.getByText('1 × Analytical engine: shipped').waitFor();
    expect(await grace.getByRole('listitem').count()).toBe(0);
    await browser.close();
  });

  it('issues no code to a customer who is unknown, or whose password is wrong or missing', async () => {
    const query = new URLSearchParams({ redirect_uri: `${shop.url}/`, code_challenge: 'any' });
    const status = async (form: Record<string, string>) =>
      (
        await fetch(`${shop.issuer}/authorize?${query.toString()}`, {
          method: 'POST',
          body: new URLSearchParams(form),
          redirect: 'manual',
        })
      ).status;
    expect(await status({ username: 'ada', password: 'lovelace' })).toBe(303);
    for (const form of [
      { username: 'ada', password: 'hopper' },
      { username: 'ada' },
      { username: 'nobody' },
      { username: 'toString' },
    ])
      expect(await status(form)).toBe(401);
  });

  it('refuses requests and streams without a token of its issuer', async () => {
    for (const path of ['/orders', '/orders/event'])
      for (const headers of [{}, { Authorization: 'Bearer x.y.z' }])
        expect((await fetch(shop.url + path, { headers })).status).toBe(401);
  });

  it('delivers what another program writes to the watched table', async () => {
    const client = (await import(
      join(folder, 'node_modules/@carillon/client/dist/index.js')
    )) as Client;
    const customer = customerOf('ada');
    const [before, after] = [randomUUID(), randomUUID()];
    const database = new Sqlite(join(folder, 'data', 'orders.db'));
    const insert = database.prepare(`insert into orders values (?, 'ada', 'Gear', 1, 'placed')`);
    insert.run(before);
    customer.follow(client);
    await until(() => customer.list.has(before));
    insert.run(after);
    database.prepare(`update orders set status = 'shipped' where id = ?`).run(before);
    database.close();
    await until(() => customer.shipped.includes(before));
    expect(customer.received).toEqual([after]);
  });

  it('loses no order and shows none twice or to another customer, killed again and again', async () => {
    for (const name of ['ada', 'grace', 'alan'] as const) customerOf(name);
    const client = (await import(
      join(folder, 'node_modules/@carillon/client/dist/index.js')
    )) as Client;
    for (const customer of customers) customer.follow(client);
    let isOver = false;
    const ordering = customers.map((customer) => customer.order(() => isOver));
    for (let kill = 0; kill < KILLS; kill++) {
      const before = customers.map(({ placed }) => placed.length);
      await until(() => customers.every(({ placed }, index) => placed.length > before[index]! + 5));
      await shop.end('SIGKILL');
      await shop.start();
    }
    isOver = true;
    await Promise.all(ordering);
    // A stream that was not open between two kills has backed off, for up to 30 s.
    for (const customer of customers) customer.reconnect();

    for (const customer of customers) {
      const { placed, received, shipped, list } = customer;
      const expected = placed.filter((id) => !list.has(id));
      // Orders of the list are shipped as well, so the number alone says nothing.
      await eventually(async () => {
        expect(expected.filter((id) => !shipped.includes(id))).toEqual([]);
        expect(customer.snapshots).toBe(1);
      }, 20_000);
      expect(received).toEqual(expected);
      expect(new Set(shipped)).toEqual(
        new Set([...expected, ...shipped.filter((id) => list.has(id))]),
      );
      expect(new Set(shipped).size).toBe(shipped.length);
    }
    const all = customers.flatMap(({ placed }) => placed);
    const database = new Sqlite(join(folder, 'data', 'orders.db'), { readonly: true });
    const column = (sql: string) => database.prepare(sql).pluck().all() as string[];
    await until(() => column(CONFIRMED).length >= all.length);
    expect(column(CONFIRMED).toSorted()).toEqual(all.toSorted());
    expect(column(PLACED).toSorted()).toEqual(all.toSorted());
    database.close();
  });
});
