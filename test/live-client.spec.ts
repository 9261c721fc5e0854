import { jest } from '@jest/globals';
import { EventSource } from 'eventsource';
import fc from 'fast-check';
import { rmSync } from 'node:fs';
import { Backoff } from '../client/src/live/backoff.js';
import { Patience } from '../client/src/live/patience.js';
import {
  foldPage,
  foldRemove,
  foldUpdate,
  fromPage,
  type Page,
  type UserRows,
  withRows,
} from '../client/src/users/users-fold.js';
import type { User } from '../client/src/users/user.js';
import { eventually } from './support/browser.js';
import { CarillonProcess } from './support/process.js';
import { createUser } from './support/requests.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

beforeAll(() => console.info(`TEST_SEED=${seed}`));

describe('the delay before the next attempt', () => {
  const options = {
    base: fc.integer({ min: 1, max: 5_000 }),
    cap: fc.integer({ min: 1, max: 60_000 }),
    chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  };

  it('is drawn from 0 to a ceiling that doubles with each failure, up to the cap', () => {
    fc.assert(
      fc.property(fc.record(options), fc.nat({ max: 2_000 }), ({ base, cap, chance }, failures) => {
        const backoff = new Backoff({ base, cap, random: () => chance });
        for (let failure = 0; failure < failures; failure++) backoff.next();
        const ceiling = Math.min(cap, base * 2 ** failures);
        expect(backoff.next()).toBe(Math.round(chance * ceiling));
      }),
      { seed },
    );
  });

  it('begins again at the first ceiling after a success', () => {
    const backoff = new Backoff({ base: 100, cap: 1_000, random: () => 0.5 });
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([50, 100, 200, 400, 500, 500]);
    backoff.reset();
    expect(backoff.next()).toBe(50);
  });
});

describe('the patience with a silent stream', () => {
  const base = 40_000;
  const cap = 300_000;
  const happening = fc.oneof(
    fc.constant('ran out' as const),
    fc.integer({ min: 0, max: 600_000 }).map((silence) => ({ silence })),
  );

  it('stays between its bounds, and allows twice any silence that an event has ended', () => {
    fc.assert(
      fc.property(fc.array(happening), (happenings) => {
        const patience = new Patience({ base, cap });
        let longest = 0;
        for (const next of happenings) {
          const before = patience.limit;
          if (next === 'ran out') {
            patience.ranOut();
            expect(patience.limit).toBeGreaterThanOrEqual(before);
          } else {
            patience.heard(next.silence);
            longest = Math.max(longest, next.silence);
            expect(patience.limit).toBe(Math.min(cap, Math.max(base, 2 * longest)));
          }
          expect(patience.limit).toBeGreaterThanOrEqual(base);
          expect(patience.limit).toBeLessThanOrEqual(cap);
        }
      }),
      { seed },
    );
  });

  it('doubles each time that a stream which was reopened is silent too', () => {
    const patience = new Patience({ base, cap });
    const limits = [1, 2, 3, 4, 5].map(() => {
      patience.ranOut();
      return patience.limit;
    });
    expect(limits).toEqual([base, 2 * base, 4 * base, cap, cap]);
    patience.heard(1_000);
    expect(patience.limit).toBe(base);
  });
});

/** A server with its log, and how far one page has heard it. Ids sort as they were made, as UUIDv7 do. */
class Model {
  readonly users = new Map<string, User>();
  readonly #log: { readonly id: string; readonly user: User | null }[] = [];
  #heard = 0;
  #made = 0;
  #ticks = 0;
  view: UserRows;
  /** A request for an older page: what the stream has said since, and what was read, once it was. */
  #request: { readonly facts: Map<string, User | null>; page: Page | null } | null = null;

