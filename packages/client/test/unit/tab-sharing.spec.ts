import fc from 'fast-check';
import { jest } from '@jest/globals';
import { setImmediate as immediate } from 'node:timers/promises';
import { Credentials } from '../../src/credentials.js';
import { SharedStream } from '../../src/shared-tabs/shared-stream.js';
import type { TabMessage } from '../../src/shared-tabs/tab-message.js';
import { FakeLog } from '../support/fake-log.js';
import { type FakeTab, FakeTabs } from '../support/tab-group.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

beforeAll(() => {
  console.info(`TEST_SEED=${seed}`);
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  // The backoff draws from it: a seed has to give the same run again.
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  // A tab that has handled an event twice says so in `violations`.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterAll(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Changes a message on its arrival at a tab with this cursor. */
type Plant = (message: TabMessage, cursor: string | null) => TabMessage;
type Step = readonly [kind: (typeof KINDS)[number], which: number];
const KINDS = [
  'publish',
  'publish',
  'flush',
  'flush',
  'deliver',
  'deliver',
  'wait',
  'heartbeat',
  'suspend',
  'resume',
  'open',
  'close',
  'cut',
  'down',
  'up',
  'lose',
  'restore',
] as const;

/** A tab that keeps the names of the events, as its snapshot and its events give them. */
class ModelTab {
  names: string[] = [];
  readonly stream: SharedStream;

  constructor(
    readonly fake: FakeTab,
    log: FakeLog,
    violations: string[],
  ) {
    this.stream = new SharedStream(
      {
        url: 'http://log/events',
        shareTabs: 'model',
        heartbeat: 1_000,
        silence: 1e9,
        transport: 'fetch',
        snapshot: async () => {
          const cursor = log.snapshot();
          this.names = log.namesAt(cursor);
          return cursor;
        },
        fetch: async (url, init) => log.open(fake, url as string, init!.signal!),
      },
      new Credentials({}),
      {
        types: () => null,
        onStatus: () => undefined,
        onEvent: ({ text, cursor }) => {
          this.names.push(JSON.parse(text!) as string);
          const expected = log.namesAt(cursor!);
          if (this.names.join() !== expected.join())
            violations.push(`[${this.names.join()}] instead of [${expected.join()}] at ${cursor}`);
        },
      },
      fake.group,
    );
    this.stream.start();
  }
}

/** Several tabs, one log, and a clock. */
class Model {
  readonly violations: string[] = [];
  readonly #log = new FakeLog();
  readonly #group: FakeTabs;
  readonly #tabs: ModelTab[] = [];

  constructor(plant?: Plant) {
    this.#group = new FakeTabs((message, to) => {
      const tab = this.#tabs.find(({ fake }) => fake === to);
      return plant && tab ? plant(message, tab.stream.cursor) : message;
    });
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (let count = 0; count < 3; count++) this.#open();
    for (const [kind, which] of steps) {
      this.#steps[kind](this.#tabs[which % this.#tabs.length]!, which);
      await immediate();
    }
    await this.#settle();
    for (const { stream } of this.#tabs) stream.close();
    await immediate();
  }

  readonly #steps: Record<Step[0], (tab: ModelTab, which: number) => void> = {
    publish: (_, which) => this.#log.publish(which % 3),
    flush: () => this.#log.flush(),
    heartbeat: () => this.#log.heartbeat(),
    deliver: ({ fake }, which) => fake.deliver(1 + (which % 4)),
    wait: (_, which) => jest.advanceTimersByTime(200 * (which + 1)),
    suspend: ({ fake }) => (fake.suspended = true),
    resume: ({ fake }) => fake.resume(),
    open: () => this.#tabs.length < 5 && this.#open(),
    close: (tab) => this.#tabs.length > 1 && this.#close(tab),
    cut: () => this.#log.cut(),
    down: () => (this.#log.down = true),
    up: () => (this.#log.down = false),
    // A message that never arrives: the tab has to notice the gap.
    lose: ({ fake }) => fake.inbox.shift(),
    restore: (_, which) => this.#log.restore(which % 4),
  };

  #open(): void {
    this.#tabs.push(new ModelTab(this.#group.join(), this.#log, this.violations));
  }

  #close(tab: ModelTab): void {
    this.#tabs.splice(this.#tabs.indexOf(tab), 1);
    tab.stream.close();
  }

  /** All tabs run, the log is there, and time passes until every tab has every event. */
  async #settle(): Promise<void> {
    this.#log.down = false;
    for (const { fake } of this.#tabs) fake.resume();
    this.#log.publish(0);
    for (let round = 0; round < 400 && !this.#isSettled; round++) await this.#pass();
    if (!this.#isSettled) this.violations.push(`Not settled: ${this.#state}`);
  }

  async #pass(): Promise<void> {
    this.#log.heartbeat();
    await immediate();
    for (const { fake } of this.#tabs) fake.deliver(Infinity);
    await immediate();
    jest.advanceTimersByTime(100);
    await immediate();
  }

  get #isSettled(): boolean {
    const { cursor } = this.#log;
    const leaders = this.#tabs.filter(({ stream }) => stream.leads);
    const isComplete = this.#tabs.every(
      ({ names, stream }) =>
        stream.cursor === cursor && names.join() === this.#log.namesAt(cursor).join(),
    );
    return isComplete && leaders.length === 1 && this.#log.streams.size === 1;
  }

  get #state(): string {
    const tabs = this.#tabs.map(({ stream: { cursor, leads, status } }) => ({
      cursor,
      leads,
      state: status.state,
    }));
    return JSON.stringify({ head: this.#log.cursor, streams: this.#log.streams.size, tabs });
  }
}

const STEPS = fc.array(fc.tuple(fc.constantFrom(...KINDS), fc.nat({ max: 19 })), {
  minLength: 5,
  maxLength: 80,
  size: 'max',
});

const propertyOf = (plant?: Plant) =>
  fc.asyncProperty(STEPS, async (steps) => {
    const model = new Model(plant);
    await model.run(steps);
    expect(model.violations).toEqual([]);
  });

/** Every event claims to be the next one, as if tabs did not compare cursors. */
const claimNext: Plant = (message, cursor) => {
  if (message.kind !== 'events' || cursor === null) return message;
  let since = cursor;
  const events = message.events.map((event) => {
    const claimed = { ...event, since };
    since = event.cursor;
    return claimed;
  });
  return { ...message, events };
};

describe('tabs that share a stream', () => {
  it('each receive every event once and in order, however tabs, the lock, messages and the log behave', async () => {
    await fc.assert(propertyOf(), { seed, numRuns: 100 });
  });

  // Shows that the property can fail.
  it('would not, if they did not compare cursors', async () => {
    const { failed } = await fc.check(propertyOf(claimNext), {
      seed,
      numRuns: 100,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});
