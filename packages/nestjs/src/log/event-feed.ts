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
import { Database } from '../engine/database.js';
import { newEpoch } from '../engine/epoch.js';
import { DatabaseUnavailable } from '../engine/errors.js';
import { OutageLog } from '../engine/outage-log.js';
import { CarillonOptions } from '../options.js';
import type { CommittedEvents } from '../transaction/pending-event.js';
import { UnitOfWork } from '../transaction/unit-of-work.js';
import { EventLog, type LoggedEvent } from './event-log.js';
import { EVENTS_SHARE, RecentEvents } from './recent-events.js';

/** Milliseconds between two polls. A lost notification costs latency and never an event. */
const POLL = 1000;
const PAGE = 500;
/** Events that are read into memory when the process starts. */
const RECENT_AT_START = 5000;

/**
 * The one way out of the log: tails it, and emits new events in order, each once.
 *
 * It emits only what is committed, by whichever program. Commits of this process that directly follow what was emitted come
 * from memory. For all others it reads the log like any other reader.
 */
@Injectable()
export class EventFeed implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(EventFeed.name);
  readonly #outages = new OutageLog(this.#logger, {
    begins: 'The log cannot be read; each poll tries again.',
    ends: 'The log can be read again.',
  });
  readonly #events = new Subject<readonly LoggedEvent[]>();
  readonly #gaps = new Subject<void>();
  readonly #restarts = new Subject<void>();
  readonly #redactions = new Subject<void>();
  readonly #advances = new Subject<void>();
  /** The latest events, for subscribers that are slightly behind. */
  readonly recent: RecentEvents;
  /** Milliseconds for the feed to reach a position that was read in the database. Tests shorten it. */
  readonly reachTimeout: number = 3000;
  #epoch = '';
  #head = 0;
  /** The event at the head, as it was emitted. */
  #last: LoggedEvent | undefined;
  #reading: Promise<void> | undefined;
  #wokenMeanwhile = false;
  /** Whether to check that it is still the same log. */
  #mayBeAnother = false;
  #commits?: Subscription;
  #poll?: NodeJS.Timeout;

  constructor(
    private readonly log: EventLog,
    private readonly work: UnitOfWork,
    private readonly database: Database,
    { stream }: CarillonOptions,
  ) {
    this.recent = new RecentEvents(stream.recentBytes * EVENTS_SHARE);
  }

  async onModuleInit(): Promise<void> {
    const { epoch, head } = await this.log.state();
    [this.#epoch, this.#head] = [epoch, head];
    // Subscribers who come back after a restart are near the head, and need the same events.
    const recent = await this.log.read(head - RECENT_AT_START, head, RECENT_AT_START);
    this.recent.push(recent);
    this.#last = recent.at(-1);
    this.#commits = this.work.committed.subscribe((committed) => this.#emitCommitted(committed));
    this.#commits.add(this.database.commits.subscribe(() => this.#notify()));
    this.#poll = setInterval(() => this.#notify(true), POLL);
  }

  async onModuleDestroy(): Promise<void> {
    this.#commits?.unsubscribe();
    clearInterval(this.#poll);
    await this.#reading?.catch(() => undefined);
  }

  /** The events of the log from the start of this process on, in runs that were ready together. */
  get events(): Observable<readonly LoggedEvent[]> {
    return this.#events;
  }

  /** Emits before the next events when events before them were skipped, because they were trimmed. */
  get gaps(): Observable<void> {
    return this.#gaps;
  }

  /**
   * Emits when the log has been replaced: the database was set back, as by a fail-over to a replica without the last commits.
   * The events that were emitted for them are no longer true. From now on there is a new epoch.
   */
  get restarts(): Observable<void> {
    return this.#restarts;
  }

  /** Emits before the next events when earlier ones were redacted. Copies of those must not be used again. */
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

  /** The position of the last event that was emitted. */
  get head(): number {
    return this.#head;
  }

  /**
   * Reads the log. Resolves when everything that it held at the call has been emitted.
   *
   * @throws whatever keeps the log from being read.
   */
  wake(): Promise<void> {
    this.#wokenMeanwhile = true;
    return (this.#reading ??= this.#readOn());
  }

  /**
   * Resolves when everything up to `position` has been emitted, or the log has been replaced.
   *
   * @throws DatabaseUnavailable after `reachTimeout`.
   */
  async reach(position: number): Promise<void> {
    if (this.#head >= position) return;
    this.#notify();
    const reached = this.#advances.pipe(filter(() => this.#head >= position));
    const late = new DatabaseUnavailable(`The feed has not reached position ${position} in time.`);
    const orLate = { first: this.reachTimeout, with: () => throwError(() => late) };
    await firstValueFrom(merge(reached, this.#restarts).pipe(timeout(orLate)));
  }

  #notify(mayBeAnother = false): void {
    this.#mayBeAnother ||= mayBeAnother;
    this.wake().then(
      () => this.#outages.succeeded(),
      (error: unknown) => this.#outages.failed(error),
    );
  }

  async #readOn(): Promise<void> {
    try {
      while (this.#wokenMeanwhile) {
        this.#wokenMeanwhile = false;
        if (this.#mayBeAnother) await this.#compareEpochs();
        while (await this.#emitPage());
      }
    } finally {
      // In the same turn as the end of the loop: a later wake-up starts a new one.
      this.#reading = undefined;
    }
  }

  /** @returns whether there may be more events. */
  async #emitPage(): Promise<boolean> {
    // From the last emitted event on, to compare it with what the log holds now.
    const run = await this.log.read(this.#head - 1, Number.MAX_SAFE_INTEGER, PAGE);
    const delivered = run[0]?.position === this.#head ? run.shift() : undefined;
    if (delivered && this.#last && !isSame(delivered, this.#last)) return this.#restart();
    if (run.length === 0 && delivered) return false;
    if (run[0]?.position !== this.#head + 1) return this.#skipTrimmed();
    await this.#redactRecent(run);
    this.#emit(run);
    if (run.length < PAGE - 1) return false;
    // SQLite answers immediately, so many pages in a row would block everything else.
    await new Promise(setImmediate);
    return true;
  }

  /** Emits a commit of this process. Reads the log instead if events of others precede it, or if it redacts events. */
  #emitCommitted({ events, previousAt }: CommittedEvents): void {
    const isNext = events[0]!.position === this.#head + 1;
    // Differs if the database was set back meanwhile, and another process has filled the positions.
    const isSameLog = previousAt !== undefined && previousAt === this.#last?.at;
    const isSimple = events.length <= PAGE && events.every(({ redacts }) => redacts === null);
    if (!this.#reading && isNext && isSameLog && isSimple) this.#emit(events);
    else this.#notify();
  }

  #emit(run: readonly LoggedEvent[]): void {
    this.#last = run.at(-1)!;
    this.#head = this.#last.position;
    this.recent.push(run);
    this.#events.next(run);
    this.#advances.next();
  }

  /** Rereads the redacted events that are kept in memory. */
  async #redactRecent(run: readonly LoggedEvent[]): Promise<void> {
    const subjects = new Set(run.flatMap(({ redacts }) => redacts ?? []));
    if (subjects.size === 0) return;
    const positions = this.recent.positionsOf(subjects);
    for (let n = 0; n < positions.length; n += PAGE)
      this.recent.replace(await this.log.at(positions.slice(n, n + PAGE)));
    this.#redactions.next();
  }

  /** Skips positions that another process trimmed before this one read them. */
  async #skipTrimmed(): Promise<boolean> {
    const { oldest, head } = await this.log.state();
    if (head < this.#head) return this.#restart();
    if (oldest <= this.#head + 1) return false;
    this.#head = oldest - 1;
    this.#last = undefined;
    // One of the skipped events may have redacted what is in memory.
    this.recent.clear();
    this.#redactions.next();
    this.#gaps.next();
    this.#advances.next();
    return true;
  }

  async #compareEpochs(): Promise<void> {
    this.#mayBeAnother = false;
    const { epoch, head } = await this.log.state();
    if (epoch !== this.#epoch || head < this.#head) await this.#restart();
  }

  /** Continues from the head of a log that was replaced, under a new epoch that no old cursor has. */
  async #restart(): Promise<boolean> {
    this.#logger.warn('The database was set back to an earlier state. Subscribers get a reset.');
    const lost = this.#epoch;
    // Only once: another process may do the same.
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

/** Whether an event read now is the one that was emitted, which may have been redacted since. */
const isSame = (now: LoggedEvent, delivered: LoggedEvent): boolean =>
  now.at === delivered.at &&
  now.type === delivered.type &&
  now.topic === delivered.topic &&
  (now.data === delivered.data || (now.subject === null && delivered.subject !== null));
