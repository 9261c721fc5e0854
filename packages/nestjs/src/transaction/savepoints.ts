import type { OpenTransaction } from '../engine/open-transaction.js';

/**
 * The commands of a transaction, and the runs inside of them, so that each can be undone on its own.
 *
 * While the transaction has no changes, a command needs no savepoint: if it fails, the transaction starts again. Most
 * commits have one command when there is little load.
 */
export class Savepoints {
  /** The command, and the runs inside of it. */
  #depth = 0;
  /** Whether no command has been kept yet. */
  #isEmpty = true;

  constructor(private readonly open: OpenTransaction) {}

  async begin(): Promise<void> {
    if (this.#depth === 0 && !this.#isEmpty) await this.open.limitLockWaits();
    this.#depth++;
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

  /** Undoes the changes since the most recent `begin`. */
  async undo(): Promise<void> {
    const isInSavepoint = this.#isInSavepoint;
    this.#depth--;
    await (isInSavepoint ? this.open.undo() : this.open.restart());
  }

  get #isInSavepoint(): boolean {
    return this.#depth > 1 || !this.#isEmpty;
  }
}
