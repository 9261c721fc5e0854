import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely';

/** The syntax that differs between the engines in migrations. */
export interface Dialect {
  /** A 64-bit integer. */
  readonly integer: 'integer' | 'bigint';
  /** Text that is compared byte by byte, as keyset pagination requires. */
  readonly key: RawBuilder<unknown>;
  /** The options after the columns of a table. */
  readonly tableEnd: RawBuilder<unknown>;
  /** The same for a table of small rows that is stored in the order of its key: a row changes one page fewer. */
  readonly keyedTableEnd: RawBuilder<unknown>;
}

const SQLITE: Dialect = {
  integer: 'integer',
  key: sql`text`,
  tableEnd: sql`strict`,
  keyedTableEnd: sql`strict, without rowid`,
};
const POSTGRES: Dialect = {
  integer: 'bigint',
  key: sql`text collate "C"`,
  tableEnd: sql``,
  keyedTableEnd: sql``,
};

export const dialectOf = (db: Kysely<any>): Dialect => (isPostgres(db) ? POSTGRES : SQLITE);

export const isPostgres = (db: Kysely<any>): boolean =>
  db.getExecutor().adapter instanceof PostgresAdapter;
