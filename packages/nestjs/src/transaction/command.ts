import { DatabaseUnavailable } from '../engine/errors.js';
import type { Transaction } from './transaction.js';

/** A command that waits for or takes part in a commit. */
export interface Command {
  /** When it was enqueued, as `performance.now()`. */
  readonly since: number;
  /**
   * Runs the command in its savepoint.
   *
   * @returns a function that settles the promise of the caller after COMMIT.
   * @throws TransactionConflict another transaction holds a lock that the command needs. It must run again.
   *   CannotUndoAlone it failed, and all commands of the transaction must run again.
   */
  attempt(tx: Transaction): Promise<() => void>;
  /** Whether the command may run again. */
  canRetry(): boolean;
  fail(error: unknown): void;
}

/** Fails commands whose commit gets no response. */
export function failLate(taken: readonly Command[]): void {
  const late = new DatabaseUnavailable('The commit took too long; it may have been carried out.');
  for (const command of taken) command.fail(late);
}
