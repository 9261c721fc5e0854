import type Sqlite from 'better-sqlite3';
import type { QueryResult, SqliteStatement } from 'kysely';
import { type Report, translated, translatedEach } from './sqlite-errors.js';

const CACHED_STATEMENTS = 256;

export type Prepare = (sql: string) => SqliteStatement;

/** Prepares each statement once, and distinguishes a failing disk from a failing statement. */
export function preparer(database: Sqlite.Database, report: Report): Prepare {
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

/** Runs a statement at once. */
export function executeOn<Row>(
  statement: SqliteStatement,
  parameters: readonly unknown[],
): QueryResult<Row> {
  if (statement.reader) return { rows: statement.all(parameters) as Row[] };
  const { changes } = statement.run(parameters);
  return { numAffectedRows: BigInt(changes), rows: [] };
}
