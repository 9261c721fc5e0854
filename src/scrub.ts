import { isPostgres } from '@carillon/nestjs';
import { tablesOf } from '@carillon/nestjs/internal';
import { rewriteTables } from '@carillon/nestjs/operations';
import { features } from './app.module.js';
import { runCommand } from './command.js';
import { openServerDatabase } from './server-database.js';

/** Milliseconds to wait for other connections: for their locks on tables, and for what they can still see. */
const TIMEOUT = 60_000;

const tables = tablesOf(features).map(({ name }) => name);

/** Removes deleted and overwritten data from the database files: docs/privacy.md. */
await runCommand(async (config) => {
  const engine = await openServerDatabase(config);
  try {
    if (isPostgres(engine.write))
      await engine.maintain(TIMEOUT, (db) => rewriteTables(db, tables, TIMEOUT));
    else await engine.scrub(tables);
  } finally {
    await engine.close();
  }
  return 'The database files no longer contain deleted data.';
});
