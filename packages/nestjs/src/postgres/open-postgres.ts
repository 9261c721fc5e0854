import { StartupError, withoutPassword } from '../engine/startup-error.js';
import type { Engine } from '../engine/database.js';
import { DatabaseUnavailable } from '../engine/errors.js';
import { withLibpqTls } from './connection-url.js';
import { PostgresEngine, type PostgresOptions } from './postgres-engine.js';

/** The driver's error when the server does not offer TLS. */
const NO_TLS = 'The server does not support SSL connections';

/**
 * Connects to PostgreSQL 14 or newer at a URL `postgres://…`. TLS parameters (`sslmode`, `sslrootcert`, …) have the same
 * meaning as in libpq.
 *
 * @throws StartupError the server cannot be reached, refuses the connection, or is too old.
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Engine> {
  const { setting = 'database' } = options;
  try {
    return await open(withLibpqTls(url, setting), options);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(`${setting} is "${withoutPassword(url)}": ${reasonOf(error)}`);
  }
}

async function open(url: string, options: PostgresOptions): Promise<Engine> {
  const engine = new PostgresEngine(url, options);
  try {
    await engine.open();
    return engine;
  } catch (error) {
    await engine.close();
    const isPreferred = /[?&]sslmode=prefer(&|$)/.test(url);
    if (!isPreferred || (error as Error).message !== NO_TLS) throw error;
    return open(url.replace('sslmode=prefer', 'sslmode=disable'), options);
  }
}

/** The reason in one line, for the operator. */
function reasonOf(error: unknown): string {
  const cause = error instanceof DatabaseUnavailable ? error.cause : error;
  const { code = '', message } = (
    cause instanceof AggregateError ? cause.errors[0] : cause
  ) as NodeJS.ErrnoException;
  if (code === '3D000') return `${message}. Create it with createdb.`;
  if (/^(28|42501)/.test(code))
    return `${message}. Check the user, the password and the privileges of the user.`;
  if (code === 'ENOTFOUND') return 'the host name does not exist.';
  return `the server cannot be reached: ${message}.`;
}
