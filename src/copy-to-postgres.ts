import { StartupError } from '@carillon/nestjs';
import { type Engine } from '@carillon/nestjs/operations';
import { copyToPostgres, isOpenElsewhere, pathOf } from '@carillon/nestjs/operations';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { features } from './app.module.js';
import { readConfig } from './config.js';
import { type DatabaseSettings, openServerDatabase } from './server-database.js';

const USAGE =
  'Usage: npm run copy-to-postgres -- --from sqlite:./data/carillon.db, with DATABASE_URL set to the PostgreSQL database to copy to';
/** Milliseconds between two progress lines. */
const REPORT_INTERVAL = 1000;

/** Copies a database from SQLite to PostgreSQL: docs/operations.md, "Moving to PostgreSQL". */
async function main(): Promise<void> {
  const { from, config } = parse();
  if (!existsSync(pathOf(from)))
    throw new StartupError(`--from is "${from}": this file does not exist.`);
  const source = await open('--from', { ...config, DATABASE_URL: from });
  try {
    const target = await open('DATABASE_URL', config);
    try {
      await copyToPostgres(source, target, features, reporter());
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  say('The copy is complete. From now on, start Carillon with this DATABASE_URL.');
}

function open(option: '--from' | 'DATABASE_URL', settings: DatabaseSettings): Promise<Engine> {
  const { DATABASE_URL: url } = settings;
  if (option === '--from' && isOpenElsewhere(pathOf(url)))
    throw new StartupError(
      `--from is "${url}": another process has this file open. Stop Carillon first.`,
    );
  return openServerDatabase(settings, option);
}

/** Reads the target from the environment: as an argument, its password would be visible in `ps`. */
function parse(): { from: string; config: DatabaseSettings } {
  const config = readConfig();
  try {
    const { values } = parseArgs({ options: { from: { type: 'string' } } });
    const { from = '' } = values;
    if (/^sqlite:./.test(from) && /^postgres(ql)?:\/\/./.test(config.DATABASE_URL))
      return { from, config };
  } catch {
    // An unknown option: print the usage.
  }
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

function reporter() {
  let reportedAt = performance.now();
  return (table: string, rows: number, isDone: boolean): void => {
    if (!isDone && performance.now() - reportedAt < REPORT_INTERVAL) return;
    reportedAt = performance.now();
    say(`${table}: ${rows} rows${isDone ? ', compared' : ''}`);
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  const { message } = error as Error;
  // For example, a lost connection.
  const isUnexpected = !(error instanceof StartupError);
  process.stderr.write(
    isUnexpected
      ? `The copy failed: ${message}. Nothing was copied. Run the command again.\n`
      : `${message}\n`,
  );
  process.exitCode = 1;
}
