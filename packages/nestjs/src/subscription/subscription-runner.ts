import { Logger } from '@nestjs/common';
import type { Database } from '../engine/database.js';
import { inLog } from '../engine/errors.js';
import type { SubscriptionsTable } from '../engine/schema.js';
import type { LoggedEvent } from '../log/event-log.js';
import type { UnitOfWork } from '../transaction/unit-of-work.js';
import { backoff } from '../engine/backoff.js';
import type { DeclaredSubscription } from './declared-subscriptions.js';
import { EventHandling } from './event-handling.js';
import type { EventPage, EventReader } from './event-reader.js';
import { CursorMoved, type Lease, LeaseLost } from './lease.js';
import { OwnedCursor } from './owned-cursor.js';
import { WakeSignal } from './wake-signal.js';

/** Milliseconds before a failed database call is retried. Doubles each time. */
const DATABASE_DELAY = { first: 250, last: 5000 };

/**
 * Runs one subscription while this process owns it: reads the events after its cursor and calls the handlers, in order.
 *
 * Every transaction that moves the cursor first holds the lease. A process that lost its
 * lease while it was paused therefore cannot commit.
 */
export class SubscriptionRunner implements Lease {
  readonly name: string;
  readonly term: number;
  /** Resolves when no handler is running and none will start. */
  readonly ended: Promise<void>;
  readonly #logger: Logger;
  readonly #cursor: OwnedCursor;
  readonly #handling: EventHandling;
  readonly #wake = new WakeSignal();
  #databaseFailures = 0;
  #isStopped = false;
  #hasRequests = true;
  #wasMoved = false;
  #wasRedacted = false;
  #isSaveDue = false;
  #isWaitingForOperator = false;

  constructor(
    private readonly declared: DeclaredSubscription,
    row: SubscriptionsTable,
    work: UnitOfWork,
    database: Database,
    private readonly reader: EventReader,
  ) {
    [this.name, this.term] = [row.name, row.term];
    this.#cursor = new OwnedCursor(row, work, database);
    this.#handling = new EventHandling(declared, this.#cursor, database, reader);
    this.#logger = new Logger(`Subscription ${row.name}`);
    this.ended = this.#run();
  }

  /** Receives new events. If none has a handler, the cursor moves in memory, and nothing else is done. */
  receive(events: readonly LoggedEvent[]): void {
    const isNext = events[0]!.position === this.#cursor.position + 1;
    if (isNext && !events.some(({ type }) => this.declared.handlers.has(type)))
      this.#cursor.position = events.at(-1)!.position;
    else this.wake();
  }

  /** Called when there may be events that it has not received. */
  wake(): void {
    this.#wake.set();
  }

  /** Receives the state in the database while this process is the owner. */
  notice({ position }: SubscriptionsTable, hasRequests: boolean): void {
    this.#hasRequests ||= hasRequests;
    // The position may have been read before this runner moved it. The extra read that follows is harmless.
    this.#wasMoved ||= position !== this.#cursor.stored;
    this.#isSaveDue = !this.#cursor.isStored;
    if (this.#hasRequests || this.#wasMoved || this.#isSaveDue) this.wake();
  }

  /** Called when events that it has read may have been redacted. */
  readAgain(): void {
    this.#wasRedacted = true;
  }

  /** Called when the database, and the cursor in it, may have been restored to an earlier state, or the lease is lost. */
  restart(): void {
    this.#wasMoved = true;
    this.wake();
  }

  /** Starts no further event. */
  stop(): void {
    this.#isStopped = true;
    this.wake();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped)
      try {
        if (!(await this.#step())) await this.#wake.wait();
        this.#databaseFailures = 0;
      } catch (error) {
        await this.#recover(error);
      }
    await this.#cursor
      .save()
      .catch((error: unknown) =>
        this.#logger.warn(
          inLog(error),
          'The cursor could not be stored. Some events will be read again.',
        ),
      );
  }

  async #recover(error: unknown): Promise<void> {
    if (error instanceof LeaseLost) {
      this.#isStopped = true;
      this.#cursor.forget();
      this.#logger.warn('Another process has taken over.');
    } else if (error instanceof CursorMoved) this.#wasMoved = true;
    else {
      const { first, last } = DATABASE_DELAY;
      if (this.#databaseFailures++ === 0)
        this.#logger.error(inLog(error), 'The subscription could not continue. It tries again.');
      await this.#pause(backoff(this.#databaseFailures, first, last));
    }
  }

  /** Ends early if there is other work. */
  async #pause(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    while (!this.#isStopped && !this.#wasMoved && performance.now() < end)
      await this.#wake.wait(end - performance.now());
  }

  /** @returns whether there may be more work. */
  async #step(): Promise<boolean> {
    if (this.#wasMoved) await this.#continueWhereStored();
    if (this.#isSaveDue) await this.#save();
    if (this.#hasRequests && (this.#hasRequests = await this.#handling.tryRequested())) return true;
    if (!this.reader.isBehind(this.#cursor.position)) return false;
    if (await this.#skipUnneeded()) return true;
    this.#wasRedacted = false;
    const page = await this.reader.read(this.#cursor.position, this.declared.handlers);
    if (page.missed > 0) return this.#skipMissed(page);
    if (await this.#handleAll(page.events))
      this.#cursor.position = Math.max(this.#cursor.position, page.upTo);
    return true;
  }

  /** Moves the cursor in memory. Whatever makes the subscription necessary later precedes only later events. */
  async #skipUnneeded(): Promise<boolean> {
    const { head } = this.reader;
    if (await this.declared.isNeeded()) return false;
    this.#cursor.position = head;
    return true;
  }

  async #continueWhereStored(): Promise<void> {
    this.#wasMoved = false;
    this.#isWaitingForOperator = false;
    await this.#cursor.read();
  }

  async #save(): Promise<void> {
    this.#isSaveDue = false;
    await this.#cursor.save();
  }

  /** @returns whether all events are done; otherwise the rest must be read again. */
  async #handleAll(events: readonly LoggedEvent[]): Promise<boolean> {
    const { delay, maxDelay } = this.declared.options;
    for (let rest = events; rest.length > 0;) {
      if (this.#isStopped || this.#wasMoved || this.#wasRedacted) return false;
      const { past, failures } = await this.#handling.handleFirstOf(rest);
      if (failures) await this.#pause(backoff(failures, delay, maxDelay));
      if (past === 0) return false;
      rest = rest.slice(past);
    }
    return true;
  }

  /** Continues or stops after retention removed events before they were read. */
  async #skipMissed({ missed, beforeOldest }: EventPage): Promise<boolean> {
    const isContinuing = this.declared.options.onMissedEvents === 'continue';
    if (!this.#isWaitingForOperator)
      this.#logger.error(
        `Retention removed ${missed} events after position ${this.#cursor.position} that the subscription had not read. ` +
          (isContinuing
            ? 'The subscription continues with the oldest event that is kept.'
            : 'The subscription has stopped. Use the replay command to choose where it continues: earliest, now or a cursor.'),
      );
    if (isContinuing) await this.#cursor.commit(beforeOldest);
    else this.#isWaitingForOperator = true;
    return isContinuing;
  }
}
