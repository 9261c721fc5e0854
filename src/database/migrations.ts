import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { StartupError } from '../startup-error.js';
import { isPostgres } from './dialect.js';
import * as eventLog from './migrations/0001-event-log.js';
import * as users from './migrations/0002-users.js';
import * as idempotencyKeys from './migrations/0003-idempotency-keys.js';
import * as otherPrograms from './migrations/0004-other-programs.js';
import * as accounts from './migrations/0005-accounts.js';
import * as rooms from './migrations/0006-rooms.js';
import type { Schema } from './schema.js';

/** In the order of their names; a migration that has been released is never changed. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-event-log': eventLog,
  '0002-users': users,
  '0003-idempotency-keys': idempotencyKeys,
  '0004-other-programs': otherPrograms,
  '0005-accounts': accounts,
  '0006-rooms': rooms,
};

/**
 * Brings the database up to this version of the program, all missing steps in one transaction.
 *
 * @throws StartupError the database was made by a newer version of the program, or by another program.
 */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  await refuseForeign(db);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (!error) return;
  const unknown = await unknownMigrations(db);
  if (unknown.length === 0) throw error;
  throw new StartupError(
    `The database is newer than this program: it holds ${unknown.join(', ')}, and this program knows ` +
      `migrations up to ${Object.keys(MIGRATIONS).at(-1)}. Start a newer version of Carillon.`,
  );
}

async function refuseForeign(db: Kysely<Schema>): Promise<void> {
  const tables = await tablesOf(db);
  if (tables.length === 0 || tables.includes('kysely_migration')) return;
  throw new StartupError(
    `The database belongs to another program: it has the tables ${tables.join(', ')}. Name an empty one, or a new file.`,
  );
}

/** In PostgreSQL those of the first schema of the search path, where this program makes its own. */
async function tablesOf(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!isPostgres(db)) return tables.map(({ name }) => name);
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
  return tables.filter(({ schema }) => schema === rows[0]!.schema).map(({ name }) => name);
}

async function unknownMigrations(db: Kysely<any>): Promise<string[]> {
  const rows: { name: string }[] = await db.selectFrom('kysely_migration').select('name').execute();
  return rows.map(({ name }) => name).filter((name) => !(name in MIGRATIONS));
}
