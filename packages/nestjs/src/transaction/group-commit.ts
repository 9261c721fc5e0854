import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subject, type Observable } from 'rxjs';
import type { Engine } from '../engine/database.js';
import { DatabaseUnavailable, TransactionConflict } from '../engine/errors.js';
import type { Appended, OpenTransaction } from '../engine/open-transaction.js';
import { type Command, failLate } from './command.js';
import { CommitStatistics } from './commit-statistics.js';
import { type Effect, startAll } from './effects.js';
import { type CommittedEvents, committedEvents, type PendingEvent } from './pending-event.js';
import { pendingRedacted, type Redaction } from './redaction.js';
import type { RegisteredTopics } from './registered-topics.js';
import { CannotUndoAlone, Savepoints } from './savepoints.js';
import { Transaction } from './transaction.js';

/** Commands that share one flush; bounds how long the first of them waits for the last. */
const MAX_PER_COMMIT = 256;
/** Maximum pause in milliseconds before a command runs again after a conflict. Jittered, so that two commands do not meet again. */
const CONFLICT_PAUSE = 20;
/**
 * Milliseconds that a command waits for its transaction to start. It waits while another commit gets no response; its own
 * commit may get none either, and docs/operations.md states the sum of both waits.
 */
const QUEUE_TIMEOUT = 3000;
/** Milliseconds between two checks for overdue commands while a commit gets no response. */
const OVERDUE_CHECK = 500;
/** Milliseconds that a command waits for its commit; longer than the timeout of a PostgreSQL statement. */
const COMMIT_TIMEOUT = 6500;

/**
 * Runs commands that arrive together one after another inside one transaction, with one flush to disk (group commit: DeWitt et al., "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984).
 *
 * The recorded events take their positions in the last statements before COMMIT, so the order of positions is the order of
 * commits.
 */
export class GroupCommit {
  readonly statistics = new CommitStatistics();
  /** Commits run outside any request's context, since they serve several. */
  readonly #ownContext = AsyncLocalStorage.snapshot();
  readonly #waiting: Command[] = [];
  readonly #committed = new Subject<CommittedEvents>();
  readonly #redacted = new Subject<void>();
  /** Commands that shared a commit which the database refused because of one of them. Each gets a transaction of its own. */
  readonly #alone = new WeakSet<Command>();
  /** Commands that were undone with another one. They run again in savepoints. */
  readonly #repeated = new WeakSet<Command>();
  #working: Promise<void> | undefined;
  /** Commands that pause before they run again. */
  #pausing = 0;

  constructor(
    private readonly engine: Engine,
    private readonly topics: RegisteredTopics,
  ) {}

  /** Emits after each commit that appended events to the log. */
  get committed(): Observable<CommittedEvents> {
    return this.#committed;
  }

  /** Emits after each commit that redacted events. */
  get redacted(): Observable<void> {
    return this.#redacted;
  }

  /** Commands that wait for their transaction. */
  get waiting(): number {
    return this.#waiting.length;
  }

  enqueue(command: Command): void {
    this.#waiting.push(command);
    this.#working ??= this.#ownContext(() => this.#work());
  }

  /** Resolves when no command is running or waiting. */
  async idle(): Promise<void> {
    while (this.#working || this.#pausing > 0) await (this.#working ?? sleep(CONFLICT_PAUSE));
  }

  async #work(): Promise<void> {
    const checks = setInterval(() => this.#refuseOverdue(), OVERDUE_CHECK);
    while (this.#waiting.length > 0) {
      // Lets the requests of this turn of the event loop join the same commit.
      await new Promise(setImmediate);
      this.#refuseOverdue();
      await this.#commitTogether();
    }
    clearInterval(checks);
    this.#working = undefined;
  }

  #refuseOverdue(): void {
    const latest = performance.now() - QUEUE_TIMEOUT;
    while (this.#waiting.length > 0 && this.#waiting[0]!.since < latest)
      this.#waiting.shift()!.fail(new DatabaseUnavailable('Earlier commands took too long.'));
  }

  async #commitTogether(): Promise<void> {
    const [first] = this.#waiting;
    if (!first) return;
    let open: OpenTransaction;
    try {
      open = await this.engine.begin();
    } catch (error) {
      return this.#fail(this.#waiting.splice(0, MAX_PER_COMMIT), error);
    }
    this.statistics.waits.observe((performance.now() - first.since) / 1000);
    const taken: Command[] = [];
    try {
      for (const settle of await this.#attemptAll(open, taken)) settle();
    } catch (error) {
      await open.rollback().catch(() => undefined);
      this.#undone(taken, error, open.isCommitted);
    }
  }

  /** Retries or fails the commands of a transaction that was not carried out, or whose commit is not on disk. */
  #undone(taken: readonly Command[], error: unknown, isCommitted: boolean): void {
    if (error instanceof CannotUndoAlone) this.#runAgain(taken, this.#repeated);
    else if (error instanceof TransactionConflict)
      for (const command of taken) void this.#retry(command, error);
    else if (error instanceof DatabaseUnavailable || isCommitted || taken.length === 1)
      this.#fail(taken, error);
    // A deferred constraint is checked at COMMIT, and its error does not say which command broke it.
    else this.#runAgain(taken, this.#alone);
  }

