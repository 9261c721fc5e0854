import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely';

/** What a migration has to write differently for each engine. */
export interface Dialect {
  /** A whole number of 64 bits. */
  readonly integer: 'integer' | 'bigint';
  /** Text that is compared byte by byte, as keyset paging needs it. */
  readonly key: RawBuilder<unknown>;
  /** What stands behind the columns of a table. */
  readonly tableEnd: RawBuilder<unknown>;
}

const SQLITE: Dialect = { integer: 'integer', key: sql`text`, tableEnd: sql`strict` };
const POSTGRES: Dialect = { integer: 'bigint', key: sql`text collate "C"`, tableEnd: sql`` };

export const dialectOf = (db: Kysely<any>): Dialect => (isPostgres(db) ? POSTGRES : SQLITE);

export const isPostgres = (db: Kysely<any>): boolean =>
  db.getExecutor().adapter instanceof PostgresAdapter;
