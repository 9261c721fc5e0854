import Sqlite from 'better-sqlite3';
import { randomInt } from 'node:crypto';

/** Two processes that try at the same moment refuse each other, so each tries again after a random pause. */
const ATTEMPTS = 4;
/** Milliseconds. */
const LONGEST_PAUSE = 15;

/**
 * Runs work on the only connection of all processes to a database file. Other processes wait until it ends.
 *
 * Each connection in WAL mode holds a shared lock on the file, even if it is idle, so the exclusive lock shows that there is
 * none. When the connection closes, SQLite moves the WAL into the database file.
 *
 * @returns `false` without running the work if another connection has the file open, in this process or another.
 */
export function whileAlone(path: string, work: (connection: Sqlite.Database) => void): boolean {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (tryAlone(path, work)) return true;
    if (attempt < ATTEMPTS) pause(randomInt(1, LONGEST_PAUSE));
  }
  return false;
}

function tryAlone(path: string, work: (connection: Sqlite.Database) => void): boolean {
  const connection = new Sqlite(path, { timeout: 0, fileMustExist: true });
  try {
    if (!lock(connection)) return false;
    work(connection);
    return true;
  } finally {
    connection.close();
  }
}

function lock(connection: Sqlite.Database): boolean {
  try {
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.exec('BEGIN IMMEDIATE; ROLLBACK');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
}

/** Blocks: a process opens its database before it serves anything. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