  #fail(commands: readonly Command[], error: unknown): void {
    this.statistics.failures++;
    for (const command of commands) command.fail(error);
  }

  #runAgain(taken: readonly Command[], how: WeakSet<Command>): void {
    for (const command of taken) how.add(command);
    this.#waiting.unshift(...taken);
  }

  async #attemptAll(open: OpenTransaction, taken: Command[]): Promise<(() => void)[]> {
    const entries: (PendingEvent | Redaction)[] = [];
    const effects: Effect[] = [];
    const settlements: (() => void)[] = [];
    const savepoints = new Savepoints(open, this.#repeated.has(this.#waiting[0]!));
    const tx = new Transaction(open.db, savepoints, this.topics, entries, effects);
    while (this.#takesNext(taken)) {
      const next = this.#waiting.shift()!;
      const settle = await this.#attemptOrGiveWay(next, tx, taken);
      if (!settle) break;
      settlements.push(settle);
      taken.push(next);
    }
    const events = pendingRedacted(entries);
    const appended = await this.#commit(open, events, taken);
    if (appended) this.#committed.next(committedEvents(events, appended));
    if (events.length < entries.length) this.#redacted.next();
    startAll(effects);
    return settlements;
  }

  /** Whether the first waiting command joins the transaction. */
  #takesNext(taken: readonly Command[]): boolean {
    const [next] = this.#waiting;
    if (!next || taken.length >= MAX_PER_COMMIT) return false;
    return taken.length === 0 || ![next, taken[0]!].some((command) => this.#alone.has(command));
  }

  /** A commit on a frozen disk cannot be cancelled. It continues, and the callers get an error. */
  async #commit(
    open: OpenTransaction,
    events: readonly PendingEvent[],
    taken: readonly Command[],
  ): Promise<Appended | undefined> {
    const began = performance.now();
    const timer = setTimeout(() => failLate(taken), COMMIT_TIMEOUT);
    try {
      const appended = await open.commit(events);
      this.statistics.committed(taken.length, events.length, began);
      return appended;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * A command that conflicts with another transaction is undone in favour of the commands before it. They commit
   * immediately, so that no other transaction waits for their rows. The command comes first in the next transaction,
   * where it can wait without blocking others.
   *
   * @returns a function that settles the promise of the caller after COMMIT; `undefined` if the command was undone.
   */
  async #attemptOrGiveWay(
    command: Command,
    tx: Transaction,
    taken: readonly Command[],
  ): Promise<(() => void) | undefined> {
    try {
      return await command.attempt(tx);
    } catch (error) {
      if (error instanceof TransactionConflict) {
        if (taken.length > 0) this.#waiting.unshift(command);
        else void this.#retry(command, error);
        return undefined;
      }
      if (error instanceof CannotUndoAlone) this.#waiting.unshift(command);
      else command.fail(error);
      throw error;
    }
  }

  /** Runs the command in a later transaction: the current one may hold locks that the other transaction waits for. */
  async #retry(command: Command, error: unknown): Promise<void> {
    if (!command.canRetry()) return command.fail(error);
    this.statistics.conflicts++;
    this.#pausing++;
    await sleep(Math.random() * CONFLICT_PAUSE);
    this.#pausing--;
    this.enqueue(command);
  }
}
