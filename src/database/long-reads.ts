import { Inject, Injectable } from '@nestjs/common';
import type { CompiledQuery } from 'kysely';
import { ENGINE, type Engine } from './database.js';
import { DeadlineExceeded } from './errors.js';

/** Milliseconds from the request to the answer, waiting included. */
const DEADLINE = 3000;
/** Queries that wait: of all requesters, and of one of them. */
const MOST_WAITING = { inAll: 100, ofOne: 4 };

type Job = () => Promise<void>;

/**
 * Queries that may take long, such as searches: a few at a time, beside the event loop, each with a deadline, and in
 * turns for those who ask, so that nobody waits behind all that another one wants.
 */
@Injectable()
export class LongReads {
  /** By requester; the first one is next. */
  readonly #waiting = new Map<string, Job[]>();
  #running = 0;

  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  /**
   * @param requester in whose turn it runs.
   * @throws DeadlineExceeded it took too long, or too many wait; DatabaseUnavailable.
   */
  async run<Row>(requester: string, query: CompiledQuery<Row>): Promise<Row[]> {
    this.#refuseWhenFull(requester);
    const { promise, resolve, reject } = Promise.withResolvers<Row[]>();
    const end = performance.now() + DEADLINE;
    const giveUp = (): void => reject(new DeadlineExceeded('The query took too long.'));
    const timer = setTimeout(giveUp, DEADLINE);
    this.#enqueue(requester, async () => {
      const left = Math.ceil(end - performance.now());
      if (left > 0) await this.engine.longRead(query, left).then(resolve, reject);
    });
    this.#startNext();
    return promise.finally(() => clearTimeout(timer));
  }

  #refuseWhenFull(requester: string): void {
    const own = this.#waiting.get(requester)?.length ?? 0;
    const all = [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
    if (own >= MOST_WAITING.ofOne || all >= MOST_WAITING.inAll)
      throw new DeadlineExceeded('Too many queries wait.');
  }

  #enqueue(requester: string, job: Job): void {
    const jobs = this.#waiting.get(requester) ?? [];
    jobs.push(job);
    this.#waiting.set(requester, jobs);
  }

  #startNext(): void {
    if (this.#running >= this.engine.longReadsAtOnce) return;
    const [next] = this.#waiting;
    if (!next) return;
    const [requester, [job, ...others]] = next;
    // To the end of the row.
    this.#waiting.delete(requester);
    if (others.length > 0) this.#waiting.set(requester, others);
    this.#running++;
    void job!().finally(() => {
      this.#running--;
      this.#startNext();
    });
  }
}
