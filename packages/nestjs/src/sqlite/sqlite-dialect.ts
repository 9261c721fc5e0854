import type Sqlite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  SqliteAdapter,
  SqliteDialect as KyselySqliteDialect,
  SqliteDriver,
  SqliteQueryCompiler,
} from 'kysely';
import { beginWhenFree } from './begin-when-free.js';
import type { Report } from './sqlite-errors.js';
import { preparer } from './statements.js';

/** Takes the write lock first, so a transaction that starts with a read cannot fail to upgrade later. */
const BEGIN = 'begin immediate';

/** SQLite supports DDL in transactions. Kysely disables it because it assumes one connection. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** The Kysely dialect for one connection. */
export class SqliteDialect extends KyselySqliteDialect {
  readonly #driver: Driver;

  /** @param report is called when damage of the file is found. */
  constructor(database: Sqlite.Database, report: Report) {
    super({ database });
    this.#driver = new Driver(database, report);
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

/** `for update` is unnecessary: the transaction has the whole database to itself. */
class Compiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(): void {
    // Nothing.
  }
}

class Driver extends SqliteDriver {
  #connection?: DatabaseConnection;

  constructor(database: Sqlite.Database, report: Report) {
    super({ database: { prepare: preparer(database, report), close: () => undefined } });
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return (this.#connection ??= await super.acquireConnection());
  }

  override beginTransaction(connection: DatabaseConnection): Promise<void> {
    return beginWhenFree(() => connection.executeQuery(CompiledQuery.raw(BEGIN)));
  }
}
