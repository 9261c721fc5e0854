import type pg from 'pg';
import { StartupError } from '../engine/startup-error.js';

/** PostgreSQL's code for a missing privilege. */
const DENIED = '42501';
/**
 * Ignored codes: the name exists, because another node was faster; and the server is a standby, which the migration
 * reports.
 */
const IGNORED = ['42P06', '23505', '25006'];

/**
 * Creates a schema unless it exists. `create schema if not exists` alone would require the privilege even if it exists.
 *
 * @param schema a name that needs no escaping.
 * @throws StartupError the role lacks the privilege.
 */
export async function createSchema(pool: pg.Pool, schema: string): Promise<void> {
  const found = await pool.query('select 1 from pg_namespace where nspname = $1', [schema]);
  if (found.rows.length > 0) return;
  try {
    await pool.query(`create schema if not exists "${schema}"`);
  } catch (error) {
    const { code, message } = error as pg.DatabaseError;
    if (IGNORED.includes(code ?? '')) return;
    if (code === DENIED) throw new StartupError(await whatToCreate(pool, schema, message));
    throw error;
  }
}

async function whatToCreate(pool: pg.Pool, schema: string, reason: string): Promise<string> {
  const { rows } = await pool.query<{ role: string }>('select quote_ident(current_user) as role');
  return `The schema ${schema} does not exist and cannot be created: ${reason}. Ask an administrator to run: CREATE SCHEMA ${schema} AUTHORIZATION ${rows[0]!.role}`;
}
