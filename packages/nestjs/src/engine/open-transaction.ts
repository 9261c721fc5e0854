import type { Kysely, Selectable } from 'kysely';
import type { EventsTable, Schema } from './schema.js';

/** An event in the log. */
export type StoredEvent = Readonly<Selectable<EventsTable>>;

/** An event that is being recorded: its columns, without those that the log adds. */
export type RecordedEvent = Omit<StoredEvent, 'position' | 'at'>;

/** The end of the log after a commit. */
export interface Appended {
  /** The position of the last event. */
  readonly head: number;
  /** The time of all appended events. */
  readonly at: string;
  /** The time of the event before them; `undefined` if there is none, or no longer. */
  readonly previousAt: string | undefined;
}

/** A transaction of the unit of work. It has its connection to itself until it ends. */
export interface OpenTransaction {
  /** Its statements fail once the transaction has ended. */
  readonly db: Kysely<Schema>;
  /** Whether COMMIT was carried out. It may not be on disk. */
  readonly isCommitted: boolean;
  /**
   * The number of rows that statements may have changed. Absent on PostgreSQL, where commands also fail because of other
   * nodes, and each of them needs a savepoint.
   */
  readonly changes?: number;
  /** @throws Error a statement failed and aborted the transaction, although the command went on. */
  assertIntact(): void;
  /** Sets a savepoint inside the previous ones. */
  savepoint(): Promise<void>;
  /** Keeps the changes since the most recent savepoint, and removes it. */
  release(): Promise<void>;
  /** Undoes the changes since the most recent savepoint, and removes it. */
  undo(): Promise<void>;
  /** Undoes all changes. The transaction goes on with the current state of the database. */
  restart(): Promise<void>;
  /** Limits how long the following statements wait for locks, because the transaction now holds locks itself. */
  limitLockWaits(): Promise<void>;
  /**
   * Appends events to the log and commits. The events take the next positions in the last statement before COMMIT. It
   * takes a row lock that is held until the commit, so positions become visible in their order, and a reader of
   * `position > cursor` never misses one.
   *
   * Even without events, the commit writes on PostgreSQL: a response may depend on an earlier commit that has not
   * reached the synchronous standby, and only a commit that writes waits for it.
   *
   * @returns where the events are, once the transaction is on disk; `undefined` without events. No other connection
   *   reads its data before that.
   */
  commit(events: readonly RecordedEvent[]): Promise<Appended | undefined>;
  rollback(): Promise<void>;
}
