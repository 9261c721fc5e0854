import Sqlite from 'better-sqlite3';
import { type CompiledQuery, Kysely, type QueryResult } from 'kysely';
import { Logger } from '@nestjs/common';
import fs from 'node:fs';
import type { Observable } from 'rxjs';
import type { ConnectionStatistics, Engine } from '../engine/database.js';
import { DirectDatabases } from '../engine/direct-database.js';
import type { DatabaseDamaged } from '../engine/errors.js';
import type { OpenTransaction } from '../engine/open-transaction.js';
import { ProcessNotifier } from '../engine/process-notifier.js';
import type { Schema } from '../engine/schema.js';
import { StartupError } from '../engine/startup-error.js';
import { Checkpointer } from './checkpointer.js';
import { moveIntoDatabase } from './move-wal.js';
import { ReaderThread } from './reader-thread.js';
import { openReader, Snapshots } from './snapshots.js';
import { SqliteDialect } from './sqlite-dialect.js';
import { isBusy, translated } from './sqlite-errors.js';
import type { WalEnd, WalMark } from './sqlite-mark.js';
import { SqliteTransaction, type WritingConnection } from './sqlite-transaction.js';
import { type Flush, WriteAheadLog } from './sqlite-wal.js';
import { executeOn, type Prepare, preparer } from './statements.js';

/** Open engines of this process. A process that exits without closing them still closes their files properly. */
const openEngines = new Set<{ closeOnExit(): void }>();
process.on('exit', () => {
  for (const engine of openEngines) engine.closeOnExit();
});

/**
 * A commit survives a power cut, as with `synchronous=FULL`, but the event loop keeps running while the disk works.
 *
 * COMMIT appends the transaction to the WAL, and `fdatasync` flushes that file in Node's thread pool. Every connection sees
 * the transaction at once, but nothing that depends on it leaves this process before it is on disk: only then do `commit`
 * and every read that could have seen the transaction resolve, whichever process committed it.
 */
export class SqliteEngine implements Engine {
  readonly write: Kysely<Schema>;
  readonly read: Kysely<Schema>;
  readonly #writing: WritingConnection;
  readonly #reader: Sqlite.Database;
  /** A separate connection: while a snapshot is open, other reads must not see the past. */
  readonly #snapshots: Snapshots;
  readonly #notifier = new ProcessNotifier();
  readonly #wal: WriteAheadLog;
  readonly #checkpointer: Checkpointer;
  readonly #thread: ReaderThread;
  readonly longReadsAtOnce = 1;
  readonly #logger = new Logger('Database');
  #lastSnapshot: Promise<unknown> = Promise.resolve();
  #isDamaged = false;

