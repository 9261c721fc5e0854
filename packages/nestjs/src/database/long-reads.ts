import { Inject, Injectable } from '@nestjs/common';
import type { CompiledQuery } from 'kysely';
import { ENGINE, type Engine } from '../engine/database.js';
import { DeadlineExceeded } from '../engine/errors.js';

/** Milliseconds from the call to the result, including the wait. */
const DEADLINE = 3000;
/** The maximum number of waiting queries, in total and per requester. */
const MAX_WAITING = { total: 100, perRequester: 4 };

type Job = () => Promise<void>;

/**
 * Runs queries that can take long, such as searches: a few at a time, outside of the event loop, each with a deadline.
 * Requesters take turns, so that one with many queries does not delay the others.
 */
@Injectable()
export class LongReads {
  /** By requester. The first one is the next to run. */
  readonly #waiting = new Map<string, Job[]>();
  #running = 0;
  #refused = 0;

  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  /** Queries that wait for their turn. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Queries that were refused, because too many were waiting. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * @param requester the queue of the query.
   * @throws DeadlineExceeded the query takes too long, or too many queries are waiting; DatabaseUnavailable.
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
    if (own < MAX_WAITING.perRequester && this.waiting < MAX_WAITING.total) return;
    this.#refused++;
    throw new DeadlineExceeded('Too many queries are waiting.');
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
    // Move the requester to the end of the queue.
    this.#waiting.delete(requester);
    if (others.length > 0) this.#waiting.set(requester, others);
    this.#running++;
    void job!().finally(() => {
      this.#running--;
      this.#startNext();
    });
  }
}
