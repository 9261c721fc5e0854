import Sqlite from 'better-sqlite3';
import type { Kysely } from 'kysely';
import type { DirectDatabases } from '../engine/direct-database.js';
import type { Schema } from '../engine/schema.js';
import { BUSY_TIMEOUT } from './begin-when-free.js';
import { type Report, translated } from './sqlite-errors.js';
import { executeOn, preparer } from './statements.js';

/**
 * KiB of pages that the connection keeps. Reads of permissions seldom share pages, and the other reader keeps most of them
 * too: the default of 16 MB would keep a large part of the file in memory twice.
 */
const CACHE_KIB = 2000;

export const openReader = (path: string): Sqlite.Database =>
  new Sqlite(path, { timeout: BUSY_TIMEOUT, readonly: true });

/** A connection that holds one snapshot at a time. */
export class Snapshots {
  readonly db: Kysely<Schema>;
  readonly #connection: Sqlite.Database;
  readonly #begin: Sqlite.Statement;
  readonly #look: Sqlite.Statement;
  readonly #end: Sqlite.Statement;

  constructor(
    path: string,
    databases: DirectDatabases,
    private readonly report: Report,
  ) {
    this.#connection = openReader(path);
    this.#connection.pragma(`cache_size = ${-CACHE_KIB}`);
    const prepare = preparer(this.#connection, report);
    this.db = databases.openForStatements(async ({ sql, parameters }) =>
      executeOn(prepare(sql), parameters),
    );
    this.#begin = this.#connection.prepare('BEGIN');
    this.#look = this.#connection.prepare('SELECT 1 FROM sqlite_schema LIMIT 1');
    this.#end = this.#connection.prepare('COMMIT');
  }

  /** Holds the current committed state: a transaction keeps seeing the state of its first read. */
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
