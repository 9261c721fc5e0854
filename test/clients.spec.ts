import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import type { User } from '../src/users/user.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { eventually, launchBrowser } from './support/browser.js';
import { CarillonProcess } from './support/process.js';
import { Relay } from './support/relay.js';
import { createUser, post } from './support/requests.js';

const ROOT = join(import.meta.dirname, '..');
const GUIDE = readFileSync(join(ROOT, 'docs', 'clients.md'), 'utf8');

const NODE = ['--experimental-eventsource', '--input-type=module', '--eval'];

/** The first lines of code in the section of docs/clients.md with this heading. */
function linesOf(heading: string): string {
  const section = GUIDE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`))!;
  return /^```\w+\n([\s\S]*?)^```$/m.exec(section)![1]!;
}

/** A client that prints what it receives. */
class ClientProcess {
  readonly received: string[] = [];
  errors = '';
  /** The exit code. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(program: string, parameters: string[]) {
    this.#child = spawn(program, parameters, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let rest = '';
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      this.received.push(...lines.map(nameIn));
    });
    this.#child.stderr!.on('data', (text: Buffer) => (this.errors += text.toString()));
    this.exited = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

const nameIn = (data: string): string => (JSON.parse(data) as User).firstname;

/** Makes users one after the other, and repeats what was not answered. */
class Publisher {
  readonly acknowledged: string[] = [];
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;

  constructor(private readonly url: string) {
    this.#done = this.#publish();
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#done;
  }

  async #publish(): Promise<void> {
    for (let n = 1; !this.#stopping.signal.aborted; n++) {
      const name = `User ${n}`;
      const body = { firstname: name, lastname: 'DOE' };
      const send = () => post(`${this.url}/api/users`, body, { 'Idempotency-Key': `user-${n}` });
      while ((await send().catch(() => undefined))?.status !== 201) await sleep(20);
      this.acknowledged.push(name);
      await sleep(10);
    }
  }
}

describe('the clients in docs/clients.md', () => {
  let carillon: CarillonProcess;
  let relay: Relay;
  let browser: Browser;
  let publisher: Publisher;
  const processes: ClientProcess[] = [];
  /** What each received, by its heading. */
  const received = new Map<string, string[]>();
  let shownOnPage: string[];
  let refusals = 0;
  let failure = '';
  let isRefusing = false;

  beforeAll(async () => {
    [carillon, browser] = await Promise.all([CarillonProcess.start(), launchBrowser()]);
    await createUser(carillon.url, 'User 0');
    relay = await Relay.start(carillon.port, () => (isRefusing ? refusal() : undefined));
    const onPage = await openPage(
      linesOf('EventSource in a browser'),
      received,
      'EventSource in a browser',
    );
    await openPage(
      linesOf('`@microsoft/fetch-event-source`'),
      received,
      '`@microsoft/fetch-event-source`',
    );
    run('curl', 'bash', ['-c']);
    for (const heading of [
      '`fetch` and `eventsource-parser`',
      'npm `eventsource`',
      "Node's built-in `EventSource`",
    ])
      run(heading, process.execPath, NODE);
    await onPage.waitForFunction('globalThis.users');
    publisher = new Publisher(carillon.url);

    await allAreUpToDate();
    // In the middle of an event; then the proxy has no server.
    isRefusing = true;
    relay.cutsBefore = '"firstname"';
    await eventually(async () => expect(refusals).toBeGreaterThanOrEqual(2 * received.size));
    relay.cutsBefore = undefined;
    isRefusing = false;
    await allAreUpToDate();
    await restart(() => carillon.kill());
    await allAreUpToDate();
    await restart(() => carillon.stop());
    await allAreUpToDate();
    await publisher.stop();
    await allAreUpToDate();
    shownOnPage = await onPage.evaluate<string[]>(
      `[...users.values()].map((user) => user.firstname)`,
    );
  }, 60_000);
  afterAll(async () => {
    await publisher.stop();
    for (const client of processes) client.stop();
    await browser.close();
    relay.stop();
    await carillon.kill();
    rmSync(carillon.folder, { recursive: true });
  });

  const at = (lines: string): string =>
    lines.replaceAll('localhost:8000', `127.0.0.1:${relay.port}`);

  function run(heading: string, program: string, parameters: string[]): void {
    const client = new ClientProcess(program, [...parameters, at(linesOf(heading))]);
    processes.push(client);
    received.set(heading, client.received);
  }

  /** A proxy that finds no server answers one with 502, and the next with 503. */
  function refusal(): Buffer {
    const status = refusals++ % 2 ? '503 Service Unavailable' : '502 Bad Gateway';
    return Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  }

  /** Runs lines on a page of the server's origin. What an `EventSource` receives is recorded separately from what the lines do with it. */
  async function openPage(
    lines: string,
    into: Map<string, string[]>,
    heading: string,
  ): Promise<Page> {
    const names: string[] = [];
    into.set(heading, names);
    const page = await browser.newPage();
    await page.route('**/modules/*', (route, request) => {
      const name = new URL(request.url()).pathname.split('/').at(-1)!;
      const path = join(ROOT, 'node_modules/@microsoft/fetch-event-source/lib/esm', `${name}.js`);
      return route.fulfill({ path, contentType: 'text/javascript' });
    });
    await page.exposeFunction('note', (data: string) => names.push(nameIn(data)));
    await page.exposeFunction('fail', (reason: string) => (failure = reason));
    await page.goto(`http://127.0.0.1:${relay.port}/api/users?limit=1`);
    const code = at(lines).replace(
      "import { fetchEventSource } from '@microsoft/fetch-event-source'",
      "const { fetchEventSource } = await import('/modules/index')",
    );
    await page.evaluate(`void (async () => {
      console.log = (data) => { note(data); };
      const Native = EventSource;
      globalThis.EventSource = class extends Native {
        constructor(url) {
          super(url);
          this.addEventListener('update', ({ data }) => note(data));
        }
      };
      ${code}
      globalThis.users = users;
    })().catch((error) => fail(String(error)))`);
    return page;
  }

  async function allAreUpToDate(): Promise<void> {
    const last = publisher.acknowledged.length + 1;
    const behind = () =>
      [...received].filter(
        ([, names]) => !names.some((name) => Number(name.split(' ')[1]) >= last - 1),
      );
    await eventually(async () => {
      const errors = failure + processes.map((client) => client.errors).join('');
      if (behind().length > 0)
        throw new Error(
          `${behind()
            .map(([heading]) => heading)
            .join()} ${errors}`,
        );
    }, 20_000);
  }

  async function restart(end: () => Promise<void>): Promise<void> {
    await end();
    carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
  }

  it.each([
    'curl',
    '`fetch` and `eventsource-parser`',
    '`@microsoft/fetch-event-source`',
    'npm `eventsource`',
    "Node's built-in `EventSource`",
  ])(
    '%s: receives every user once and in order over cuts, 502, 503, kill -9 and shutdown',
    (heading) => {
      expect(received.get(heading)).toEqual(['User 0', ...publisher.acknowledged]);
    },
  );

  it('EventSource in a browser: receives every user after its snapshot once, and the page shows all', () => {
    expect(received.get('EventSource in a browser')).toEqual(publisher.acknowledged);
    expect(shownOnPage).toEqual(['User 0', ...publisher.acknowledged]);
  });

  it('are those of the README', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    expect(readme).toContain(linesOf('EventSource in a browser'));
  });
});

describe('the clients in docs/clients.md that see a status', () => {
  let carillon: RunningApplication;

  beforeAll(async () => {
    carillon = await startApplication({ DIRECTORY: 'members' });
  });
  afterAll(() => carillon.stop());

  it.each([
    ['curl', 'bash', ['-c']],
    ['`fetch` and `eventsource-parser`', process.execPath, NODE],
    ['npm `eventsource`', process.execPath, NODE],
  ])('%s: stops after a 4xx', async (heading, program, parameters) => {
    const lines = linesOf(heading).replaceAll('localhost:8000', `127.0.0.1:${carillon.port}`);
    const client = new ClientProcess(program, [...parameters, lines]);
    expect(await client.exited).toBe(1);
    expect(client.errors).toContain('401');
    expect(client.received).toEqual([]);
  });
});