  constructor(
    path: string,
    private readonly writer: Sqlite.Database,
    private readonly mark: WalMark,
    flush: Flush = (fd, done) => fs.fdatasync(fd, done),
  ) {
    this.#reader = openReader(path);
    const version = this.#reader.prepare<[], number>('PRAGMA data_version').pluck();
    this.#wal = new WriteAheadLog(
      `${path}-wal`,
      () => this.#translated(() => version.get()!),
      flush,
    );
    setUpForCommands(writer);
    const dialect = new SqliteDialect(writer, this.#report);
    const databases = new DirectDatabases(dialect);
    this.write = new Kysely({ dialect });
    this.#writing = {
      database: writer,
      prepare: preparer(writer, this.#report),
      databases,
      flushed: () => this.#flushed(),
    };
    const prepare = preparer(this.#reader, this.#report);
    this.read = databases.openForStatements((query) => this.#read(prepare, query));
    this.#snapshots = new Snapshots(path, databases, this.#report);
    this.#checkpointer = new Checkpointer(path, () => this.#noteTruncation());
    this.#thread = new ReaderThread(path);
    openEngines.add(this);
  }

  get commits(): Observable<void> {
    return this.#notifier.commits;
  }

  get messages(): Observable<string> {
    return this.#notifier.messages;
  }

  send(message: string): void {
    this.#notifier.send(message);
  }

  begin(): Promise<OpenTransaction> {
    return SqliteTransaction.begin(this.#writing);
  }

  /** Called after COMMIT. */
  async #flushed(): Promise<void> {
    const end = this.#endOfWal();
    await this.#wal.flush();
    this.#record(end);
    this.#notifier.notify();
    await this.#checkpointer.committed(end?.frames ?? 0);
  }

  get statistics(): ConnectionStatistics {
    return { flushes: this.#wal.durations };
  }

  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  scrub(): Promise<void> {
    return this.#checkpointer.truncate();
  }

  /** SQLite blocks the event loop while it waits. Nothing else runs during maintenance. */
  async maintain<T>(lockTimeout: number, work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    setUpForMaintenance(this.writer, lockTimeout);
    try {
      return await work(this.write);
    } catch (error) {
      if (!isBusy(error)) throw error;
      throw new StartupError(
        `Another program has held a lock on the database file for ${lockTimeout / 1000} s. Start again when it has ended.`,
      );
    } finally {
      setUpForCommands(this.writer);
    }
  }

  snapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const result = this.#lastSnapshot.then(() => this.#takeSnapshot(work));
    this.#lastSnapshot = result.catch(() => undefined);
    return result;
  }

  async #takeSnapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    this.#snapshots.begin();
    try {
      await this.#wal.settled();
      return await work(this.#snapshots.db);
    } finally {
      this.#snapshots.end();
    }
  }

  /** The result is returned once everything that it may contain is on disk. */
  async #read<Row>(
    prepare: Prepare,
    { sql, parameters }: CompiledQuery,
  ): Promise<QueryResult<Row>> {
    const result = executeOn<Row>(prepare(sql), parameters);
    await this.#wal.settled();
    return result;
  }

  /** Looking at the database costs a process microseconds, so all of them may. */
  async onOneNode(work: (db: Kysely<Schema>) => Promise<void>): Promise<boolean> {
    await work(this.read);
    return true;
  }

  async longRead<Row>(
    { sql, parameters }: CompiledQuery<Row>,
    milliseconds: number,
  ): Promise<Row[]> {
    const rows = await this.#thread
      .ask(sql, parameters, milliseconds)
      .catch((error: unknown) => this.#translated(() => throwing(error)));
    await this.#wal.settled();
    return rows as Row[];
  }

  async close(): Promise<void> {
    await this.#lastSnapshot;
    this.#notifier.close();
    await this.#checkpointer.close();
    await this.#thread.close();
    await this.#wal.close();
    for (const connection of [this.#reader, this.#snapshots]) connection.close();
    this.#moveAll();
    openEngines.delete(this);
    this.writer.close();
    this.mark.close();
  }

  /**
   * Moves the WAL into the database file when the process exits for any reason: SQLite removes the WAL with the last
   * connection, and the next start would report it as lost.
   */
  closeOnExit(): void {
    // The next process checks the state on disk.
    if (this.#wal.hasFailed) return;
    try {
      if (this.writer.inTransaction) this.writer.exec('ROLLBACK');
      this.#moveAll();
    } catch (error) {
      process.stderr.write(`The database was not closed cleanly: ${String(error)}\n`);
    }
  }

  #moveAll(): void {
    moveIntoDatabase(this.writer);
    this.mark.recordMoved();
  }

  #translated<T>(work: () => T): T {
    return translated(work, this.#report);
  }

  /** Logs the damage once; every request that hits it gets 503. */
  readonly #report = (error: DatabaseDamaged): void => {
    if (!this.#isDamaged)
      this.#logger.error(
        `The database file is damaged: ${error.message}. Stop every process that uses it, and restore a backup.`,
      );
    this.#isDamaged = true;
  };

  /** Never throws: it runs after COMMIT, and nothing may make a successful commit look like a failure. */
  #endOfWal(): WalEnd | undefined {
    try {
      return this.mark.end();
    } catch {
      return undefined; // the next commit tries again
    }
  }

  #noteTruncation(): void {
    // An open transaction records it with its commit.
    if (!this.writer.inTransaction) this.mark.recordMoved();
  }

  #record(end: WalEnd | undefined): void {
    try {
      if (end) this.mark.record(end);
    } catch (error) {
      this.#logger.error(`The end of the WAL could not be recorded: ${String(error)}`);
    }
  }
}

function throwing(error: unknown): never {
  throw error;
}

function setUpForCommands(writer: Sqlite.Database): void {
  // No statement inside a transaction waits for a lock, and `beginWhenFree` waits by itself.
  writer.pragma('busy_timeout = 0');
  // A savepoint keeps a copy of each page that is changed after it. From 64 KiB on in one transaction, SQLite would write
  // the copies to a temporary file: 2.8 writes for each of 64 commands that share a commit.
  writer.pragma('temp_store = MEMORY');
}

function setUpForMaintenance(writer: Sqlite.Database, lockTimeout: number): void {
  writer.pragma(`busy_timeout = ${lockTimeout}`);
  // A migration may sort a large table to create an index.
  writer.pragma('temp_store = FILE');
}
