import Sqlite from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';

// In a thread of its own, since a checkpoint flushes two files. Only erasable types in this file: the tests have node
// run it as it is.
let database: Sqlite.Database | undefined;

parentPort!.on('message', (request: 'checkpoint' | 'close') => {
  if (request === 'checkpoint') return parentPort!.postMessage(checkpoint());
  database?.close();
  return parentPort!.close();
});

/** @returns what went wrong, such as a full disk; the next one tries again. */
function checkpoint(): string | undefined {
  try {
    database ??= new Sqlite(workerData as string, { timeout: 0 });
    database.pragma('wal_checkpoint(PASSIVE)');
    return undefined;
  } catch (error) {
    return String(error);
  }
}
