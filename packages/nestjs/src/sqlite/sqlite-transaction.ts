import type Sqlite from 'better-sqlite3';
import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { DirectDatabases } from '../engine/direct-database.js';
import { DatabaseUnavailable } from '../engine/errors.js';
import type { Appended, OpenTransaction, RecordedEvent } from '../engine/open-transaction.js';
import type { Schema } from '../engine/schema.js';
import { beginWhenFree } from './begin-when-free.js';
import { executeOn, type Prepare } from './statements.js';

const COLUMNS = [
  'topic',
  'topics',
  'type',
  'data',
  'format',
  'actor',
  'private',
  'public_id',
  'xid',
  'retry',
  'subject',
  'redacts',
] as const satisfies (keyof RecordedEvent)[];
const TAKE_POSITIONS = 'update event_log set head = head + ? returning head';
const TIME_OF_EVENT = 'select at from events where position = ?';
const INSERT_EVENT = `insert into events (position, at, ${COLUMNS.join(', ')}) values (?, ?${', ?'.repeat(COLUMNS.length)})`;

/** The connection on which transactions run, one after another. */
export interface WritingConnection {
  readonly database: Sqlite.Database;
  /** Prepares each statement once. */
  readonly prepare: Prepare;
  readonly databases: DirectDatabases;
  /** Resolves when the commit that was just carried out is on disk. */
  readonly flushed: () => Promise<void>;
}

/** A statement of SQLite is a function call, so nothing here waits but for the lock and the disk. */
export class SqliteTransaction implements OpenTransaction {
  readonly db: Kysely<Schema>;
  #isOpen = true;
  #isCommitted = false;
  #changes = 0;

  private constructor(private readonly on: WritingConnection) {
    this.db = on.databases.open((query) => this.#query(query));
  }

  static async begin(on: WritingConnection): Promise<SqliteTransaction> {
    await beginImmediately(on);
    return new SqliteTransaction(on);
  }

  get isCommitted(): boolean {
    return this.#isCommitted;
  }

  get changes(): number {
    return this.#changes;
  }

  /** SQLite ends the transaction when the disk fails: https://sqlite.org/lang_transaction.html */
  assertIntact(): void {
    if (!this.on.database.inTransaction)
      throw new DatabaseUnavailable('SQLite has rolled back the transaction.');
  }

  async savepoint(): Promise<void> {
    this.#run('savepoint command');
  }

  async release(): Promise<void> {
    this.#run('release savepoint command');
  }

  async undo(): Promise<void> {
    this.#run('rollback to savepoint command');
    this.#run('release savepoint command');
  }

  async restart(): Promise<void> {
    if (this.on.database.inTransaction) this.#run('rollback');
    await beginImmediately(this.on);
  }

  /** No other process holds locks while this one has a transaction. */
  async limitLockWaits(): Promise<void> {
    this.assertIntact();
  }

  async commit(events: readonly RecordedEvent[]): Promise<Appended | undefined> {
    const appended = events.length > 0 ? this.#append(events) : undefined;
    this.#run('commit');
    this.#isOpen = false;
    this.#isCommitted = true;
    await this.on.flushed();
    return appended;
  }

  async rollback(): Promise<void> {
    this.#isOpen = false;
    if (this.on.database.inTransaction) this.on.prepare('rollback').run([]);
  }

  #append(events: readonly RecordedEvent[]): Appended {
    this.assertIntact();
    const { prepare } = this.on;
    const [{ head }] = prepare(TAKE_POSITIONS).all([events.length]) as [{ head: number }];
    const before = head - events.length;
    const [previous] = prepare(TIME_OF_EVENT).all([before]) as [{ at: string }?];
    const at = new Date().toISOString();
    const insert = prepare(INSERT_EVENT);
    for (const [index, event] of events.entries())
      insert.run([before + index + 1, at, ...COLUMNS.map((name) => event[name])]);
    return { head, at, previousAt: previous?.at };
  }

  async #query<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    if (!this.#isOpen) throw new Error('A statement ran after its transaction had ended.');
    this.assertIntact();
    const result = executeOn<Row>(this.on.prepare(sql), parameters);
    // A statement with rows returns those that it has changed.
    if (query.kind !== 'SelectQueryNode')
      this.#changes += Number(result.numAffectedRows ?? result.rows.length);
    return result;
  }

  /** Outside of a transaction, SAVEPOINT would begin one. */
  #run(statement: string): void {
    this.assertIntact();
    this.on.prepare(statement).run([]);
  }
}

/** IMMEDIATE takes the write lock first, so a transaction that starts with a read cannot fail to upgrade later. */
const beginImmediately = ({ prepare }: WritingConnection): Promise<void> =>
  beginWhenFree(() => prepare('begin immediate').run([]));
