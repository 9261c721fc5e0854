import Sqlite from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointAnswer, CheckpointRequest } from './checkpointer.js';

// Runs in a thread, because a checkpoint flushes two files. Use only erasable types in this file: in tests, node runs
// it directly.
let database: Sqlite.Database | undefined;

parentPort!.on('message', (request: CheckpointRequest | 'close') => {
  if (request !== 'close') return parentPort!.postMessage(checkpoint(request));
  database?.close();
  return parentPort!.close();
});

function checkpoint(request: CheckpointRequest): CheckpointAnswer {
  try {
    // Writers wait during this time, so it must be short.
    database ??= new Sqlite(workerData as string, { timeout: 100 });
    const [result] = database.pragma(`wal_checkpoint(${request})`) as [{ busy: number }];
    return { isComplete: result.busy === 0 };
  } catch (error) {
    return { isComplete: false, failure: String(error) };
  }
}
