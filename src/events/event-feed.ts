import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { merge, type Observable, Subject, type Subscription } from 'rxjs';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { EventLog, type LoggedFact } from './event-log.js';
import { RecentFacts } from './recent-facts.js';

/** Milliseconds; stands behind every bell, so a lost one costs latency and never an event. */
const POLL = 1000;
const PAGE = 500;
/** Facts that are read into memory when the process starts. */
const RECENT_AT_START = 5000;

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
    private readonly database: Database,
    config: Config,
  ) {
    this.recent = new RecentFacts(config.STREAM_RING_BYTES);
  }

  async onModuleInit(): Promise<void> {
    const { epoch, head } = await this.log.state();
    [this.#epoch, this.#head] = [epoch, head];
    // Those who come back after a restart are near the head, and ask for the same.
    this.recent.push(await this.log.read(head - RECENT_AT_START, head, RECENT_AT_START));
    this.#bell = merge(this.work.committed, this.database.rings).subscribe(() => this.#ring());
    this.#poll = setInterval(() => this.#ring(), POLL);
  }

  async onModuleDestroy(): Promise<void> {
    this.#bell?.unsubscribe();
    clearInterval(this.#poll);
    await this.#reading?.catch(() => undefined);
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

  /**
   * Looks at the log. Resolves when all that it held at the call has been emitted.
   *
   * @throws whatever keeps the log from being read.
   */
  wake(): Promise<void> {
    this.#wokenMeanwhile = true;
    return (this.#reading ??= this.#readOn());
  }

  #ring(): void {
    this.wake().catch((error: unknown) =>
      this.#logger.error({ err: error }, 'The log cannot be read; the next poll tries again.'),
    );
  }

  async #readOn(): Promise<void> {
    try {
      while (this.#wokenMeanwhile) {
        this.#wokenMeanwhile = false;
        while (await this.#emitPage());
      }
    } finally {
      // In the turn that has left the loop: who wakes it from now on starts a new one.
      this.#reading = undefined;
    }
  }

  /** @returns whether there may be more. */
  async #emitPage(): Promise<boolean> {
    const facts = await this.log.read(this.#head, Number.MAX_SAFE_INTEGER, PAGE);
    if (facts[0]?.position !== this.#head + 1) return this.#skipTrimmed();
    this.#head = facts.at(-1)!.position;
    this.recent.push(facts);
    this.#facts.next(facts);
    if (facts.length < PAGE) return false;
    // SQLite answers at once, so a long run of pages would let nothing else have its turn.
    await new Promise(setImmediate);
    return true;
  }

  /** Goes past facts that another process has trimmed before this one could read them. */
  async #skipTrimmed(): Promise<boolean> {
    const { oldest } = await this.log.state();
    if (oldest <= this.#head + 1) return false;
    this.#head = oldest - 1;
    this.#gaps.next();
    return true;
  }
}
