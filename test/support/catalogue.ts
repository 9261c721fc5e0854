import Sqlite from 'better-sqlite3';
import pg from 'pg';

/** A table as the database describes it. Columns are in alphabetical order, and those of the key in its own. */
export interface CatalogueTable {
  readonly columns: Record<string, string>;
  readonly key: string[];
  /** The tables that rows of this one refer to. */
  readonly refersTo: string[];
  /** Columns whose values the database computes. */
  readonly generated: string[];
  /** Columns that the database numbers, where none is given. */
  readonly serial: string[];
}

/** All tables of a database, but those that SQLite keeps for itself. */
export const catalogueOf = (url: string): Promise<Map<string, CatalogueTable>> =>
  url.startsWith('sqlite:') ? ofSqlite(url.slice('sqlite:'.length)) : ofPostgres(url);

/** Strict tables, so that the declared types are those of the values. */
async function ofSqlite(path: string): Promise<Map<string, CatalogueTable>> {
  const database = new Sqlite(path, { readonly: true });
  const ask = <Row>(query: string, ...values: string[]) =>
    database.prepare<string[], Row>(query).all(...values);
  const tables = ask<{ name: string; strict: number }>(
    `select name, strict from pragma_table_list where schema = 'main' and type <> 'view' and name not like 'sqlite_%'`,
  );
  const catalogue = new Map(
    tables.map(({ name, strict }) => {
      const columns = ask<{ name: string; type: string; pk: number; hidden: number }>(
        'select * from pragma_table_xinfo(?) order by name',
        name,
      );
      const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
      const foreign = ask<{ table: string }>('select * from pragma_foreign_key_list(?)', name);
      const kindOf = ({ type }: { type: string }) =>
        type === 'INTEGER' ? 'number' : type.toLowerCase();
      return [
        name,
        {
          columns: Object.fromEntries(
            columns.map((column) => [column.name, strict ? kindOf(column) : 'not strict']),
          ),
          key: key.map((column) => column.name),
          refersTo: foreign.map(({ table }) => table),
          generated: columns.filter(({ hidden }) => hidden > 1).map((column) => column.name),
          serial: [],
        },
      ];
    }),
  );
  database.close();
  return catalogue;
}

async function ofPostgres(url: string): Promise<Map<string, CatalogueTable>> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<CatalogueTable & { name: string }>(`
    select relname as name,
      (select json_object_agg(attname, case
          when atttypid = 'int8'::regtype then 'number'
          when attnum = any(indkey) and attcollation <> '"C"'::regcollation then 'text that is not compared by bytes'
          else format_type(atttypid, null) end order by attname)
        from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped) as columns,
      (select coalesce(json_agg(attname order by array_position(indkey, attnum)), '[]')
        from pg_attribute where attrelid = pg_class.oid and attnum = any(indkey)) as key,
      (select coalesce(json_agg(distinct confrelid::regclass::text), '[]')
        from pg_constraint where conrelid = pg_class.oid and contype = 'f') as "refersTo",
      (select coalesce(json_agg(attname), '[]')
        from pg_attribute where attrelid = pg_class.oid and attgenerated <> '') as generated,
      (select coalesce(json_agg(attname), '[]')
        from pg_attribute where attrelid = pg_class.oid and attidentity <> '') as serial
    from pg_class left join pg_index on indrelid = pg_class.oid and indisprimary
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')`);
  await client.end();
  return new Map(rows.map(({ name, ...table }) => [name, table]));
}
