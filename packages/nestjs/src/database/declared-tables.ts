import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../engine/dialect.js';
import type { Schema } from '../engine/schema.js';
import { StartupError } from '../engine/startup-error.js';
import type { Feature } from '../feature/feature.js';
import { tablesOf } from '../feature/tables.js';

/**
 * Compares the declared tables with those that the migrations have made. What is not declared would be missing in a copy of
 * the database.
 *
 * @throws StartupError a table does not exist, or has other columns.
 */
export async function checkTables(db: Kysely<Schema>, features: readonly Feature[]): Promise<void> {
  const existing = await columnsByTable(db);
  for (const feature of features)
    for (const { name, columns } of tablesOf([feature])) {
      const mistake = mistakeIn(Object.keys(columns), existing.get(name));
      if (mistake === undefined) continue;
      throw new StartupError(`The feature ${feature.name}: the table "${name}" ${mistake}`);
    }
}

function mistakeIn(declared: readonly string[], existing?: readonly string[]) {
  if (!existing) return 'does not exist. Add a migration that creates it.';
  if (existing.toSorted().join() === declared.toSorted().join()) return undefined;
  return `has the columns ${existing.join(', ')}, but is declared with ${declared.join(', ')}. Correct the declaration, or add a migration.`;
}

/** Without generated columns, such as those of search indexes. On PostgreSQL, of the tables that statements find. */
async function columnsByTable(db: Kysely<Schema>): Promise<Map<string, string[]>> {
  const query = isPostgres(db)
    ? sql<{ table: string; column: string }>`
        select relname as "table", attname as "column"
        from pg_class join pg_attribute on attrelid = pg_class.oid
        where relkind in ('r', 'p') and pg_table_is_visible(pg_class.oid)
          and attnum > 0 and not attisdropped and attgenerated = ''`
    : sql<{ table: string; column: string }>`
        select tables.name as "table", columns.name as "column"
        from sqlite_schema as tables join pragma_table_info(tables.name) as columns
        where tables.type = 'table'`;
  const { rows } = await query.execute(db);
  const byTable = Map.groupBy(rows, ({ table }) => table);
  return new Map([...byTable].map(([table, found]) => [table, found.map(({ column }) => column)]));
}
