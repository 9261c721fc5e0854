import { StartupError } from '@carillon/nestjs';
import { type Config, readConfig } from './config.js';

/**
 * Runs a command-line tool of the operator. Prints its result, or an error in one line with exit code 1.
 *
 * The database is that of `DATABASE_URL` in the environment or `.env`. As an argument, its password would be visible in
 * `ps`.
 */
export async function runCommand(
  work: (config: Config, args: string[]) => Promise<string>,
): Promise<void> {
  try {
    process.umask(0o077);
    process.stdout.write(`${await work(readConfig(), process.argv.slice(2))}\n`);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** @throws StartupError the URL is that of a PostgreSQL database. */
export function refuseUnlessSqlite(url: string, instead: string): void {
  if (!url.startsWith('sqlite:'))
    throw new StartupError(`DATABASE_URL names a PostgreSQL database: ${instead}.`);
}
