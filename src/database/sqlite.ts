import Sqlite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StartupError } from '../startup-error.js';
import type { Engine } from './database.js';
import { DatabaseUnavailable } from './errors.js';
import type { Schema } from './schema.js';

/** Milliseconds that a statement waits for another process to finish its transaction. */
const BUSY_TIMEOUT = 5000;
const CACHED_STATEMENTS = 256;

/** The codes that say the disk or the lock failed, not the statement. https://sqlite.org/rescode.html */
const UNAVAILABLE = /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;

/**
 * Opens (and makes, where it is not there) the database file of a URL `sqlite:<path>`.
 *
 * One connection writes, one reads, one holds snapshots. In WAL mode none waits for another, and
 * `synchronous=FULL` has each COMMIT flush the WAL, so what was committed survives a power cut
 * (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * @throws StartupError the folder cannot be made or written, or the file is not a database.
 */
export function openSqlite(url: string): Engine {
  const path = resolve(url.slice('sqlite:'.length).replace(/^\/\//, ''));
  try {
    mkdirSync(dirname(path), { recursive: true });
    const writer = new Sqlite(path, { timeout: BUSY_TIMEOUT });
    writer.pragma('journal_mode = WAL');
    writer.pragma('synchronous = FULL');
    writer.pragma('foreign_keys = ON');
    writer.exec('BEGIN IMMEDIATE; ROLLBACK');
    const reading = { timeout: BUSY_TIMEOUT, readonly: true };
    return engine(writer, new Sqlite(path, reading), new Sqlite(path, reading));
  } catch (error) {
    throw new StartupError(`DATABASE_URL is "${url}": ${reason(error, path)}`);
  }
}

function engine(
  writer: Sqlite.Database,
  reader: Sqlite.Database,
  snapshots: Sqlite.Database,
): Engine {
  const write = new Kysely<Schema>({ dialect: new Dialect(writer, 'begin immediate') });
  const read = new Kysely<Schema>({ dialect: new Dialect(reader, 'begin') });
  // A connection of its own: while its transaction is open, other reads must not see the past.
  const snapshot = new Kysely<Schema>({ dialect: new Dialect(snapshots, 'begin') });
  let last: Promise<unknown> = Promise.resolve();
  return {
    write,
    read,
    snapshot: (work) => {
      const result = last.then(() => snapshot.transaction().execute(work));
      last = result.catch(() => undefined);
      return result;
    },
    close: async () => {
      await last;
      for (const connection of [reader, snapshots, writer]) connection.close();
    },
  };
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

  override createDriver(): SqliteDriver {
    return this.#driver;
  }
}

class Driver extends SqliteDriver {
  constructor(
    database: Sqlite.Database,
    private readonly begin: string,
  ) {
    super({ database: { prepare: preparer(database), close: () => undefined } });
  }

  /** IMMEDIATE takes the write lock at once: a transaction that reads first cannot fail to upgrade later. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(this.begin));
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

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code || !UNAVAILABLE.test(code)) throw error;
    throw new DatabaseUnavailable(`${message} (${code})`, { cause: error });
  }
}
