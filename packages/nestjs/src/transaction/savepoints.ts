import type { OpenTransaction } from '../engine/open-transaction.js';

/** A command failed after it had changed something, without a savepoint. All commands of the transaction must run again. */
export class CannotUndoAlone extends Error {}

/**
 * The commands of a transaction, and the runs inside of them, so that each can be undone on its own.
 *
 * While the transaction has no changes, a command needs no savepoint: if it fails, the transaction starts again. Most
 * commits have one command when there is little load. Where the engine counts changes, later commands need no savepoint
 * either: most commands that fail have changed nothing.
 */
export class Savepoints {
  /** The command, and the runs inside of it. */
  #depth = 0;
  /** Whether no command has been kept yet. */
  #isEmpty = true;
  /** Whether each command but the first one gets a savepoint. */
  readonly #forEach: boolean;
  #changesBefore: number | undefined;

  /** @param isRepeated whether the commands run again because one of them could not be undone alone. */
  constructor(
    private readonly open: OpenTransaction,
    isRepeated: boolean,
  ) {
    this.#forEach = isRepeated || open.changes === undefined;
  }

  async begin(): Promise<void> {
    if (this.#depth === 0 && !this.#isEmpty) await this.open.limitLockWaits();
    if (this.#depth++ === 0) this.#changesBefore = this.open.changes;
    if (this.#isInSavepoint) await this.open.savepoint();
  }

  /**
   * Keeps the changes since the most recent `begin`.
   *
   * @throws Error they are lost, because a statement failed and the command went on. They can be undone.
   */
  async keep(): Promise<void> {
    this.open.assertIntact();
    if (this.#isInSavepoint) await this.open.release();
    else this.#isEmpty = false;
    this.#depth--;
  }

  /**
   * Undoes the changes since the most recent `begin`.
   *
   * @throws CannotUndoAlone
   */
  async undo(): Promise<void> {
    const isInSavepoint = this.#isInSavepoint;
    this.#depth--;
    if (isInSavepoint) await this.open.undo();
    else if (this.#isEmpty) await this.open.restart();
    else if (this.open.changes !== this.#changesBefore) throw new CannotUndoAlone();
  }

  get #isInSavepoint(): boolean {
    return this.#depth > 1 || (this.#forEach && !this.#isEmpty);
  }
}
