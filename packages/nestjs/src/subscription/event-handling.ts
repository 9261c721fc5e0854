import { Logger } from '@nestjs/common';
import type { Database } from '../engine/database.js';
import { inLog } from '../engine/errors.js';
import type { LoggedEvent } from '../log/event-log.js';
import type { Transaction } from '../transaction/transaction.js';
import {
  becomeDead,
  failRequested,
  forgetFailures,
  nextRequested,
  noteFailure,
} from './dead-letters.js';
import type { DeclaredSubscription } from './declared-subscriptions.js';
import type { EventReader } from './event-reader.js';
import { moveCursor } from './lease.js';
import type { OwnedCursor } from './owned-cursor.js';

/** Milliseconds after which a transaction handles no further event, because other commands of the process wait for it. */
const MAX_TRANSACTION_TIME = 20;

/** The result of handling the first events of a list. */
export interface Outcome {
  /** The number of events that are done. If it is 0, read the events again. */
  readonly past: number;
  /** The number of failures of the first event, if it must be retried. */
  readonly failures?: number;
}

/** Calls the handlers of one subscription, and moves its cursor with their effects. */
export class EventHandling {
  readonly #logger: Logger;
  /** After a failure, each event gets its own transaction until the failed event is done. */
  #singleUpTo = 0;
  /** The event whose handler is running or has failed. */
  #failing: LoggedEvent | undefined;

  constructor(
    private readonly declared: DeclaredSubscription,
    private readonly cursor: OwnedCursor,
    private readonly database: Database,
    private readonly reader: EventReader,
  ) {
    this.#logger = new Logger(`Subscription ${declared.name}`);
  }

  /** Handles the first event of a list, or several in one transaction. */
  async handleFirstOf(events: readonly LoggedEvent[]): Promise<Outcome> {
    const [first] = events as [LoggedEvent];
    try {
      const past = this.#isTransactional(first)
        ? await this.#handleTogether(this.#transactionalFirst(events))
        : await this.#handleOutside(first);
      return { past };
    } catch (error) {
      const failed = this.#takeFailing();
      if (!failed) throw error;
      this.#singleUpTo = failed.position;
      // The events before it were rolled back with it. They run again, one at a time.
      return failed === first ? this.#noteFailure(failed, error) : { past: 0 };
    }
  }

  #isTransactional({ type }: LoggedEvent): boolean {
    return this.declared.handlers.get(type)?.isTransactional ?? false;
  }

  #transactionalFirst(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    if (events[0]!.position <= this.#singleUpTo) return events.slice(0, 1);
    const end = events.findIndex((event) => !this.#isTransactional(event));
    return end < 0 ? events : events.slice(0, end);
  }

  async #handleTogether(events: readonly LoggedEvent[]): Promise<number> {
    const last = await this.cursor.hold(async (tx) => {
      const end = performance.now() + MAX_TRANSACTION_TIME;
      let last = events[0]!;
      for (const event of events) {
        await this.#call(event, tx);
        last = event;
        if (performance.now() > end) break;
      }
      await this.cursor.moveOver(tx, last.position);
      return last;
    });
    this.cursor.noteCommitted(last.position);
    return events.indexOf(last) + 1;
  }

  async #handleOutside(event: LoggedEvent): Promise<number> {
    await this.#callOutside(event);
    await this.cursor.hold((tx) => this.cursor.moveOver(tx, event.position));
    this.cursor.noteCommitted(event.position);
    return 1;
  }

  /** Checks the lease first, because the effects of such a handler cannot be rolled back. */
  async #callOutside(event: LoggedEvent): Promise<void> {
    await this.cursor.check();
    await this.#call(event);
  }

  async #call(event: LoggedEvent, tx?: Transaction): Promise<void> {
    this.#failing = event;
    const handler = this.declared.handlers.get(event.type);
    if (!handler) throw new Error(`The subscription has no handler for ${event.type}.`);
    await handler.handle(event, this.reader.epoch, tx);
    if (tx) this.#refuseOwnTypes(tx);
    this.#failing = undefined;
  }

  #refuseOwnTypes(tx: Transaction): void {
    if (this.declared.options.mayTriggerItself) return;
    const own = tx.recordedTypes.find((type) => this.declared.handlers.has(type));
    if (own)
      throw new Error(
        `The handler recorded ${own}, which its own subscription handles: it could trigger itself endlessly. Set mayTriggerItself if it does not.`,
      );
  }

  /** The event whose handler threw; `undefined` if something else failed. */
  #takeFailing(): LoggedEvent | undefined {
    const failing = this.#failing;
    this.#failing = undefined;
    return failing;
  }

  async #noteFailure(event: LoggedEvent, error: unknown): Promise<Outcome> {
    const { name, options } = this.declared;
    const failures = await this.cursor.hold(async ({ db }) => {
      const failures = await noteFailure(db, name, event, error);
      if (failures >= options.attempts) {
        await becomeDead(db, name, event.position);
        await moveCursor(db, this.cursor, event.position);
      }
      return failures;
    });
    const what = `${event.type} at ${event.position} failed ${failures} of ${options.attempts} times`;
    if (failures < options.attempts) {
      this.#logger.warn(inLog(error), `${what}. It will be retried.`);
      return { past: 0, failures };
    }
    this.#logger.error(inLog(error), `${what}. It is now a dead letter.`);
    this.cursor.noteCommitted(event.position);
    return { past: 1 };
  }

  /**
   * Retries the oldest dead letter for which an operator has requested an attempt.
   *
   * @returns whether there was one.
   */
  async tryRequested(): Promise<boolean> {
    const event = await nextRequested(this.database.read, this.declared.name);
    if (!event) return false;
    try {
      await this.#handleRequested(event);
    } catch (error) {
      if (!this.#takeFailing()) throw error;
      this.#logger.error(inLog(error), `${event.type} at ${event.position} failed again.`);
      await this.cursor.hold(({ db }) => failRequested(db, this.declared.name, event, error));
    }
    return true;
  }

  async #handleRequested(event: LoggedEvent): Promise<void> {
    const isTransactional = this.#isTransactional(event);
    if (!isTransactional) await this.#callOutside(event);
    await this.cursor.hold(async (tx) => {
      if (isTransactional) await this.#call(event, tx);
      await removeLetter(tx, this.declared.name, event);
    });
  }
}

const removeLetter = ({ db }: Transaction, name: string, { position }: LoggedEvent) =>
  forgetFailures(db, name, position - 1, position);
