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
import { StartupError } from '../startup-error.js';
import { newEpoch } from './epoch.js';
import { companionsOf, isOpenElsewhere, makeFolder } from './sqlite-file.js';

/** Pages (4 KiB each) that are copied at a time. */
const PAGES = 10_000;

/** What a backup holds. */
export interface Contents {
  /** The position of the last event. */
  readonly head: number;
  /** Of the last event that is kept, in ISO 8601; `null` where none is. */
  readonly at: string | null;
}

/**
 * Copies a database that may be in use into one file, for this user alone: one moment of it, whole or not at all.
 *
 * @throws StartupError there is no such database, it is damaged, or the target exists or cannot be written.
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

/** What a backup replaced would be gone, and the server would go on writing into a database that nobody can open again. */
function refuseTarget(target: string, path: string): void {
  const folder = dirname(target);
  if (!isFolder(folder)) throw new StartupError(`There is no folder ${folder}.`);
  const name = join(realpathSync(folder), basename(target));
  const real = existsSync(path) ? realpathSync(path) : path;
  if ([real, ...companionsOf(real)].includes(name))
    throw new StartupError(`${target} is a file of the database itself. Name another file.`);
  if (existsSync(target))
    throw new StartupError(`${target} exists already. Name a new file, or remove that one first.`);
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Puts a backup in the place of a database that nobody has open, and gives its log a new epoch, so that every client fetches
 * its snapshot again. Until the last step, which is atomic, the database stays as it was.
 *
 * @throws StartupError there is no such backup, it is damaged or not ours, or another process has the database open.
 */
export async function restore(backup: string, path: string): Promise<Contents> {
  refuseOpen(path);
  makeFolder(dirname(path));
  const copy = `${path}.restoring`;
  try {
    await copyDatabase(backup, copy);
    const contents = inspect(copy);
    changeEpoch(copy);
    // Nobody may have come meanwhile; this also moves the old WAL into the old database.
    refuseOpen(path);
    for (const name of companionsOf(path)) rmSync(name, { force: true });
    putInPlace(copy, path);
    return contents;
  } finally {
    remove(copy);
  }
}

/**
 * Looks for damage, page by page, and at what refers to what.
 *
 * @throws StartupError it is damaged, or no database of this program.
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
        `${path} is damaged: ${dangling.length} rows refer to others that are not there, the first in ${dangling[0]!.table}.`,
      );
    return contentsOf(database, path);
  });
}

function contentsOf(database: Sqlite.Database, path: string): Contents {
  const tables = database.prepare(
    `SELECT 1 FROM sqlite_schema WHERE name IN ('event_log', 'events', 'kysely_migration')`,
  );
  if (tables.all().length < 3)
    throw new StartupError(`${path} is a database of another program, or an empty one.`);
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
    // SQLite begins a backup again when another process writes, unless the connection stays at one moment.
    database.exec('BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1');
    await database.backup(target, { progress: () => PAGES });
  });
  const copy = new Sqlite(target);
  // One file, that nothing has to come with.
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
    throw new StartupError(`There is no file ${path}.`);
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
      `${path} is damaged, so that it does not show whether it is in use. Stop Carillon, move that file away, and run this again.`,
    );
  }
  throw new StartupError(`${path} is in use: stop Carillon first.`);
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
