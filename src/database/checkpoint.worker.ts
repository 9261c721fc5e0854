import Sqlite from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';

/** What `PRAGMA wal_checkpoint` answers: frames in the WAL, and how many of them are in the database file by now. */
export interface Checkpoint {
  readonly log: number;
  readonly checkpointed: number;
}

// In a thread of its own, since a checkpoint flushes two files. Only erasable types in this file: the tests have node
// run it as it is.
const database = new Sqlite(workerData as string, { timeout: 0 });

parentPort!.on('message', () => {
  const [checkpoint] = database.pragma('wal_checkpoint(PASSIVE)') as [Checkpoint];
  parentPort!.postMessage(checkpoint);
});
