import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import {
  filter,
  firstValueFrom,
  merge,
  type Observable,
  Subject,
  type Subscription,
  throwError,
  timeout,
} from 'rxjs';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { newEpoch } from '../database/epoch.js';
import { DatabaseUnavailable, inLog } from '../database/errors.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { PAGES_SHARE } from './encoded-pages.js';
import { EventLog, type LoggedFact, upToHole } from './event-log.js';
import { RecentFacts } from './recent-facts.js';

/** Milliseconds; stands behind every bell, so a lost one costs latency and never an event. */
const POLL = 1000;
const PAGE = 500;
/** Milliseconds for the feed to get to a position that someone has read in the database. */
const REACH_TIMEOUT = 3000;
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
  readonly #restarts = new Subject<void>();
  readonly #redactions = new Subject<void>();
  readonly #advances = new Subject<void>();
  /** What was emitted last, for listeners that are a little behind. */
  readonly recent: RecentFacts;
  #epoch = '';
  #head = 0;
  /** The fact at the head, as it was told. */
  #last: LoggedFact | undefined;
  #reading: Promise<void> | undefined;
  #wokenMeanwhile = false;
  /** Whether to look if it is still the same log. */
  #mayBeAnother = false;
  /** Whether it could not be read the last time. */
  #failing = false;
  #bell?: Subscription;
  #poll?: NodeJS.Timeout;

  constructor(
    private readonly log: EventLog,
    private readonly work: UnitOfWork,
    private readonly database: Database,
    config: Config,
  ) {
    this.recent = new RecentFacts(config.STREAM_RING_BYTES * (1 - PAGES_SHARE));
  }

  async onModuleInit(): Promise<void> {
    const { epoch, head } = await this.log.state();
    [this.#epoch, this.#head] = [epoch, head];
    // Those who come back after a restart are near the head, and ask for the same.
    const recent = await this.log.read(head - RECENT_AT_START, head, RECENT_AT_START);
    this.recent.push(recent);
    this.#last = recent.at(-1);
    this.#bell = merge(this.work.committed, this.database.rings).subscribe(() => this.#ring());
    this.#poll = setInterval(() => this.#ring(true), POLL);
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

  /** Tells, before the facts that follow, that some before them will not come: they were trimmed, or never recorded. */
  get gaps(): Observable<void> {
    return this.#gaps;
  }

  /**
   * Tells that the log is another one than before: the database was set back, as by a fail-over to a replica that had not
   * heard of the last commits. What was told of them is not true any more; from now on there is a new epoch.
   */
  get restarts(): Observable<void> {
    return this.#restarts;
  }

  /** Tells, before the events that follow, that earlier ones were redacted. What is kept of them must not be used again. */
  get redactions(): Observable<void> {
    return this.#redactions;
  }

  /** Emits when the head has moved, after everything up to it was emitted. */
  get advances(): Observable<void> {
    return this.#advances;
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

  /**
   * Resolves when everything up to `position` has been emitted, or the log turns out to be another one.
   *
   * @throws DatabaseUnavailable after REACH_TIMEOUT.
   */
  async reach(position: number): Promise<void> {
    if (this.#head >= position) return;
    this.#ring();
    const reached = this.#advances.pipe(filter(() => this.#head >= position));
    const late = new DatabaseUnavailable(`The feed has not reached position ${position} in time.`);
    const orLate = { first: REACH_TIMEOUT, with: () => throwError(() => late) };
    await firstValueFrom(merge(reached, this.#restarts).pipe(timeout(orLate)));
  }

  #ring(mayBeAnother = false): void {
    this.#mayBeAnother ||= mayBeAnother;
    this.wake().then(
      () => {
        if (this.#failing) this.#logger.log('The log can be read again.');
        this.#failing = false;
      },
      (error: unknown) => {
        if (!this.#failing)
          this.#logger.error(inLog(error), 'The log cannot be read; each poll tries again.');
        this.#failing = true;
      },
    );
  }

  async #readOn(): Promise<void> {
    try {
      while (this.#wokenMeanwhile) {
        this.#wokenMeanwhile = false;
        const head = this.#mayBeAnother ? await this.#compareEpochs() : 0;
        while ((await this.#emitPage()) || (head > this.#head && (await this.#skipMissing())));
      }
    } finally {
      // In the turn that has left the loop: who wakes it from now on starts a new one.
      this.#reading = undefined;
    }
  }

  /** @returns whether there may be more. */
  async #emitPage(): Promise<boolean> {
    // From the last one that was told on, to see whether it is still the same.
    const facts = await this.log.read(this.#head - 1, Number.MAX_SAFE_INTEGER, PAGE);
    const told = facts[0]?.position === this.#head ? facts.shift() : undefined;
    if (told && this.#last && !isSame(told, this.#last)) return this.#startAnew();
    if (facts.length === 0 && told) return false;
    if (facts[0]?.position !== this.#head + 1) return this.#skipMissing();
    const run = upToHole(facts);
    await this.#redactRecent(run);
    this.#head = run.at(-1)!.position;
    this.#last = run.at(-1);
    this.recent.push(run);
    this.#facts.next(run);
    this.#advances.next();
    if (run.length === facts.length && facts.length < PAGE - 1) return false;
    // SQLite answers at once, so a long run of pages would let nothing else have its turn.
    await new Promise(setImmediate);
    return true;
  }

  /** Reads those that are in memory again whose earlier form the log does not hold any more. */
  async #redactRecent(run: readonly LoggedFact[]): Promise<void> {
    const subjects = new Set(run.flatMap(({ redacts }) => redacts ?? []));
    if (subjects.size === 0) return;
    const positions = this.recent.positionsOf(subjects);
    for (let n = 0; n < positions.length; n += PAGE)
      this.recent.replace(await this.log.at(positions.slice(n, n + PAGE)));
    this.#redactions.next();
  }

  /**
   * Goes past positions that no fact will come for any more: another process has trimmed it before this one could read
   * it, or another program has moved the head and put nothing there. A fact cannot come later than one behind it.
   */
  async #skipMissing(): Promise<boolean> {
    const { oldest, head, next } = await this.database.snapshot(async (db) => {
      const state = await this.log.state(db);
      const [next] = await this.log.read(this.#head, state.head, 1, db);
      return { ...state, next: next?.position ?? state.head + 1 };
    });
    if (head < this.#head) return this.#startAnew();
    if (head === this.#head) return false;
    if (next === this.#head + 1) return true;
    const hole = Math.max(this.#head + 1, oldest);
    if (hole < next)
      this.#logger.error(
        `The log has a hole: nothing was recorded at the positions from ${hole} to ${next - 1}. Subscribers get a reset.`,
      );
    this.#head = next - 1;
    this.#last = undefined;
    // One of those that will not come may have redacted what is in memory.
    this.recent.clear();
    this.#redactions.next();
    this.#gaps.next();
    this.#advances.next();
    return true;
  }

  /** @returns the head of the log, up to which facts can be expected. */
  async #compareEpochs(): Promise<number> {
    this.#mayBeAnother = false;
    const { epoch, head } = await this.log.state();
    if (epoch !== this.#epoch || head < this.#head) await this.#startAnew();
    return head;
  }

  /** Goes to the head of a log that is not the one that was told of, under an epoch that no old cursor has. */
  async #startAnew(): Promise<boolean> {
    this.#logger.warn('The database was set back to an earlier state. Subscribers get a reset.');
    const lost = this.#epoch;
    // Once: another process may have seen it, too.
    await this.work.run(({ db }) =>
      db.updateTable('event_log').set({ epoch: newEpoch() }).where('epoch', '=', lost).execute(),
    );
    const { epoch, head } = await this.log.state();
    [this.#epoch, this.#head, this.#last] = [epoch, head, undefined];
    this.recent.clear();
    this.#restarts.next();
    return true;
  }
}

/** Whether what is read now is what was told, which may have been redacted since. */
const isSame = (now: LoggedFact, told: LoggedFact): boolean =>
  now.at === told.at &&
  now.type === told.type &&
  now.topic === told.topic &&
  (now.data === told.data || (now.subject === null && told.subject !== null));
