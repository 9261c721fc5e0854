import type Sqlite from 'better-sqlite3';
import { DatabaseUnavailable } from '../engine/errors.js';
import { translated } from './sqlite-errors.js';

/**
 * Moves the whole WAL into the database file.
 *
 * @returns `false` when that was not possible: another process uses the file, or the disk is full.
 */
export function moveIntoDatabase(writer: Sqlite.Database): boolean {
  try {
    const [{ busy }] = translated(() => writer.pragma('wal_checkpoint(TRUNCATE)')) as [
      { busy: number },
    ];
    return busy === 0;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return false;
    throw error;
  }
}
