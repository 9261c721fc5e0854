import fc from 'fast-check';
import { UnitOfWork } from '../src/database/unit-of-work.js';
import { type RunningApplication, startApplication } from './support/application.js';
import { listen, type RawListener } from './support/listener.js';
import { fact } from './support/log.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

type Step =
  | {
      readonly do: 'write';
      readonly facts: number;
      readonly fails: boolean;
      readonly yields: boolean;
    }
  | { readonly do: 'listen'; readonly who: number }
  | { readonly do: 'cut'; readonly who: number }
  | { readonly do: 'wait' };

const who = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      facts: fc.nat({ max: 7 }),
      fails: fc.boolean(),
      yields: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('listen' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), who }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
);

/** Someone who comes and goes, and always goes on from the last id. */
class Visitor {
  readonly heard: number[] = [];
  #cursor: string | undefined;
  #first: number | undefined;
  #listener: RawListener | undefined;

  async listen(port: number): Promise<void> {
    if (this.#listener) return;
    const headers = this.#cursor ? { 'Last-Event-ID': this.#cursor } : {};
    this.#listener = await listen(port, '/api/users/event', { headers });
    this.#first ??= positionOf(/^id: (.*)$/m.exec(this.#listener.body)![1]!) + 1;
  }

  async cut(): Promise<void> {
    if (!this.#listener) return;
    await this.#listener.close();
    this.heard.push(...this.#listener.of('update').map(({ id }) => positionOf(id!)));
    this.#cursor = this.#listener.cursor || this.#cursor;
    this.#listener = undefined;
  }

  /** Hears the rest, up to the head, and answers with what it should have heard in all. */
  async catchUp(port: number, head: number): Promise<number[]> {
    await this.listen(port);
    await this.#listener!.until(({ cursor }) => positionOf(cursor) >= head);
    await this.cut();
    return Array.from({ length: head - this.#first! + 1 }, (_, index) => this.#first! + index);
  }
}

const positionOf = (cursor: string): number => Number(cursor.split('-')[1]);

describe.each([
  ['the newest facts in memory', '16777216'],
  ['few of them in memory', '3000'],
  ['none of them in memory', '0'],
])('any interleaving of writers, rollbacks and listeners, with %s', (_, STREAM_RING_BYTES) => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication({ STREAM_RING_BYTES });
  });
  afterAll(() => application.stop());

  it('gives each listener every fact once, in order, and no listener a fact that was rolled back', async () => {
    console.info(`TEST_SEED=${seed}`);
    const work = application.app.get(UnitOfWork, { strict: false });
    const good: unknown[] = [];
    let serial = 0;

    const write = ({ facts, fails, yields }: Extract<Step, { do: 'write' }>) => {
      const numbers = Array.from({ length: facts }, () => serial++);
      return work
        .run(async (tx) => {
          for (const n of numbers) {
            tx.record(fact({ n, fails }));
            if (yields) await new Promise(setImmediate);
          }
          if (fails) throw new Error('rolled back');
        })
        .then(
          () => good.push(...numbers),
          () => undefined,
        );
    };

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const visitors = Array.from({ length: 4 }, () => new Visitor());
        const writes: Promise<unknown>[] = [];
        for (const next of steps) {
          if (next.do === 'write') writes.push(write(next));
          if (next.do === 'listen') await visitors[next.who]!.listen(application.port);
          if (next.do === 'cut') await visitors[next.who]!.cut();
          if (next.do === 'wait') await new Promise((resolve) => setTimeout(resolve, 2));
        }
        await Promise.all(writes);
        const head = positionOf(
          (await fetch(`${application.url}/api/users?limit=1`)).headers.get('last-event-id')!,
        );
        for (const visitor of visitors) {
          const due = await visitor.catchUp(application.port, head);
          expect(visitor.heard).toEqual(due);
        }
      }),
      { seed, numRuns: 60 },
    );

    const all = await listen(application.port, '/api/users/event?lastEventId=earliest');
    await all.hears(good.length, 'update');
    const told = all.of('update').map(({ data }) => data as { n: number; fails: boolean });
    expect(told.every(({ fails }) => !fails)).toBe(true);
    expect(told.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(
      (good as number[]).toSorted((a, b) => a - b),
    );
    await all.close();
  });
});
