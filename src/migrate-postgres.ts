import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readConfig } from './config.js';
import { openDatabase } from './database/database.module.js';
import type { Engine } from './database/database.js';
import { move } from './database/move.js';
import { isOpenElsewhere, pathOf } from './database/sqlite-file.js';
import { StartupError } from './startup-error.js';

const USAGE =
  'Usage: npm run migrate:postgres -- --from sqlite:./data/carillon.db, with DATABASE_URL set to the PostgreSQL to move to';
/** Milliseconds between two lines of progress. */
const EVERY = 1000;

/** Moves a Carillon from SQLite to PostgreSQL: docs/operations.md, "Moving to PostgreSQL". */
async function main(): Promise<void> {
  const { from, to } = parse();
  if (!existsSync(pathOf(from)))
    throw new StartupError(`--from is "${from}": there is no such file.`);
  const source = await open('--from', from);
  try {
    const target = await open('DATABASE_URL', to);
    try {
      await move(source, target, reporter());
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  say('All is there. From now on, start Carillon with this DATABASE_URL.');
}

async function open(option: '--from' | 'DATABASE_URL', url: string): Promise<Engine> {
  try {
    if (option === '--from' && isOpenElsewhere(pathOf(url)))
      throw new StartupError(
        `--from is "${url}": another process has it open; stop Carillon first.`,
      );
    return await openDatabase(url);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    throw new StartupError(error.message.replace(/^DATABASE_URL/, option));
  }
}

/** The target comes from the environment: an argument would show its password to `ps`. */
function parse(): { from: string; to: string } {
  const { DATABASE_URL: to } = readConfig();
  try {
    const { values } = parseArgs({ options: { from: { type: 'string' } } });
    const { from = '' } = values;
    if (/^sqlite:./.test(from) && /^postgres(ql)?:\/\/./.test(to)) return { from, to };
  } catch {
    // An option that is not known: the usage tells.
  }
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

function reporter() {
  let told = performance.now();
  return (table: string, rows: number, isDone: boolean): void => {
    if (!isDone && performance.now() - told < EVERY) return;
    told = performance.now();
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
  // Such as a connection that was cut.
  const isHalfway = !(error instanceof StartupError);
  process.stderr.write(
    isHalfway ? `It failed: ${message}. Nothing was moved; run it again.\n` : `${message}\n`,
  );
  process.exitCode = 1;
}
