import fc from 'fast-check';
import {
  foldPage,
  foldRemove,
  foldUpdate,
  fromPage,
  type Page,
  type UserRows,
  withRows,
} from '../../client/src/features/directory/users-fold.js';
import type { User } from '../../client/src/features/people/user.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

beforeAll(() => console.info(`TEST_SEED=${seed}`));

/** A server with its log, and how far one page has received it. Ids sort in the order of creation, as UUIDv7 do. */
class Model {
  readonly users = new Map<string, User>();
  readonly #log: { readonly id: string; readonly user: User | null }[] = [];
  #received = 0;
  #made = 0;
  #ticks = 0;
  view: UserRows;
  /** A request for an older page: what the stream has said since, and what was read, once it was. */
  #request: { readonly loggedEvents: Map<string, User | null>; page: Page | null } | null = null;

  constructor(
    before: number,
    readonly limit: number,
  ) {
    for (let count = 0; count < before; count++) this.create();
    this.#received = this.#log.length; // the snapshot's cursor
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
    for (const { id, user } of this.#log.slice(this.#received, this.#received + count)) {
      this.#received++;
      this.#request?.loggedEvents.set(id, user);
      this.view = (user ? foldUpdate(this.view, user) : foldRemove(this.view, id)).users;
    }
  }

  ask(): void {
    if (this.view.older) this.#request ??= { loggedEvents: new Map(), page: null };
  }

  read(): void {
    if (this.#request && this.view.older) this.#request.page ??= this.#read(this.view.older.url);
  }

  arrive(): void {
    if (!this.#request?.page) return;
    this.view = foldPage(this.view, this.#request.page, this.#request.loggedEvents);
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
