import { Inject, Injectable } from '@nestjs/common';
import { AsyncResource } from 'node:async_hooks';
import type { Observable } from 'rxjs';
import { ENGINE, type Engine } from '../engine/database.js';
import { TooManyWaiting, TransactionConflict } from '../engine/errors.js';
import { CarillonOptions } from '../options.js';
import type { CommitStatistics } from './commit-statistics.js';
import { GroupCommit } from './group-commit.js';
import type { CommittedEvents } from './pending-event.js';
import { RegisteredTopics } from './registered-topics.js';
import { CannotUndoAlone } from './savepoints.js';
import { currentTransaction, type Transaction, TransactionLost } from './transaction.js';

/** The maximum number of runs of a command that conflicts with other transactions. */
const MAX_ATTEMPTS = 4;

/** The errors of a command after which the transaction cannot go on. */
const ENDS_TRANSACTION = [TransactionLost, TransactionConflict, CannotUndoAlone];

/** The only way to write. Commands that arrive together share one transaction and one flush to disk. */
@Injectable()
export class UnitOfWork {
  readonly #commits: GroupCommit;

  constructor(
    @Inject(ENGINE) engine: Engine,
    topics: RegisteredTopics,
    private readonly options: CarillonOptions = new CarillonOptions(),
  ) {
    this.#commits = new GroupCommit(engine, topics);
  }

  /** Emits after each commit that appended events to the log. */
  get committed(): Observable<CommittedEvents> {
    return this.#commits.committed;
  }

  get statistics(): CommitStatistics {
    return this.#commits.statistics;
  }

  /** Commands that wait for their transaction. */
  get waiting(): number {
    return this.#commits.waiting;
  }

  /** Emits after each commit that redacted events. */
  get redacted(): Observable<void> {
    return this.#commits.redacted;
  }

  /**
   * Runs `work` in a transaction. A `run` inside a `run` joins the outer transaction.
   *
   * Do no slow work (hashing, network) inside, because every other command waits for it. If `work` conflicts with
   * another transaction (a deadlock), or shares a commit that a deferred constraint refuses or in which another function
   * fails after a change, its changes are undone and it runs again from the start. Leave everything outside of the
   * database to `tx.onCommit`.
   *
   * @returns the result of `work`, once it is on disk.
   * @throws any error of `work`, after only its own changes and events were undone; DatabaseUnavailable if the commit
   *   failed and nothing was done, or if it got no response and may have been carried out; TooManyWaiting if
   *   `maxWaitingCommands` others are waiting.
   */
  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const outer = currentTransaction.getStore();
    if (outer) return outer.savepoint(work);
    if (this.waiting >= this.options.maxWaitingCommands) return this.#refuse();
    return new Promise((resolve, reject) => this.#enqueue(work, resolve, reject));
  }

  /** Resolves when no command is running or waiting. */
  idle(): Promise<void> {
    return this.#commits.idle();
  }

  #refuse(): Promise<never> {
    this.statistics.refused++;
    return Promise.reject(new TooManyWaiting('Too many commands are waiting for the database.'));
  }

  #enqueue<T>(
    work: (tx: Transaction) => Promise<T>,
    resolve: (result: T) => void,
    reject: (error: unknown) => void,
  ): void {
    // Costs 1 µs less than AsyncLocalStorage.snapshot(), which binds a function.
    const context = new AsyncResource('Command');
    let attempts = 0;
    this.#commits.enqueue({
      since: performance.now(),
      attempt: (tx) =>
        context
          .runInAsyncScope(() => tx.savepoint(work))
          .then(
            (result) => () => resolve(result),
            (error: unknown) => {
              if (ENDS_TRANSACTION.some((type) => error instanceof type)) throw error;
              return () => reject(error);
            },
          ),
      canRetry: () => ++attempts < MAX_ATTEMPTS,
      fail: reject,
    });
  }
}
