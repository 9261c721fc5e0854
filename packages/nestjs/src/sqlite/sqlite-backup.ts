import Sqlite from 'better-sqlite3';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StartupError } from '../engine/startup-error.js';
import { newEpoch } from '../engine/epoch.js';
import { companionsOf, isOpenElsewhere, makeFolder } from './sqlite-file.js';

/** Pages (4 KiB each) that are copied per step. */
const PAGES = 10_000;

/** The contents of a backup. */
export interface Contents {
  /** The position of the last event. */
  readonly head: number;
  /** The time of the last event that is kept, in ISO 8601; `null` if there is none. */
  readonly at: string | null;
}

/**
 * Copies a database, which can be in use, into one file with access only for this user. The copy is a snapshot, and
 * exists completely or not at all.
 *
 * @throws StartupError the database does not exist or is damaged, or the target exists or cannot be written.
 */
export async function backUp(path: string, target: string): Promise<Contents> {
  refuseTarget(target, path);
  const copy = `${target}.partial`;
  try {
    await copyDatabase(path, copy);
    const contents = inspect(copy);
    putInPlace(copy, target);
    return contents;
  } finally {
    remove(copy);
  }
}

/**
 * Replacing a file would lose its content. A running server would keep writing to a replaced database that no other
 * process can open.
 */
function refuseTarget(target: string, path: string): void {
  const folder = dirname(target);
  if (!isFolder(folder)) throw new StartupError(`The folder ${folder} does not exist.`);
  const name = join(realpathSync(folder), basename(target));
  const real = existsSync(path) ? realpathSync(path) : path;
  if ([real, ...companionsOf(real)].includes(name))
    throw new StartupError(`${target} is a file of the database itself. Choose another file.`);
  if (existsSync(target))
    throw new StartupError(
      `${target} exists already. Choose a new file, or remove this one first.`,
    );
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Replaces a database that no process has open by a backup, and gives its log a new epoch, so that every client fetches
 * its snapshot again. The database does not change until the last step, which is atomic.
 *
 * @throws StartupError the backup does not exist, is damaged or belongs to another program, or another process has the
 *   database open.
 */
export async function restore(backup: string, path: string): Promise<Contents> {
  refuseOpen(path);
  makeFolder(dirname(path));
  const copy = `${path}.restoring`;
  try {
    await copyDatabase(backup, copy);
    const contents = inspect(copy);
    changeEpoch(copy);
    // Check again that no process has opened it. This also moves the old WAL into the old database.
    refuseOpen(path);
    for (const name of companionsOf(path)) rmSync(name, { force: true });
    putInPlace(copy, path);
    return contents;
  } finally {
    remove(copy);
  }
}

/**
 * Checks every page and all foreign keys.
 *
 * @throws StartupError the database is damaged, or belongs to another program.
 */
export function inspect(path: string): Contents {
  return reading(path, (database) => {
    const found = database.pragma('integrity_check(20)') as { integrity_check: string }[];
    const [first] = found;
    if (first?.integrity_check !== 'ok')
      throw new StartupError(
        `${path} is damaged: ${found.map((each) => each.integrity_check).join('; ')}`,
      );
    const dangling = database.pragma('foreign_key_check') as { table: string }[];
    if (dangling.length > 0)
      throw new StartupError(
        `${path} is damaged: ${dangling.length} rows refer to missing rows, the first of them in ${dangling[0]!.table}.`,
      );
    return contentsOf(database, path);
  });
}

function contentsOf(database: Sqlite.Database, path: string): Contents {
  const tables = database.prepare(
    `SELECT 1 FROM sqlite_schema WHERE name IN ('event_log', 'events', 'carillon_migrations')`,
  );
  if (tables.all().length < 3)
    throw new StartupError(
      `${path} is not a Carillon database: it is empty or belongs to another program.`,
    );
  return database
    .prepare<[], Contents>(
      `SELECT head, (SELECT at FROM events ORDER BY position DESC LIMIT 1) AS at FROM event_log`,
    )
    .get()!;
}

async function copyDatabase(source: string, target: string): Promise<void> {
  remove(target);
  createFile(target);
  await reading(source, async (database) => {
    // SQLite restarts a backup when another process writes, unless the connection holds a snapshot.
    database.exec('BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1');
    await database.backup(target, { progress: () => PAGES });
  });
  const copy = new Sqlite(target);
  // The copy is a single file without companions.
  copy.pragma('journal_mode = DELETE');
  copy.close();
}

function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    throw new StartupError(`${path} cannot be written: ${(error as Error).message}.`);
  }
}

function reading<T>(path: string, work: (database: Sqlite.Database) => T): T {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new StartupError(`The file ${path} does not exist.`);
  const database = new Sqlite(path, { readonly: true, timeout: 5000 });
  const close = (): unknown => database.close();
  let result: T;
  try {
    result = work(database);
  } catch (error) {
    close();
    throw explained(error, path);
  }
  if (!(result instanceof Promise)) return (close(), result);
  return result.finally(close).catch((error: unknown) => {
    throw explained(error, path);
  }) as T;
}

function explained(error: unknown, path: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'SQLITE_NOTADB') return new StartupError(`${path} is not a SQLite database.`);
  if (code.startsWith('SQLITE_')) return new StartupError(`${path} cannot be read: ${message}.`);
  return error;
}

function refuseOpen(path: string): void {
  if (!existsSync(path)) return;
  try {
    if (!isOpenElsewhere(path)) return;
  } catch (error) {
    if (!/^SQLITE_(NOTADB|CORRUPT)/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new StartupError(
      `${path} is damaged, so it is unknown whether it is in use. Stop Carillon, move the file away, and run this command again.`,
    );
  }
  throw new StartupError(`${path} is in use. Stop every process that uses it first.`);
}

function changeEpoch(path: string): void {
  const database = new Sqlite(path);
  database.pragma('synchronous = FULL');
  database.prepare('UPDATE event_log SET epoch = ?').run(newEpoch());
  database.close();
}

function putInPlace(copy: string, target: string): void {
  flush(copy);
  renameSync(copy, target);
  if (process.platform !== 'win32') flush(dirname(target));
}

function flush(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}

function remove(path: string): void {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(path + end, { force: true });
}
