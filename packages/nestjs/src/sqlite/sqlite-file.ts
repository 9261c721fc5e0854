import { Logger } from '@nestjs/common';
import type Sqlite from 'better-sqlite3';
import cluster from 'node:cluster';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StartupError } from '../engine/startup-error.js';
import { markOf, WalMark } from './sqlite-mark.js';
import { whileAlone } from './while-alone.js';

/** The file of a URL `sqlite:<path>`. */
export const pathOf = (url: string): string =>
  resolve(url.slice('sqlite:'.length).replace(/^\/\//, ''));

/** The files that SQLite and this program create next to a database file. */
export const companionsOf = (path: string): string[] => [
  `${path}-wal`,
  `${path}-shm`,
  markOf(path),
];

/**
 * Creates the database file and its folder if they are missing, with access only for this user. SQLite gives the WAL
 * the mode of the database.
 *
 * @throws StartupError the file is empty or missing, but other files of the database exist.
 */
export function prepareFile(path: string): void {
  makeFolder(dirname(path));
  // First: another process may be creating them all, which starts with the database file.
  const left = companionsOf(path).filter((name) => sizeOf(name) > 0);
  if (sizeOf(path) > 0) return;
  if (left.length > 0)
    throw new StartupError(
      `${path} is ${existsSync(path) ? 'empty' : 'missing'}, but other files of this database exist: ${left.join(', ')}. ` +
        'Restore a backup, or remove these files to start with an empty database.',
    );
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

/**
 * Creates a folder and its parents, with access only for this user. Does not use `recursive`, with which Node never
 * returns on a file system that supports no new folders, such as /proc.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Another process may have created it first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The size in bytes; 0 if the file does not exist. */
export const sizeOf = (path: string): number =>
  statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Warns of database files that other users of the machine can access. */
export function warnOfLoosePermissions(path: string): void {
  // In a cluster, the supervisor does this.
  if (process.platform === 'win32' || cluster.isWorker) return;
  for (const name of [dirname(path), path, ...companionsOf(path)]) {
    const stats = statSync(name, { throwIfNoEntry: false });
    if (!stats || (stats.mode & 0o077) === 0) continue;
    const [mode, right] = [(stats.mode & 0o777).toString(8), stats.isDirectory() ? '700' : '600'];
    new Logger('Database').warn(
      `Other users of this machine have access to ${name} (mode ${mode}). Run: chmod ${right} ${name}`,
    );
  }
}

/** Whether another process has the database file open, even if it is idle: in WAL mode, each connection holds a lock. */
export function isOpenElsewhere(path: string): boolean {
  return !whileAlone(path, (connection) => {
    if (isWalWhole(path, connection)) forgetMark(path);
  });
}

/**
 * Whether the WAL has everything that was flushed to it. Call this on the only connection to the file: while another process
 * empties the WAL, the WAL looks shorter than its mark until that process has written the mark again.
 */
export function isWalWhole(path: string, connection: Sqlite.Database): boolean {
  if (!existsSync(`${path}-wal`)) return sizeOf(markOf(path)) === 0;
  const mark = new WalMark(path, connection);
  try {
    return mark.isReached();
  } finally {
    mark.close();
  }
}

/** Removes the mark before the WAL moves into the database file, so that a crash in between does not look like a loss. */
export const forgetMark = (path: string): void => rmSync(markOf(path), { force: true });
