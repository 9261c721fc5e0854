import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { StartupError } from '../startup-error.js';
import type { Engine } from './database.js';
import { isPostgres } from './dialect.js';
import * as eventLog from './migrations/0001-event-log.js';
import * as users from './migrations/0002-users.js';
import * as idempotencyKeys from './migrations/0003-idempotency-keys.js';
import * as otherPrograms from './migrations/0004-other-programs.js';
import * as accounts from './migrations/0005-accounts.js';
import * as rooms from './migrations/0006-rooms.js';
import * as formOfEvents from './migrations/0007-form-of-events.js';
import * as installation from './migrations/0008-installation.js';
import * as wordsVersion from './migrations/0009-words-version.js';
import { TABLES } from './move.js';
import type { Schema } from './schema.js';

/** In the order of their names; a migration that has been released is never changed. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-event-log': eventLog,
  '0002-users': users,
  '0003-idempotency-keys': idempotencyKeys,
  '0004-other-programs': otherPrograms,
  '0005-accounts': accounts,
  '0006-rooms': rooms,
  '0007-form-of-events': formOfEvents,
  '0008-installation': installation,
  '0009-words-version': wordsVersion,
};

/** PostgreSQL's codes for a role that may not, and for one that sees no schema to make tables in. */
const DENIED = ['42501', '3F000'];

/** PostgreSQL's code for a write where nothing can be written. */
const READ_ONLY = '25006';

/** Milliseconds to wait for the lock of another node that migrates, or of whoever uses a table that is to change. */
const LOCK_TIMEOUT = 30_000;

/** All that the program reads and writes. */
const NAMES_OF_TABLES = ['event_log', 'kysely_migration', ...TABLES.map(({ name }) => name)];

/**
 * Brings the database up to this version of the program, all missing steps in one transaction, however long it takes.
 *
 * @param lockTimeout milliseconds to wait for what another connection has locked.
 * @throws StartupError the database was made by a newer version of the program, or by another program, or this role may
 *   not do what it has to, or it is read-only, or locked for longer.
 */
export function migrate(engine: Engine, lockTimeout: number = LOCK_TIMEOUT): Promise<void> {
  return engine.maintain(lockTimeout, migrateOn);
}

async function migrateOn(db: Kysely<Schema>): Promise<void> {
  await refuseForeign(db);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  const denied = isPostgres(db) && DENIED.includes((error as { code?: string })?.code ?? '');
  if (isPostgres(db) && codeOfCause(error) === READ_ONLY)
    throw new StartupError(
      'The database is read-only, as a standby is, and Carillon has to make or change its tables first: name the primary.',
    );
  if (isPostgres(db) && (!error || denied)) await refuseWithoutRights(db);
  if (!error) return;
  if (denied) throw new StartupError(await whatToGrant(db, error));
  const unknown = await unknownMigrations(db);
  if (unknown.length === 0) throw error;
  throw new StartupError(
    `The database is newer than this program: it holds ${unknown.join(', ')}, and this program knows ` +
      `migrations up to ${Object.keys(MIGRATIONS).at(-1)}. Start a newer version of Carillon.`,
  );
}

const codeOfCause = (error: unknown): string | undefined =>
  (error as { cause?: { code?: string } } | undefined)?.cause?.code;

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

/** In PostgreSQL, where other roles can have made the tables. */
async function refuseWithoutRights(db: Kysely<any>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relname = any(${NAMES_OF_TABLES})
      and not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
        and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete'))
    order by relname`.execute(db);
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  const { role, schema } = await whoAndWhere(db);
  throw new StartupError(
    `The role ${role} may not read and write ${names}. Have their owner run: ` +
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
  );
}

async function whatToGrant(db: Kysely<any>, error: unknown): Promise<string> {
  const { role, schema } = await whoAndWhere(db);
  return (
    `The role ${role} may not bring the database up to date: ${(error as Error).message}. Tables that are there have to belong to it, ` +
    `and it has to be let make others: GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role}`
  );
}

async function whoAndWhere(db: Kysely<any>): Promise<{ role: string; schema: string }> {
  const { rows } = await sql<{ role: string; schema: string }>`
    select quote_ident(current_user) as role,
      quote_ident(coalesce(current_schema(), 'public')) as schema`.execute(db);
  return rows[0]!;
}

async function unknownMigrations(db: Kysely<any>): Promise<string[]> {
  const rows: { name: string }[] = await db.selectFrom('kysely_migration').select('name').execute();
  return rows.map(({ name }) => name).filter((name) => !(name in MIGRATIONS));
}
