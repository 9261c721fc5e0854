import { type Kysely, sql } from 'kysely';
import type { Engine } from '../engine/database.js';
import { dialectOf, isPostgres } from '../engine/dialect.js';
import { DatabaseUnavailable } from '../engine/errors.js';
import type { Schema } from '../engine/schema.js';
import { StartupError } from '../engine/startup-error.js';
import type { Feature, Migration } from '../feature/feature.js';
import { tablesOf } from '../feature/tables.js';
import { checkTables } from './declared-tables.js';

/** PostgreSQL's codes for a missing privilege, and for a role without a schema in which it can create tables. */
const DENIED = ['42501', '3F000'];

/** PostgreSQL's code for a write to a read-only database. */
const READ_ONLY = '25006';

/** Milliseconds to wait for the lock of another node that migrates, or of a connection that uses a table to be changed. */
const LOCK_TIMEOUT = 30_000;

/** The key of the lock that makes nodes migrate one at a time. Any number that no other program uses. */
const MIGRATION_LOCK = 0x6361726c;

/** A migration with the names under which the database records it. */
interface OwnedMigration {
  readonly owner: string;
  readonly name: string;
  readonly run: Migration;
}

/**
 * Migrates the database to this version of the program: all missing migrations in one transaction, without a time
 * limit. They run in the order of the features, and within a feature in the order of its declaration.
 *
 * @param lockTimeout milliseconds to wait for locks of other connections.
 * @throws StartupError the database belongs to a newer version or to another program, is read-only, or stays locked for
 *   longer, the role lacks privileges, a migration fails, or a table is not as it is declared.
 */
export function migrate(
  engine: Engine,
  features: readonly Feature[],
  lockTimeout: number = LOCK_TIMEOUT,
): Promise<void> {
  return engine.maintain(lockTimeout, (db) => migrateOn(db, features));
}

async function migrateOn(db: Kysely<Schema>, features: readonly Feature[]): Promise<void> {
  await refuseForeign(db);
  try {
    await db.transaction().execute(async (transaction) => {
      await runMissing(transaction, migrationsOf(features));
      await storeRegisteredNames(transaction, features);
      await checkTables(transaction, features);
    });
  } catch (error) {
    throw isPostgres(db) ? await explained(db, features, error) : error;
  }
  if (isPostgres(db)) await refuseMissingPrivileges(db, features);
}

const migrationsOf = (features: readonly Feature[]): OwnedMigration[] =>
  features.flatMap(({ name: owner, migrations = {} }) =>
    Object.entries(migrations).map(([name, run]) => ({ owner, name, run })),
  );

async function runMissing(db: Kysely<Schema>, known: readonly OwnedMigration[]): Promise<void> {
  if (isPostgres(db)) await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(db);
  const applied = await appliedTo(db);
  refuseNewer(known, applied);
  for (const { owner, name, run } of known) {
    if (applied.has(nameOf({ owner, name }))) continue;
    await run(db).catch((error: unknown) => {
      throw failureOf({ owner, name }, error);
    });
    await db
      .insertInto('carillon_migrations')
      .values({ owner, name, applied_at: new Date().toISOString() })
      .execute();
  }
}

/** As a sentence. */
const messageOf = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\.?$/, '.');

/** What says by itself why it happened stays as it is. */
const failureOf = ({ owner, name }: Omit<OwnedMigration, 'run'>, cause: unknown): unknown =>
  cause instanceof StartupError || cause instanceof DatabaseUnavailable
    ? cause
    : new StartupError(`The feature ${owner}: the migration ${name} failed: ${messageOf(cause)}`, {
        cause,
      });

/** Lets the database refuse other programs on topics, and events of the types, of features. */
async function storeRegisteredNames(
  db: Kysely<Schema>,
  features: readonly Feature[],
): Promise<void> {
  const topics = features.flatMap(({ topics = {} }) => Object.entries(topics));
  await storeNames(
    db,
    'registered_topics',
    topics.map(([name]) => name),
  );
  await storeNames(
    db,
    'registered_types',
    topics.flatMap(([, { events = [] }]) => events.map(({ type }) => type)),
  );
}

