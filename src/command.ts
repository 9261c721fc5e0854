import { readConfig } from './config.js';
import { StartupError } from './startup-error.js';

/**
 * Runs a command of the operator: says what it returns, or in one line what is wrong, with exit code 1.
 *
 * The database is that of `DATABASE_URL`, in the environment or `.env`: an argument would show its password to `ps`.
 */
export async function runCommand(
  work: (databaseUrl: string, args: string[]) => Promise<string>,
): Promise<void> {
  try {
    process.umask(0o077);
    process.stdout.write(`${await work(readConfig().DATABASE_URL, process.argv.slice(2))}\n`);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** @throws StartupError it is a PostgreSQL. */
export function refuseUnlessSqlite(url: string, instead: string): void {
  if (!url.startsWith('sqlite:'))
    throw new StartupError(`DATABASE_URL names a PostgreSQL: ${instead}.`);
}
