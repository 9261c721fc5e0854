import Sqlite from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';

// In a thread of its own, since a checkpoint flushes two files. Only erasable types in this file: the tests have node
// run it as it is.
const database = new Sqlite(workerData as string, { timeout: 0 });

parentPort!.on('message', () => parentPort!.postMessage(checkpoint()));

/** @returns what went wrong, such as a full disk; the next one tries again. */
function checkpoint(): string | undefined {
  try {
    database.pragma('wal_checkpoint(PASSIVE)');
    return undefined;
  } catch (error) {
    return String(error);
  }
}
