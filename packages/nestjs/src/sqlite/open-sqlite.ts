import { Logger } from '@nestjs/common';
import Sqlite from 'better-sqlite3';
import fs from 'node:fs';
import { dirname } from 'node:path';
import type { Engine } from '../engine/database.js';
import { newEpoch } from '../engine/epoch.js';
import { DatabaseDamaged } from '../engine/errors.js';
import { StartupError } from '../engine/startup-error.js';
import { MAX_WAL_FRAMES } from './checkpointer.js';
import { BUSY_TIMEOUT } from './begin-when-free.js';
import { toUnavailable } from './sqlite-errors.js';
import { SqliteEngine } from './sqlite-engine.js';
import { forgetMark, isWalWhole, pathOf, prepareFile, sizeOf } from './sqlite-file.js';
import { WalMark } from './sqlite-mark.js';
import type { Flush } from './sqlite-wal.js';
import { whileAlone } from './while-alone.js';

/**
 * Opens the database file of a URL `sqlite:<path>`, and creates it if it does not exist.
 *
 * One connection writes, one reads, and one holds snapshots. In WAL mode none of them waits for another.
 *
 * @param setting what errors call the URL.
 * @throws StartupError the folder cannot be created or written, or the file is not a database.
 */
export function openSqlite(url: string, setting = 'database', flush?: Flush): Engine {
  const path = pathOf(url);
  let writer: Sqlite.Database | undefined;
  try {
    prepareFile(path);
    const isFirst = whileAlone(path, (connection) => judgeWal(connection, path));
    writer = openWriter(path);
    if (isFirst) refuseDamaged(writer, path);
    const mark = new WalMark(path, writer);
    flushUnflushedCommits(path, mark);
    return new SqliteEngine(path, writer, mark, flush);
  } catch (error) {
    writer?.close();
    throw new StartupError(`${setting} is "${url}": ${reason(error, path)}`);
  }
}

function openWriter(path: string): Sqlite.Database {
  const writer = new Sqlite(path, { timeout: BUSY_TIMEOUT });
  enterWalMode(writer);
  // COMMIT writes to the WAL without a flush; SqliteEngine.commit flushes it without blocking the event loop.
  writer.pragma('synchronous = NORMAL');
  writer.pragma('wal_autocheckpoint = 0');
  writer.pragma(`journal_size_limit = ${MAX_WAL_FRAMES * 4096}`);
  writer.pragma('foreign_keys = ON');
  // Overwrites deleted content with zeros.
  writer.pragma('secure_delete = ON');
  writer.exec('BEGIN IMMEDIATE; ROLLBACK');
  return writer;
}

/** SQLite does not wait for the lock of another process that changes the mode of a new file at the same time. */
function enterWalMode(writer: Sqlite.Database): void {
  const deadline = performance.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      writer.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = (error as { code?: string }).code?.startsWith('SQLITE_BUSY');
      if (!isBusy || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/**
 * Begins a new epoch if the WAL was damaged while no process was running. Only the first process to open the file does this:
 * in a running system, the WAL and its mark change at different times.
 */
function judgeWal(connection: Sqlite.Database, path: string): void {
  connection.pragma('synchronous = FULL');
  connection.pragma('secure_delete = ON');
  if (!isWalWhole(path, connection)) beginNewEpoch(connection, path);
  forgetMark(path);
}

/**
 * A process that ended between COMMIT and flush left commits that exist only in the cache of the kernel. They are
 * flushed before anyone reads them: into the database file or, if that is not possible, in the WAL.
 */
function flushUnflushedCommits(path: string, mark: WalMark): void {
  // Another process may commit during the flush.
  const end = mark.end();
  const wal = fs.openSync(`${path}-wal`, 'r+');
  fs.fdatasyncSync(wal);
  fs.closeSync(wal);
  mark.record(end);
}

/**
 * Acknowledged commits are missing or may be missing: the WAL was truncated, damaged or removed while no process was
 * running. Earlier cursors are no longer valid.
 */
function beginNewEpoch(writer: Sqlite.Database, path: string): void {
  new Logger('Database').error(
    `${path}-wal ends before the last acknowledged write: it was truncated, damaged or removed, and writes may be lost. ` +
      'The log starts a new epoch, and clients fetch their snapshots again. If you have a backup that is more complete, restore it.',
  );
  if (writer.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'event_log'`).get())
    writer.prepare('UPDATE event_log SET epoch = ?').run(newEpoch());
}

/** Largest database in bytes that is checked at each start, at about 500 MiB per second. */
const MAX_CHECKED = 64 * 1024 * 1024;

function refuseDamaged(writer: Sqlite.Database, path: string): void {
  if (sizeOf(path) > MAX_CHECKED) return;
  const found = writer.pragma('quick_check(1)', { simple: true }) as string;
  if (found !== 'ok') throw new DatabaseDamaged(found);
}

function reason(error: unknown, path: string): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error instanceof StartupError) return message;
  const damage = toUnavailable(error) ?? error;
  if (damage instanceof DatabaseDamaged && code !== 'SQLITE_NOTADB')
    return `${path} is damaged: ${message.split('\n')[0]}. Restore a backup.`;
  if (code === 'SQLITE_NOTADB') return `${path} is not a SQLite database; use another file.`;
  if (/^(EACCES|EPERM|EROFS|ENOENT|SQLITE_READONLY)/.test(code))
    return `${path} cannot be written; use a folder that this process can write to.`;
  if (/^(EEXIST|ENOTDIR)/.test(code))
    return `${dirname(path)} is not a folder; use a path inside a folder.`;
  if (code.startsWith('SQLITE_CANTOPEN'))
    return `${path} cannot be opened; use a file in a folder that this process can write to.`;
  return `${path} cannot be opened: ${message}.`;
}
