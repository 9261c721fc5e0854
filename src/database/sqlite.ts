import Sqlite from 'better-sqlite3';
import {
  CompiledQuery,
  type ControlledTransaction,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely';
import fs, { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Observable } from 'rxjs';
import { StartupError } from '../startup-error.js';
import { Checkpointer } from './checkpointer.js';
import type { Engine, RecordedFact } from './database.js';
import { DatabaseUnavailable } from './errors.js';
import { ProcessBell } from './process-bell.js';
import { ReaderThread } from './reader-thread.js';
import type { Schema } from './schema.js';

/** Milliseconds that a statement waits for another process to finish its transaction. */
const BUSY_TIMEOUT = 5000;
/** Milliseconds at the most between two looks whether it has. */
const BUSY_PAUSE = 4;
const CACHED_STATEMENTS = 256;

/** The codes that say the disk or the lock failed, not the statement. https://sqlite.org/rescode.html */
const UNAVAILABLE = /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;

const TAKE_POSITIONS = 'update event_log set head = head + ? returning head';
const INSERT_EVENT =
  'insert into events (position, topic, type, data, actor, at, subject, redacts) values (?, ?, ?, ?, ?, ?, ?, ?)';

/** Flushes a file's data to disk: `fs.fdatasync`. */
export type Flush = (fd: number, done: (error: Error | null) => void) => void;

/**
 * Opens (and makes, where it is not there) the database file of a URL `sqlite:<path>`.
 *
 * One connection writes, one reads, one holds snapshots. In WAL mode none waits for another.
 *
 * @throws StartupError the folder cannot be made or written, or the file is not a database.
 */
export function openSqlite(url: string, flush?: Flush): Engine {
  const path = resolve(url.slice('sqlite:'.length).replace(/^\/\//, ''));
  try {
    mkdirSync(dirname(path), { recursive: true });
    const writer = new Sqlite(path, { timeout: BUSY_TIMEOUT });
    writer.pragma('journal_mode = WAL');
    // A COMMIT writes to the WAL and does not flush it; SqliteEngine.commit does, without holding the event loop.
    writer.pragma('synchronous = NORMAL');
    writer.pragma('wal_autocheckpoint = 0');
    writer.pragma('foreign_keys = ON');
    writer.exec('BEGIN IMMEDIATE; ROLLBACK');
    flushWhatWasLeft(writer, path);
    return new SqliteEngine(path, writer, flush);
  } catch (error) {
    throw new StartupError(`DATABASE_URL is "${url}": ${reason(error, path)}`);
  }
}

/** Whether another process has the database file open, idle as it may be: each connection holds a lock in WAL mode. */
export function isOpenElsewhere(path: string): boolean {
  const connection = new Sqlite(path, { timeout: 0 });
  try {
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('SQLITE_BUSY')) return true;
    throw error;
  } finally {
    connection.close();
  }
}

/**
 * What was committed survives a power cut, as with `synchronous=FULL`, and the event loop goes on while the disk works.
 *
 * A COMMIT puts the transaction at the end of the WAL, and `fdatasync` flushes that file in a thread of node's pool.
 * Until it is done nobody is told, and the connections that read are held where they were before.
 */
class SqliteEngine implements Engine {
  readonly write: Kysely<Schema>;
  readonly read: Kysely<Schema>;
  readonly #reader: Reader;
  /** A connection of its own: while its transaction is open, other reads must not see the past. */
  readonly #snapshots: Reader;
  readonly #framesInWal: Sqlite.Statement;
  readonly #bell = new ProcessBell();
  readonly #wal: number;
  readonly #checkpointer: Checkpointer;
  readonly #thread: ReaderThread;
  readonly longReadsAtOnce = 1;
  #committing: Promise<void> | undefined;
  #lastSnapshot: Promise<unknown> = Promise.resolve();

  constructor(
    path: string,
    private readonly writer: Sqlite.Database,
    private readonly flush: Flush = (fd, done) => fs.fdatasync(fd, done),
  ) {
    this.#reader = new Reader(path);
    this.#snapshots = new Reader(path);
    this.#framesInWal = writer.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.write = new Kysely<Schema>({ dialect: new Dialect(writer, 'begin immediate') });
    this.read = this.#reader.db;
    this.#wal = fs.openSync(`${path}-wal`, 'r+');
    this.#checkpointer = new Checkpointer(path);
    this.#thread = new ReaderThread(path);
  }

  get rings(): Observable<void> {
    return this.#bell.rings;
  }

  get messages(): Observable<string> {
    return this.#bell.messages;
  }

  send(message: string): void {
    this.#bell.send(message);
  }

  /** One by one: SQLite is called, not asked over a network, and a text that stays the same is prepared once. */
  async append(transaction: Kysely<Schema>, facts: readonly RecordedFact[]): Promise<void> {
    const {
      rows: [log],
    } = await transaction.executeQuery<{ head: number }>(
      CompiledQuery.raw(TAKE_POSITIONS, [facts.length]),
    );
    let position = log!.head - facts.length;
    const at = new Date().toISOString();
    for (const { topic, type, data, actor, subject, redacts } of facts)
      await transaction.executeQuery(
        CompiledQuery.raw(INSERT_EVENT, [
          ++position,
          topic,
          type,
          data,
          actor,
          at,
          subject,
          redacts,
        ]),
      );
  }

  async commit(transaction: ControlledTransaction<Schema>): Promise<void> {
    this.#reader.hold();
    this.#committing = this.#commitAndFlush(transaction);
    try {
      await this.#committing;
    } finally {
      this.#committing = undefined;
      this.#reader.letGo();
    }
    this.#bell.ring();
    await this.#checkpointer.committed(this.#countFrames());
  }

  async #commitAndFlush(transaction: ControlledTransaction<Schema>): Promise<void> {
    await transaction.commit().execute();
    await this.#flushWal();
  }

  snapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const result = this.#lastSnapshot.then(() => this.#takeSnapshot(work));
    this.#lastSnapshot = result.catch(() => undefined);
    return result;
  }

  async #takeSnapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    // Begun in the turn that finds no commit on its way, so that it shows nothing that is not on disk.
    while (this.#committing) await this.#committing.catch(() => undefined);
    this.#snapshots.hold();
    try {
      return await work(this.#snapshots.db);
    } finally {
      this.#snapshots.letGo();
    }
  }

  async longRead<Row>(
    { sql, parameters }: CompiledQuery<Row>,
    milliseconds: number,
  ): Promise<Row[]> {
    const rows = await this.#thread
      .ask(sql, parameters, milliseconds)
      .catch((error: unknown) => translated(() => throwing(error)));
    // The thread sees a commit before it is on disk.
    await this.#committing?.catch(() => undefined);
    return rows as Row[];
  }

  async close(): Promise<void> {
    while (this.#committing) await this.#committing.catch(() => undefined);
    await this.#lastSnapshot;
    this.#bell.close();
    await this.#checkpointer.close();
    await this.#thread.close();
    fs.closeSync(this.#wal);
    for (const connection of [this.#reader, this.#snapshots, this.writer]) connection.close();
  }

  /** Never throws: it is asked when the commit is on disk, and nothing may make that look like a failure. */
  #countFrames(): number {
    try {
      return (this.#framesInWal.get() as { log: number }).log;
    } catch {
      return 0; // the next commit asks again
    }
  }

  #flushWal(): Promise<void> {
    return new Promise((resolve) => {
      this.flush(this.#wal, (error) => {
        // What is on disk is not known any more, and a second attempt may lie (https://lwn.net/Articles/752063/).
        // Only a new process can tell, from the disk: end this one before it tells anyone anything.
        if (error)
          process.nextTick(() => {
            throw error;
          });
        else resolve();
      });
    });
  }
}

/** A connection that reads. */
class Reader {
  readonly db: Kysely<Schema>;
  readonly #connection: Sqlite.Database;
  readonly #begin: Sqlite.Statement;
  readonly #end: Sqlite.Statement;
  #look?: Sqlite.Statement;

  constructor(path: string) {
    this.#connection = new Sqlite(path, { timeout: BUSY_TIMEOUT, readonly: true });
    this.db = new Kysely<Schema>({ dialect: new Dialect(this.#connection, 'begin') });
    this.#begin = this.#connection.prepare('BEGIN');
    this.#end = this.#connection.prepare('COMMIT');
  }

  /** Stays at what is committed now: a transaction goes on seeing what its first read saw. */
  hold(): void {
    try {
      translated(() => {
        this.#begin.run();
        // Not before: the table is there when the migrations have run.
        this.#look ??= this.#connection.prepare('SELECT head FROM event_log');
        this.#look.get();
      });
    } catch (error) {
      this.letGo();
      throw error;
    }
  }

  letGo(): void {
    if (this.#connection.inTransaction) this.#end.run();
  }

  close(): void {
    this.#connection.close();
  }
}

/**
 * A process that ended between COMMIT and flush has left commits that are in the kernel's cache alone. They are flushed
 * before anyone reads them here: into the database file, or, where that cannot be, in the WAL.
 */
function flushWhatWasLeft(writer: Sqlite.Database, path: string): void {
  if (moveIntoDatabase(writer)) return;
  const wal = fs.openSync(`${path}-wal`, 'r+');
  fs.fdatasyncSync(wal);
  fs.closeSync(wal);
}

/** @returns whether it could be: another process may be at work on the file, or the disk be full. */
function moveIntoDatabase(writer: Sqlite.Database): boolean {
  try {
    const [{ busy }] = writer.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
    return busy === 0;
  } catch (error) {
    if (UNAVAILABLE.test((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function reason(error: unknown, path: string): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'SQLITE_NOTADB') return `${path} is not a SQLite database; name another file.`;
  if (/^(EACCES|EPERM|EROFS|SQLITE_READONLY)/.test(code))
    return `${path} cannot be written; it must be in a folder that this process may write.`;
  if (/^(EEXIST|ENOTDIR)/.test(code))
    return `${dirname(path)} is not a folder; name a path inside a folder.`;
  if (code.startsWith('SQLITE_CANTOPEN'))
    return `${path} cannot be opened; it must be a file in a folder that this process may write.`;
  return `${path} cannot be opened: ${message}.`;
}

/** SQLite does run DDL inside transactions; Kysely only says no because it assumes one connection. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class Dialect extends SqliteDialect {
  readonly #driver: Driver;

  constructor(database: Sqlite.Database, begin: string) {
    super({ database });
    this.#driver = new Driver(database, begin);
  }

  override createAdapter(): SqliteAdapter {
    return new Adapter();
  }

  override createQueryCompiler(): SqliteQueryCompiler {
    return new Compiler();
  }

  override createDriver(): SqliteDriver {
    return this.#driver;
  }
}

/** `for update` means nothing here: the transaction has the whole database to itself. */
class Compiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(): void {
    // Nothing.
  }
}

class Driver extends SqliteDriver {
  readonly #atOnce: Sqlite.Statement;
  readonly #patiently: Sqlite.Statement;

  constructor(
    database: Sqlite.Database,
    private readonly begin: string,
  ) {
    super({ database: { prepare: preparer(database), close: () => undefined } });
    this.#atOnce = database.prepare('PRAGMA busy_timeout = 0');
    this.#patiently = database.prepare(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
  }

  /**
   * IMMEDIATE takes the write lock at once: a transaction that reads first cannot fail to upgrade later. SQLite would
   * hold the event loop while it waits for another process, so it is asked again instead.
   */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const end = Date.now() + BUSY_TIMEOUT;
    while (!(await this.#begins(connection, end))) await sleep(Math.random() * BUSY_PAUSE);
  }

  /** @returns whether it could; not while another process is at it. */
  async #begins(connection: DatabaseConnection, end: number): Promise<boolean> {
    this.#atOnce.get();
    try {
      await connection.executeQuery(CompiledQuery.raw(this.begin));
      return true;
    } catch (error) {
      if (isBusy(error) && Date.now() < end) return false;
      throw error;
    } finally {
      this.#patiently.get();
    }
  }
}

/** Prepares each text once, and tells a failing disk from a failing statement. */
function preparer(database: Sqlite.Database): (sql: string) => SqliteStatement {
  const cache = new Map<string, SqliteStatement>();
  return (sql) => {
    const cached = cache.get(sql);
    if (cached) return cached;
    if (cache.size >= CACHED_STATEMENTS) cache.clear();
    const prepared = translated(() => database.prepare(sql));
    const statement: SqliteStatement = {
      reader: prepared.reader,
      all: (parameters) => translated(() => prepared.all(...parameters)),
      run: (parameters) => translated(() => prepared.run(...parameters)),
      iterate: (parameters) => translated(() => prepared.iterate(...parameters)),
    };
    cache.set(sql, statement);
    return statement;
  };
}

const isBusy = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable && /\(SQLITE_BUSY/.test(error.message);

function throwing(error: unknown): never {
  throw error;
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code || !UNAVAILABLE.test(code)) throw error;
    throw new DatabaseUnavailable(`${message} (${code})`, { cause: error });
  }
}
