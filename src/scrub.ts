import { readConfig } from './config.js';
import { openDatabase } from './database/database.module.js';
import { isPostgres } from './database/dialect.js';
import { rewriteTables } from './database/postgres-scrub.js';
import { StartupError } from './startup-error.js';

/** Milliseconds to wait for tables that others use. */
const LOCK_TIMEOUT = 60_000;

/** Removes from the database files what was deleted or overwritten: docs/privacy.md. */
async function main(): Promise<void> {
  const engine = await openDatabase(readConfig().DATABASE_URL);
  try {
    if (isPostgres(engine.write)) await engine.maintain(LOCK_TIMEOUT, rewriteTables);
    else await engine.scrub();
  } finally {
    await engine.close();
  }
  process.stdout.write('The database files hold nothing any more that was deleted.\n');
}

try {
  await main();
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
