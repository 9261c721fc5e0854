import Sqlite from 'better-sqlite3';
import { CompiledQuery, type ControlledTransaction, Kysely } from 'kysely';
import { Logger } from '@nestjs/common';
import cluster from 'node:cluster';
import fs from 'node:fs';
import { dirname } from 'node:path';
import type { Observable } from 'rxjs';
import { StartupError } from '../startup-error.js';
import { Checkpointer, MOST_FRAMES } from './checkpointer.js';
import type { Engine, RecordedFact } from './database.js';
import { newEpoch } from './epoch.js';
import { DatabaseDamaged, DatabaseUnavailable } from './errors.js';
import { ProcessBell } from './process-bell.js';
import { ReaderThread } from './reader-thread.js';
import type { Schema } from './schema.js';
import { BUSY_TIMEOUT, SqliteDialect, toUnavailable, translated } from './sqlite-dialect.js';
import { pathOf, prepareFile, sizeOf } from './sqlite-file.js';
import { type WalEnd, WalMark } from './sqlite-mark.js';
import { type Flush, WriteAheadLog } from './sqlite-wal.js';

const TAKE_POSITIONS = 'update event_log set head = head + ? returning head';
const INSERT_EVENT =
  'insert into events (position, topic, type, data, actor, at, subject, redacts) values (?, ?, ?, ?, ?, ?, ?, ?)';

/**
 * Opens (and makes, where it is not there) the database file of a URL `sqlite:<path>`.
 *
 * One connection writes, one reads, one holds snapshots. In WAL mode none waits for another.
 *
 * @throws StartupError the folder cannot be made or written, or the file is not a database.
 */
export function openSqlite(url: string, flush?: Flush): Engine {
  const path = pathOf(url);
  let writer: Sqlite.Database | undefined;
  try {
    prepareFile(path);
    writer = new Sqlite(path, { timeout: BUSY_TIMEOUT });
    writer.pragma('journal_mode = WAL');
    // A COMMIT writes to the WAL and does not flush it; SqliteEngine.commit does, without holding the event loop.
    writer.pragma('synchronous = NORMAL');
    writer.pragma('wal_autocheckpoint = 0');
    writer.pragma(`journal_size_limit = ${MOST_FRAMES * 4096}`);
    writer.pragma('foreign_keys = ON');
    // What is deleted or overwritten is not to be found in the file any more.
    writer.pragma('secure_delete = ON');
    writer.exec('BEGIN IMMEDIATE; ROLLBACK');
    const mark = new WalMark(path, writer);
    // Of several processes, the one that starts them looks: the others may come while one of them begins the WAL anew.
    if (!cluster.isWorker) {
      if (!mark.isReached()) beginNewEpoch(writer, path);
      refuseDamaged(writer, path);
    }
    flushWhatWasLeft(writer, path);
    mark.record(mark.end());
    return new SqliteEngine(path, writer, mark, flush);
  } catch (error) {
    writer?.close();
    throw new StartupError(`DATABASE_URL is "${url}": ${reason(error, path)}`);
  }
}

/** Those of this process. One that exits without closing them still closes their files in order. */
const openEngines = new Set<{ leave(): void }>();
process.on('exit', () => {
  for (const engine of openEngines) engine.leave();
});

/**
 * What was committed survives a power cut, as with `synchronous=FULL`, and the event loop goes on while the disk works.
 *
 * A COMMIT puts the transaction at the end of the WAL, and `fdatasync` flushes that file in a thread of node's pool. Any
 * connection sees the transaction at once; nothing that depends on it leaves this process before it is on disk: `commit`
 * resolves then, and so does each read that could have seen it, whichever process committed it.
 */
class SqliteEngine implements Engine {
  readonly write: Kysely<Schema>;
  readonly read: Kysely<Schema>;
  readonly #reader: Sqlite.Database;
  /** A connection of its own: while its transaction is open, other reads must not see the past. */
  readonly #snapshots: Snapshots;
  readonly #bell = new ProcessBell();
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
    this.#snapshots = new Snapshots(path, this.#report);
    this.write = new Kysely({
      dialect: new SqliteDialect(writer, 'begin immediate', this.#report),
    });
    this.read = new Kysely({
      dialect: new SqliteDialect(this.#reader, 'begin', this.#report, () => this.#wal.settled()),
    });
    this.#checkpointer = new Checkpointer(path, () => this.#noteTruncation());
    this.#thread = new ReaderThread(path);
    openEngines.add(this);
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
    // Nobody reads a commit here before it is on disk, and there is no standby.
    if (facts.length === 0) return;
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
    await transaction.commit().execute();
    const end = this.#endOfWal();
    await this.#wal.flush();
    this.#record(end);
    this.#bell.ring();
    await this.#checkpointer.committed(end?.frames ?? 0);
  }

  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  scrub(): Promise<void> {
    return this.#checkpointer.truncate();
  }

  maintain<T>(_lockTimeout: number, work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return work(this.write);
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
    this.#bell.close();
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
   * Before the process exits, whatever the reason: SQLite then removes the WAL with the last connection, and the next start
   * would take it for lost. What fails here was going to fail all the same.
   */
  leave(): void {
    // The next process finds out what is on disk.
    if (this.#wal.hasFailed) return;
    try {
      if (this.writer.inTransaction) this.writer.exec('ROLLBACK');
      this.#moveAll();
    } catch (error) {
      process.stderr.write(`The database was not closed in order: ${String(error)}\n`);
    }
  }

  #moveAll(): void {
    this.writer.pragma('busy_timeout = 0');
    moveIntoDatabase(this.writer);
    this.mark.recordMoved();
  }

  #translated<T>(work: () => T): T {
    return translated(work, this.#report);
  }

  /** Says it once: each request that meets it is answered 503. */
  readonly #report = (error: DatabaseDamaged): void => {
    if (!this.#isDamaged)
      this.#logger.error(
        `The database file is damaged: ${error.message}. Stop Carillon, look with npm run check, and restore a backup with npm run restore.`,
      );
    this.#isDamaged = true;
  };

  /** Never throws: it is asked after the COMMIT, and nothing may make that look like a failure. */
  #endOfWal(): WalEnd | undefined {
    try {
      return this.mark.end();
    } catch {
      return undefined; // the next commit asks again
    }
  }

