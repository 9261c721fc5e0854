import { type Kysely, sql } from 'kysely';
import { dialectOf, isPostgres } from '../../engine/dialect.js';
import { createInboxFunctions } from './inbox-functions.js';
import { checkOnPostgres, checkOnSqlite, refuseReservedOnSqlite } from './inbox-checks.js';

/**
 * The table into which other programs insert events inside their own transactions: `docs/other-programs.md`. One node at a
 * time moves the committed rows into the log.
 */
export async function createInbox(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('carillon_inbox')
    // With AUTOINCREMENT, SQLite never assigns an id again after its row was moved.
    .addColumn('id', integer, (column) =>
      isPostgres(db)
        ? column.primaryKey().generatedByDefaultAsIdentity()
        : column.primaryKey().autoIncrement(),
    )
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('topics', 'text')
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull().defaultTo('json'))
    .addColumn('private', integer, (column) => column.notNull().defaultTo(1))
    .addColumn('public_id', 'text')
    .addColumn('actor', 'text')
    .addColumn('xid', integer, (column) =>
      // The same number as pg_current_xact_id(), without a conversion.
      isPostgres(db) ? column.defaultTo(sql`txid_current()`) : column,
    )
    // 1 for rows of watched tables, which meet the rules by construction; else null, which is the cheapest condition.
    .addColumn('checked', integer)
    .modifyEnd(tableEnd)
    .execute();

  await db.schema
    .createTable('inbox_permissions')
    .addColumn('role', key, (column) => column.notNull())
    .addColumn('pattern', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('inbox_permissions_pk', ['role', 'pattern'])
    .modifyEnd(tableEnd)
    .execute();
  for (const table of ['registered_topics', 'registered_types'])
    await db.schema
      .createTable(table)
      .addColumn('name', key, (column) => column.primaryKey().notNull())
      .modifyEnd(tableEnd)
      .execute();

  if (!isPostgres(db)) {
    await checkOnSqlite(db);
    await refuseReservedOnSqlite(db);
    return createCursorView(db);
  }
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
  const { schema } = rows[0]!;
  await checkOnPostgres(db, schema);
  await createInboxFunctions(db, schema);
}

/** What `cursor()` is on PostgreSQL. A snapshot sees the rows of the inbox up to the last id, since writers take turns. */
async function createCursorView(db: Kysely<any>): Promise<void> {
  await sql`
    create view carillon_cursor as
    select epoch || '-' || head || '~' || printf('%x', 1 + coalesce(
      (select seq from sqlite_sequence where name = 'carillon_inbox'), 0)) || ':0:' as cursor
    from event_log`.execute(db);
}
