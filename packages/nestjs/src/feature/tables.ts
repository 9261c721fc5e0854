import type { SelectType } from 'kysely';
import type { Schema } from '../engine/schema.js';

/** The kind of a column: integers of up to 53 bits, or text. */
export type ColumnKind = 'number' | 'text';

type KindOf<Value> = [NonNullable<Value>] extends [number] ? 'number' : 'text';

/**
 * The final form of a table after its migrations. The compiler compares it with the type of the table, and `checkTables` with
 * the database at each start.
 */
export interface TableDeclaration<Row> {
  /** Every column, in the order in which rows are copied and compared. */
  readonly columns: { readonly [Column in keyof Row & string]: KindOf<SelectType<Row[Column]>> };
  /** The primary key. Its order must be the same on both engines: numbers, or text that is compared byte by byte. */
  readonly key: readonly (keyof Row & string)[];
  /** The serial column. A copy of the database continues its numbers. */
  readonly serial?: keyof Row & string;
  /** A search index, which each engine maintains in its own form. It is not copied. */
  readonly searchIndex?: SearchIndex;
  /** Whether a copy of the database omits the table, because the target has rows of its own. */
  readonly isLocal?: boolean;
}

export interface SearchIndex {
  /** The virtual table on SQLite. */
  readonly sqlite: string;
  /** The generated column on PostgreSQL. */
  readonly postgres: string;
}

/** Tables by name. The type of each table must be part of `Schema`. */
export type Tables = { readonly [Name in keyof Schema]?: TableDeclaration<Schema[Name]> };

/** A declared table with its name. */
export interface Table {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnKind>>;
  readonly key: readonly string[];
  readonly serial?: string;
  readonly searchIndex?: SearchIndex;
  readonly isLocal?: boolean;
}

/** The tables of features, in the order of their foreign keys. */
export const tablesOf = (features: readonly { readonly tables?: Tables }[]): Table[] =>
  features.flatMap(({ tables = {} }) =>
    Object.entries(tables as Record<string, Omit<Table, 'name'>>).map(([name, table]) =>
      Object.assign({ name }, table),
    ),
  );
