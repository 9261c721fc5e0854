import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type Observable, Subject, type Subscription } from 'rxjs';
import { Config } from '../config.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { EventLog, type LoggedFact } from './event-log.js';
import { RecentFacts } from './recent-facts.js';

/** Milliseconds; stands behind every bell, so a lost one costs latency and never an event. */
const POLL = 1000;
const PAGE = 500;

/**
 * The one way out of the log: tails it, and emits what is new, in order, each fact once.
 *
 * It carries what is committed and nothing else, whoever committed it, since it reads the log like any
 * other reader; a commit only wakes it.
 */
@Injectable()
export class EventFeed implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(EventFeed.name);
  readonly #facts = new Subject<readonly LoggedFact[]>();
  readonly #gaps = new Subject<void>();
  /** What was emitted last, for listeners that are a little behind. */
  readonly recent: RecentFacts;
  #epoch = '';
  #head = 0;
  #reading: Promise<void> | undefined;
  #wokenMeanwhile = false;
  #bell?: Subscription;
  #poll?: NodeJS.Timeout;

  constructor(
    private readonly log: EventLog,
    private readonly work: UnitOfWork,
    config: Config,
  ) {
    this.recent = new RecentFacts(config.STREAM_RING_BYTES);
  }

  async onModuleInit(): Promise<void> {
    ({ epoch: this.#epoch, head: this.#head } = await this.log.state());
    this.#bell = this.work.committed.subscribe(() => void this.wake());
    this.#poll = setInterval(() => void this.wake(), POLL);
  }

  async onModuleDestroy(): Promise<void> {
    this.#bell?.unsubscribe();
    clearInterval(this.#poll);
    await this.#reading;
  }

  /** The facts of the log from the start of this process on, in runs that were ready together. */
  get facts(): Observable<readonly LoggedFact[]> {
    return this.#facts;
  }

  /** Tells, before the facts that follow, that some were trimmed before this process could read them. */
  get gaps(): Observable<void> {
    return this.#gaps;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** The position of the last fact that was emitted. */
  get head(): number {
    return this.#head;
  }

  /** Looks at the log. Resolves when all that it held at the call has been emitted. */
  wake(): Promise<void> {
    this.#wokenMeanwhile = true;
    this.#reading ??= this.#readOn().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readOn(): Promise<void> {
    try {
      while (this.#wokenMeanwhile) {
        this.#wokenMeanwhile = false;
        await this.#emitNew();
      }
    } catch (error) {
      this.#logger.error({ err: error }, 'The log cannot be read; the next poll tries again.');
    }
  }

  async #emitNew(): Promise<void> {
    for (;;) {
      const facts = await this.log.read(this.#head, Number.MAX_SAFE_INTEGER, PAGE);
      const last = facts.at(-1);
      if (!last) return;
      const hasGap = facts[0]!.position !== this.#head + 1;
      this.#head = last.position;
      if (hasGap) this.#gaps.next();
      this.recent.push(facts);
      this.#facts.next(facts);
    }
  }
}
