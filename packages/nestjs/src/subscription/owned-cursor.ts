import type { Database } from '../engine/database.js';
import type { SubscriptionsTable } from '../engine/schema.js';
import type { Transaction } from '../transaction/transaction.js';
import type { UnitOfWork } from '../transaction/unit-of-work.js';
import { forgetFailures, stopRetrying } from './dead-letters.js';
import { holdLease, type Lease, LeaseLost, moveCursor } from './lease.js';

/** The cursor of a subscription, as its owner uses it. */
export class OwnedCursor implements Lease {
  readonly name: string;
  readonly term: number;
  /** Every event up to this position is handled. It can be ahead of the database by events without a handler. */
  position: number;
  /** The cursor in the database. */
  #stored: number;

  constructor(
    { name, term, position }: SubscriptionsTable,
    private readonly work: UnitOfWork,
    private readonly database: Database,
  ) {
    [this.name, this.term] = [name, term];
    this.position = this.#stored = position;
  }

  get stored(): number {
    return this.#stored;
  }

  get isStored(): boolean {
    return this.position === this.#stored;
  }

  /**
   * Runs work in a transaction that holds the lease. It may run several times.
   *
   * @throws LeaseLost or CursorMoved.
   */
  hold<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.work.run(async (tx) => {
      await holdLease(tx.db, this, this.#stored);
      return work(tx);
    });
  }

  /**
   * Checks that this process still owns the lease.
   *
   * @throws LeaseLost or CursorMoved.
   */
  check(): Promise<void> {
    return holdLease(this.database.read, this, this.#stored);
  }

  /** Moves the cursor to a handled event. Call `noteCommitted` after the transaction commits. */
  async moveOver({ db }: Transaction, position: number): Promise<void> {
    await forgetFailures(db, this.name, this.#stored, position);
    await moveCursor(db, this, position);
  }

  noteCommitted(position: number): void {
    this.#stored = position;
    // Events without a handler may have arrived meanwhile.
    this.position = Math.max(this.position, position);
  }

  /** Moves the cursor over events that are not handled. */
  async commit(position: number): Promise<void> {
    await this.hold(async ({ db }) => {
      await stopRetrying(db, this.name, position);
      await moveCursor(db, this, position);
    });
    this.noteCommitted(position);
  }

  /** Stores the cursor if the last events had no handler. */
  async save(): Promise<void> {
    if (!this.isStored) await this.commit(this.position);
  }

  /** Discards the progress that is not stored. */
  forget(): void {
    this.position = this.#stored;
  }

  /**
   * Reads the cursor from the database and continues there.
   *
   * @throws LeaseLost
   */
  async read(): Promise<void> {
    const row = await this.database.read
      .selectFrom('subscriptions')
      .select(['term', 'position'])
      .where('name', '=', this.name)
      .executeTakeFirst();
    if (row?.term !== this.term)
      throw new LeaseLost(`Another process has taken over ${this.name}.`);
    this.position = this.#stored = row.position;
  }
}