async function storeNames(
  db: Kysely<Schema>,
  table: 'registered_topics' | 'registered_types',
  names: readonly string[],
): Promise<void> {
  const stored = await db.selectFrom(table).select('name').execute();
  const missing = names.filter((name) => !stored.some((row) => row.name === name));
  if (missing.length === 0) return;
  await db
    .insertInto(table)
    .values(missing.map((name) => ({ name })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The names of the migrations that the database already has. */
async function appliedTo(db: Kysely<Schema>): Promise<Set<string>> {
  const tables = await tablesIn(db);
  if (!tables.includes('carillon_migrations')) {
    await createMigrations(db);
    return new Set();
  }
  const rows = await db.selectFrom('carillon_migrations').select(['owner', 'name']).execute();
  return new Set(rows.map(nameOf));
}

const nameOf = ({ owner, name }: { owner: string; name: string }): string => `${owner}/${name}`;

async function createMigrations(db: Kysely<Schema>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('carillon_migrations')
    .addColumn('owner', key, (column) => column.notNull())
    .addColumn('name', key, (column) => column.notNull())
    .addColumn('applied_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('carillon_migrations_pk', ['owner', 'name'])
    .modifyEnd(tableEnd)
    .execute();
}

/**
 * Also refuses a database with a feature that this program does not have: its tables refer to others, and no code would
 * erase users from them.
 */
function refuseNewer(known: readonly OwnedMigration[], applied: ReadonlySet<string>): void {
  const names = known.map(nameOf);
  const unknown = [...applied].filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new StartupError(
    `The database is newer than this program: it has the migrations ${unknown.join(', ')}, which this program does not have. ` +
      'Start a newer version of Carillon, or one with the same features.',
  );
}

/** Converts an error of PostgreSQL into one that says what the operator can do, if possible. */
async function explained(
  db: Kysely<Schema>,
  features: readonly Feature[],
  error: unknown,
): Promise<unknown> {
  if (codeOf((error as Error).cause) === READ_ONLY)
    return new StartupError(
      'The database is read-only, like a standby, but Carillon must first create or change its tables. Use the primary.',
    );
  const denied = [error, (error as Error).cause].find((each) => DENIED.includes(codeOf(each)));
  if (!denied) return error;
  await refuseMissingPrivileges(db, features);
  return new StartupError(await whatToGrant(db, denied));
}

const codeOf = (error: unknown): string => (error as { code?: string } | undefined)?.code ?? '';

async function refuseForeign(db: Kysely<Schema>): Promise<void> {
  const tables = await tablesIn(db);
  if (tables.length === 0 || tables.includes('carillon_migrations')) return;
  throw new StartupError(
    `The database belongs to another program: it has the tables ${tables.join(', ')}. Use an empty database or a new file.`,
  );
}

/** On PostgreSQL, the tables of the first schema of the search path, in which this program creates its own. */
async function tablesIn(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables();
  if (!isPostgres(db)) return tables.map(({ name }) => name);
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
  return tables.filter(({ schema }) => schema === rows[0]!.schema).map(({ name }) => name);
}

/** On PostgreSQL, other roles may have created the tables. */
async function refuseMissingPrivileges(
  db: Kysely<any>,
  features: readonly Feature[],
): Promise<void> {
  const tables = tablesOf(features).map(({ name }) => name);
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relname = any(${tables})
      and not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
        and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete'))
    order by relname`.execute(db);
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  const { role, schema } = await whoAndWhere(db);
  throw new StartupError(
    `The role ${role} is not allowed to read and write ${names}. Ask the owner of these tables to run: ` +
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
  );
}

async function whatToGrant(db: Kysely<any>, error: unknown): Promise<string> {
  const { role, schema } = await whoAndWhere(db);
  return (
    `The role ${role} is not allowed to migrate the database: ${(error as Error).message}. It must own the existing tables, ` +
    `and needs the privilege to create more: GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role}`
  );
}

async function whoAndWhere(db: Kysely<any>): Promise<{ role: string; schema: string }> {
  const { rows } = await sql<{ role: string; schema: string }>`
    select quote_ident(current_user) as role,
      quote_ident(coalesce(current_schema(), 'public')) as schema`.execute(db);
  return rows[0]!;
}
