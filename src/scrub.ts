import { runCommand } from './command.js';
import { openDatabase } from './database/database.module.js';
import { isPostgres } from './database/dialect.js';
import { rewriteTables } from './database/postgres-scrub.js';

/** Milliseconds to wait for tables that others use. */
const LOCK_TIMEOUT = 60_000;

/** Removes from the database files what was deleted or overwritten: docs/privacy.md. */
await runCommand(async (url) => {
  const engine = await openDatabase(url);
  try {
    if (isPostgres(engine.write)) await engine.maintain(LOCK_TIMEOUT, rewriteTables);
    else await engine.scrub();
  } finally {
    await engine.close();
  }
  return 'The database files no longer contain deleted data.';
});