  #noteTruncation(): void {
    // Where a transaction is open, its commit takes note.
    if (!this.writer.inTransaction) this.mark.recordMoved();
  }

  #record(end: WalEnd | undefined): void {
    try {
      if (end) this.mark.record(end);
    } catch (error) {
      this.#logger.error(`The end of the WAL could not be noted: ${String(error)}`);
    }
  }
}

const openReader = (path: string): Sqlite.Database =>
  new Sqlite(path, { timeout: BUSY_TIMEOUT, readonly: true });

/** A connection for one snapshot at a time. */
class Snapshots {
  readonly db: Kysely<Schema>;
  readonly #connection: Sqlite.Database;
  readonly #begin: Sqlite.Statement;
  readonly #look: Sqlite.Statement;
  readonly #end: Sqlite.Statement;

  constructor(
    path: string,
    private readonly report: (error: DatabaseDamaged) => void,
  ) {
    this.#connection = openReader(path);
    this.db = new Kysely({ dialect: new SqliteDialect(this.#connection, 'begin', report) });
    this.#begin = this.#connection.prepare('BEGIN');
    this.#look = this.#connection.prepare('SELECT 1 FROM sqlite_schema LIMIT 1');
    this.#end = this.#connection.prepare('COMMIT');
  }

  /** Stays at what is committed now: a transaction goes on seeing what its first read saw. */
  begin(): void {
    try {
      translated(() => {
        this.#begin.run();
        this.#look.get();
      }, this.report);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  end(): void {
    if (this.#connection.inTransaction) translated(() => this.#end.run(), this.report);
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
    const [{ busy }] = translated(() => writer.pragma('wal_checkpoint(TRUNCATE)')) as [
      { busy: number },
    ];
    return busy === 0;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return false;
    throw error;
  }
}

/**
 * Acknowledged commits are missing, or could be: the WAL was cut off, damaged or removed while no process was there to see.
 * No cursor that was given out before is good any more.
 */
function beginNewEpoch(writer: Sqlite.Database, path: string): void {
  new Logger('Database').error(
    `${path}-wal ends before the last acknowledged write: it was cut off, damaged or removed, and writes may be lost. ` +
      'The log begins a new epoch, and clients fetch their snapshots again. Restore a backup if that is the better state.',
  );
  if (writer.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'event_log'`).get())
    writer.prepare('UPDATE event_log SET epoch = ?').run(newEpoch());
}

/** Bytes of a database that is looked through at each start, at some 500 MiB a second. */
const QUICKLY_CHECKED = 64 * 1024 * 1024;

function refuseDamaged(writer: Sqlite.Database, path: string): void {
  if (sizeOf(path) > QUICKLY_CHECKED) return;
  const found = writer.pragma('quick_check(1)', { simple: true }) as string;
  if (found !== 'ok') throw new DatabaseDamaged(found);
}

function reason(error: unknown, path: string): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error instanceof StartupError) return message;
  const damage = toUnavailable(error) ?? error;
  if (damage instanceof DatabaseDamaged && code !== 'SQLITE_NOTADB')
    return `${path} is damaged: ${message.split('\n')[0]}. Look with npm run check, and restore a backup with npm run restore.`;
  if (code === 'SQLITE_NOTADB') return `${path} is not a SQLite database; name another file.`;
  if (/^(EACCES|EPERM|EROFS|ENOENT|SQLITE_READONLY)/.test(code))
    return `${path} cannot be written; it must be in a folder that this process may write.`;
  if (/^(EEXIST|ENOTDIR)/.test(code))
    return `${dirname(path)} is not a folder; name a path inside a folder.`;
  if (code.startsWith('SQLITE_CANTOPEN'))
    return `${path} cannot be opened; it must be a file in a folder that this process may write.`;
  return `${path} cannot be opened: ${message}.`;
}

function throwing(error: unknown): never {
  throw error;
}
