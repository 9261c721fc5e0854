import type Sqlite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect as KyselySqliteDialect,
  SqliteDriver,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseDamaged, DatabaseUnavailable } from './errors.js';

/** Milliseconds that a statement waits for another process to finish its transaction. */
export const BUSY_TIMEOUT = 5000;
/** Milliseconds at the most between two looks whether it has. */
const BUSY_PAUSE = 4;
const CACHED_STATEMENTS = 256;

/** The codes that say the disk or the lock failed, not the statement. https://sqlite.org/rescode.html */
const UNAVAILABLE = /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;
/** The codes that say the file is not what SQLite wrote. */
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

type Report = (error: DatabaseDamaged) => void;

/** SQLite does run DDL inside transactions; Kysely only says no because it assumes one connection. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Kysely on one connection. */
export class SqliteDialect extends KyselySqliteDialect {
  readonly #driver: Driver;

  /**
   * @param begin the statement that begins a transaction.
   * @param report is called when the file turns out to be damaged.
   * @param settled resolves when what a statement has read may be handed out.
   */
  constructor(
    database: Sqlite.Database,
    begin: string,
    report: Report,
    settled?: () => Promise<void>,
  ) {
    super({ database });
    this.#driver = new Driver(database, begin, report, settled);
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

  #connection?: DatabaseConnection;

  constructor(
    database: Sqlite.Database,
    private readonly begin: string,
    report: Report,
    private readonly settled?: () => Promise<void>,
  ) {
    super({ database: { prepare: preparer(database, report), close: () => undefined } });
    this.#atOnce = database.prepare('PRAGMA busy_timeout = 0');
    this.#patiently = database.prepare(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return (this.#connection ??= await this.#connect());
  }

  async #connect(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    return this.settled ? new SettledConnection(connection, this.settled) : connection;
  }

  /**
   * IMMEDIATE takes the write lock at once: a transaction that reads first cannot fail to upgrade later. SQLite would
   * hold the event loop while it waits for another process, so it is asked again instead.
   */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const end = performance.now() + BUSY_TIMEOUT;
    while (!(await this.#begins(connection, end))) await sleep(Math.random() * BUSY_PAUSE);
  }

  /** @returns whether it could; not while another process is at it. */
  async #begins(connection: DatabaseConnection, end: number): Promise<boolean> {
    translated(() => this.#atOnce.get());
    try {
      await connection.executeQuery(CompiledQuery.raw(this.begin));
      return true;
    } catch (error) {
      if (isBusy(error) && performance.now() < end) return false;
      throw error;
    } finally {
      this.#patiently.get();
    }
  }
}

/** Hands results out once they are settled. */
class SettledConnection implements DatabaseConnection {
  constructor(
    private readonly inner: DatabaseConnection,
    private readonly settled: () => Promise<void>,
  ) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = await this.inner.executeQuery<R>(query);
    await this.settled();
    return result;
  }

  async *streamQuery<R>(
    query: CompiledQuery,
    chunk: number,
  ): AsyncIterableIterator<QueryResult<R>> {
    for await (const result of this.inner.streamQuery<R>(query, chunk)) {
      await this.settled();
      yield result;
    }
  }
}

/** Prepares each text once, and tells a failing disk from a failing statement. */
function preparer(database: Sqlite.Database, report: Report): (sql: string) => SqliteStatement {
  const cache = new Map<string, SqliteStatement>();
  return (sql) => {
    const cached = cache.get(sql);
    if (cached) return cached;
    if (cache.size >= CACHED_STATEMENTS) cache.clear();
    const prepared = translated(() => database.prepare(sql), report);
    const statement: SqliteStatement = {
      reader: prepared.reader,
      all: (parameters) => translated(() => prepared.all(...parameters), report),
      run: (parameters) => translated(() => prepared.run(...parameters), report),
      iterate: (parameters) => translatedEach(() => prepared.iterate(...parameters), report),
    };
    cache.set(sql, statement);
    return statement;
  };
}

const isBusy = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable && /\(SQLITE_BUSY/.test(error.message);

/** @throws DatabaseUnavailable instead of the errors that say the disk, a lock or the file has failed. */
export function translated<T>(work: () => T, report?: Report): T {
  try {
    return work();
  } catch (error) {
    throw reported(error, report);
  }
}

/** The same for what fails between two rows. */
function* translatedEach<T>(work: () => IterableIterator<T>, report: Report): IterableIterator<T> {
  try {
    yield* work();
  } catch (error) {
    throw reported(error, report);
  }
}

function reported(error: unknown, report?: Report): unknown {
  const unavailable = toUnavailable(error);
  if (unavailable instanceof DatabaseDamaged) report?.(unavailable);
  return unavailable ?? error;
}

/** @returns what such an error is to those who called; `undefined` for errors of the statement. */
export function toUnavailable(error: unknown): DatabaseUnavailable | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (DAMAGED.test(code)) return new DatabaseDamaged(`${message} (${code})`, { cause: error });
  if (UNAVAILABLE.test(code))
    return new DatabaseUnavailable(`${message} (${code})`, { cause: error });
  return undefined;
}