  constructor(
    before: number,
    readonly limit: number,
  ) {
    for (let count = 0; count < before; count++) this.create();
    this.#heard = this.#log.length; // the snapshot's cursor
    this.view = fromPage(this.#read(null));
  }

  create(): void {
    const id = String(this.#made++).padStart(6, '0');
    this.#commit(id, { id, ...this.#changed(), lastname: 'DOE', createdAt: String(this.#ticks) });
  }

  update(which: number): void {
    const user = this.#pick(which);
    if (user) this.#commit(user.id, { ...user, ...this.#changed() });
  }

  remove(which: number): void {
    const user = this.#pick(which);
    if (user) this.#commit(user.id, null);
  }

  hear(count = Infinity): void {
    for (const { id, user } of this.#log.slice(this.#heard, this.#heard + count)) {
      this.#heard++;
      this.#request?.facts.set(id, user);
      this.view = (user ? foldUpdate(this.view, user) : foldRemove(this.view, id)).users;
    }
  }

  ask(): void {
    if (this.view.older) this.#request ??= { facts: new Map(), page: null };
  }

  read(): void {
    if (this.#request && this.view.older) this.#request.page ??= this.#read(this.view.older.url);
  }

  arrive(): void {
    if (!this.#request?.page) return;
    this.view = foldPage(this.view, this.#request.page, this.#request.facts);
    this.#request = null;
  }

  get newestFirst(): User[] {
    return [...this.users.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  get shown(): User[] {
    return this.view.rows.map(({ user }) => user);
  }

  #read(after: string | null): Page {
    const rest = this.newestFirst.filter(({ id }) => after === null || id < after);
    const users = rest.slice(0, this.limit);
    return { users, next: rest.length > this.limit ? users.at(-1)!.id : null };
  }

  #pick(which: number): User | undefined {
    return [...this.users.values()][which % this.users.size];
  }

  #changed(): Pick<User, 'firstname' | 'updatedAt'> {
    const tick = String(++this.#ticks);
    return { firstname: `Name ${tick}`, updatedAt: tick };
  }

  #commit(id: string, user: User | null): void {
    if (user) this.users.set(id, user);
    else this.users.delete(id);
    this.#log.push({ id, user });
  }
}

describe('the fold of the users', () => {
  const which = fc.nat({ max: 1_000 });
  const step: fc.Arbitrary<(model: Model) => void> = fc.oneof(
    fc.constant((model: Model) => model.create()),
    which.map((n) => (model: Model) => model.update(n)),
    which.map((n) => (model: Model) => model.remove(n)),
    fc.integer({ min: 1, max: 5 }).map((n) => (model: Model) => model.hear(n)),
    fc.constant((model: Model) => model.ask()),
    fc.constant((model: Model) => model.read()),
    fc.constant((model: Model) => model.arrive()),
  );

  it('comes to what the server has, whenever pages are asked for, read and received', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { size: '+1' }),
        (before, limit, steps) => {
          const model = new Model(before, limit);
          for (const take of steps) {
            take(model);
            const ids = model.shown.map(({ id }) => id);
            expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
          }
          model.hear();
          while (model.view.older) {
            model.ask();
            model.read();
            model.arrive();
          }
          expect(model.shown).toEqual(model.newestFirst);
        },
      ),
      { seed, numRuns: 2_000 },
    );
  });

  it('keeps a row that is being edited in its place, and the others as they are', () => {
    const rowOf = (id: string) => ({
      user: { id, firstname: id, lastname: 'DOE', createdAt: '', updatedAt: '' },
      changes: 0,
    });
    const ids = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{3}$/)).map((all) => all.toSorted());
    fc.assert(
      fc.property(ids, ids, (listed, edited) => {
        const rows = listed.toReversed().map(rowOf);
        const merged = withRows(rows, edited.map(rowOf));
        expect(merged.map(({ user }) => user.id)).toEqual(
          [...new Set([...listed, ...edited])].toSorted().toReversed(),
        );
        expect(merged.filter((row) => listed.includes(row.user.id))).toEqual(rows);
      }),
      { seed },
    );
  });
});

/** Closed after each test, as a stream that is left open goes on trying for ever. */
const openStreams = new Set<Following['stream']>();

