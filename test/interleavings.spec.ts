import { UnitOfWork } from '@carillon/nestjs';
import fc from 'fast-check';
import { type RunningApplication, startApplication } from './support/application.js';
import { subscribe, type RawSubscriber } from './support/raw-subscriber.js';
import { anEvent } from './support/log.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

type Step =
  | {
      readonly do: 'write';
      readonly loggedEvents: number;
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
      loggedEvents: fc.nat({ max: 7 }),
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
  readonly received: number[] = [];
  #cursor: string | undefined;
  #first: number | undefined;
  #subscriber: RawSubscriber | undefined;

  async listen(port: number): Promise<void> {
    if (this.#subscriber) return;
    const headers = this.#cursor ? { 'Last-Event-ID': this.#cursor } : {};
    this.#subscriber = await subscribe(port, '/api/users/event', { headers });
    this.#first ??= positionOf(/^id: (.*)$/m.exec(this.#subscriber.body)![1]!) + 1;
  }

  async cut(): Promise<void> {
    if (!this.#subscriber) return;
    await this.#subscriber.close();
    this.received.push(...this.#subscriber.of('update').map(({ id }) => positionOf(id!)));
    this.#cursor = this.#subscriber.cursor || this.#cursor;
    this.#subscriber = undefined;
  }

  /** Receives the rest, up to the head. @returns everything it should have received. */
  async catchUp(port: number, head: number): Promise<number[]> {
    await this.listen(port);
    await this.#subscriber!.until(({ cursor }) => positionOf(cursor) >= head);
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

  it('delivers every event once and in order to each subscriber, and never one that was rolled back', async () => {
    console.info(`TEST_SEED=${seed}`);
    const work = application.app.get(UnitOfWork, { strict: false });
    const good: unknown[] = [];
    let serial = 0;

    const write = ({ loggedEvents, fails, yields }: Extract<Step, { do: 'write' }>) => {
      const numbers = Array.from({ length: loggedEvents }, () => serial++);
      return work
        .run(async (tx) => {
          for (const n of numbers) {
            tx.record(anEvent({ n, fails }));
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
          expect(visitor.received).toEqual(due);
        }
      }),
      { seed, numRuns: 60 },
    );

    const all = await subscribe(application.port, '/api/users/event?lastEventId=earliest');
    await all.receives(good.length, 'update');
    const delivered = all.of('update').map(({ data }) => data as { n: number; fails: boolean });
    expect(delivered.every(({ fails }) => !fails)).toBe(true);
    expect(delivered.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(
      (good as number[]).toSorted((a, b) => a - b),
    );
    await all.close();
  });
});
