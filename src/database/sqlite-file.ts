import { Logger } from '@nestjs/common';
import Sqlite from 'better-sqlite3';
import cluster from 'node:cluster';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StartupError } from '../startup-error.js';
import { markOf, WalMark } from './sqlite-mark.js';

/** The file of a URL `sqlite:<path>`. */
export const pathOf = (url: string): string =>
  resolve(url.slice('sqlite:'.length).replace(/^\/\//, ''));

/** What SQLite and this program keep beside a database file. */
export const companionsOf = (path: string): string[] => [
  `${path}-wal`,
  `${path}-shm`,
  markOf(path),
];

/**
 * Makes the database file and its folder where they are not there, for this user alone. SQLite gives the WAL the mode
 * of the database.
 *
 * @throws StartupError the file was a database and is empty or gone.
 */
export function prepareFile(path: string): void {
  makeFolder(dirname(path));
  if (sizeOf(path) > 0) return;
  const left = companionsOf(path).filter((name) => sizeOf(name) > 0);
  if (left.length > 0)
    throw new StartupError(
      `${path} was a database and is ${existsSync(path) ? 'empty' : 'gone'}: ${left.join(' and ')} are left of it. ` +
        'Restore a backup with npm run restore, or remove them to begin with an empty database.',
    );
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

/**
 * Makes a folder, with those above it, for this user alone. Without `recursive`, with which Node never returns from a file
 * system that takes no folders, such as /proc.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Another process may have been first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Bytes; 0 where there is no such file. */
export const sizeOf = (path: string): number =>
  statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Warns of files of a database that other users of the machine have access to. */
export function warnOfOthers(path: string): void {
  // Of several processes, the one that starts them has done it.
  if (process.platform === 'win32' || cluster.isWorker) return;
  for (const name of [dirname(path), path, ...companionsOf(path)]) {
    const stats = statSync(name, { throwIfNoEntry: false });
    if (!stats || (stats.mode & 0o077) === 0) continue;
    const [mode, right] = [(stats.mode & 0o777).toString(8), stats.isDirectory() ? '700' : '600'];
    new Logger('Database').warn(
      `Other users of this machine have access to ${name} (mode ${mode}): chmod ${right} ${name}`,
    );
  }
}

/** Whether another process has the database file open, idle as it may be: each connection holds a lock in WAL mode. */
export function isOpenElsewhere(path: string): boolean {
  const connection = new Sqlite(path, { timeout: 0, fileMustExist: true });
  let isWhole = false;
  try {
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.exec('BEGIN IMMEDIATE; ROLLBACK');
    isWhole = isReached(path, connection);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('SQLITE_BUSY')) return true;
    throw error;
  } finally {
    connection.close();
    // Closing has moved the WAL into the database file.
    if (isWhole) rmSync(markOf(path), { force: true });
  }
}

function isReached(path: string, connection: Sqlite.Database): boolean {
  if (!existsSync(`${path}-wal`)) return sizeOf(markOf(path)) === 0;
  const mark = new WalMark(path, connection);
  try {
    return mark.isReached();
  } finally {
    mark.close();
  }
}