interface Following {
  readonly stream: { reconnect(): void; close(): void };
  readonly heard: string[];
  readonly states: string[];
  snapshots: number;
}

/**
 * Opens the page's stream with the EventSource of a package. Its file is not imported by name, as it speaks
 * of `window`, which the types of this project do not know.
 */
async function follow(url: string, onUpdate: (user: User) => void = () => {}): Promise<Following> {
  Object.assign(globalThis, { EventSource });
  const file: string = '../client/src/live/live-stream.js';
  const { openLiveStream } = (await import(file)) as {
    openLiveStream: (options: {
      url: string;
      snapshot: (signal: AbortSignal) => Promise<string>;
      on: { update: (user: User) => void };
      onStatus: (status: { state: string }) => void;
      retry: number;
    }) => Following['stream'];
  };
  const heard: string[] = [];
  const states: string[] = [];
  const following = { heard, states, snapshots: 0 };
  const stream = openLiveStream({
    url: `${url}/api/users/event`,
    snapshot: async (signal) => {
      const { headers } = await fetch(`${url}/api/users`, { signal });
      following.snapshots++;
      return headers.get('Last-Event-ID')!;
    },
    on: {
      update: (user) => {
        heard.push(user.firstname);
        onUpdate(user);
      },
    },
    onStatus: ({ state }) => states.push(state),
    retry: 50,
  });
  openStreams.add(stream);
  await eventually(async () => expect(states).toContain('live'));
  return Object.assign(following, { stream });
}

describe('the live stream, from the real server', () => {
  let carillon: CarillonProcess;

  beforeEach(async () => {
    carillon = await CarillonProcess.start();
  });
  afterEach(async () => {
    for (const stream of openStreams) stream.close();
    openStreams.clear();
    jest.restoreAllMocks();
    await carillon.stop();
    rmSync(carillon.folder, { recursive: true });
  });

  it('hands over each event once and in order, from one snapshot, however often the server is killed', async () => {
    await createUser(carillon.url, 'Before');
    const following = await follow(carillon.url);
    const made: string[] = [];
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 20; count++) {
        const name = `${round}-${count}`;
        await createUser(carillon.url, name);
        made.push(name);
      }
      await carillon.kill();
      carillon = await CarillonProcess.start({}, carillon.port, carillon.folder);
    }
    await createUser(carillon.url, 'Last');
    await eventually(async () => expect(following.heard).toContain('Last'));
    following.stream.close();
    expect(following.heard).toEqual([...made, 'Last']);
    expect(following.snapshots).toBe(1);
    expect(following.states.filter((state) => state === 'reconnecting').length).toBeGreaterThan(2);
  });

  it('goes back to the snapshot when an event cannot be applied, and on from there', async () => {
    const reported = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const following = await follow(carillon.url, ({ firstname }) => {
      if (firstname === 'Unusable') throw new Error('No use');
    });
    await createUser(carillon.url, 'Good');
    await createUser(carillon.url, 'Unusable');
    await eventually(async () => expect(following.snapshots).toBe(2));
    await eventually(async () => expect(following.states.at(-1)).toBe('live'));
    await createUser(carillon.url, 'Next');
    await eventually(async () => expect(following.heard).toEqual(['Good', 'Unusable', 'Next']));
    expect(reported.mock.calls).toEqual([['An event could not be applied', new Error('No use')]]);
  });

  it('says nothing any more once it is closed', async () => {
    const closed = await follow(carillon.url);
    const open = await follow(carillon.url);
    closed.stream.close();
    closed.stream.reconnect();
    const told = closed.states.length;
    await createUser(carillon.url, 'After');
    await eventually(async () => expect(open.heard).toEqual(['After']));
    await carillon.kill();
    await eventually(async () => expect(open.states).toContain('reconnecting'));
    expect(closed.heard).toEqual([]);
    expect(closed.states).toHaveLength(told);
  });
});
