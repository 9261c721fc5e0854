import { StartupError } from '@carillon/nestjs';
import type { Kysely } from 'kysely';
import { runCommand } from './command.js';
import { openServerDatabase } from './server-database.js';

/** PostgreSQL's classes of errors in what it was given: a table that does not exist, or belongs to another role. */
const CLASSES = /^(42|22)/;

/** Runs a command that changes the triggers of a table, in one transaction. */
export const runWatchCommand = (
  work: (db: Kysely<any>, args: string[]) => Promise<string>,
): Promise<void> =>
  runCommand(async (config, args) => {
    const engine = await openServerDatabase(config);
    try {
      return await engine.write.transaction().execute((db) => work(db, args));
    } catch (error) {
      throw explained(error as Error & { code?: unknown; hint?: string });
    } finally {
      await engine.close();
    }
  });

function explained(error: Error & { code?: unknown; hint?: string }): Error {
  const isMistake =
    error instanceof RangeError || (typeof error.code === 'string' && CLASSES.test(error.code));
  if (!isMistake) return error;
  return new StartupError([error.message, error.hint].filter(Boolean).join(' '));
}
