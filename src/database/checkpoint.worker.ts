import Sqlite from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointAnswer, CheckpointRequest } from './checkpointer.js';

// In a thread of its own, since a checkpoint flushes two files. Only erasable types in this file: the tests have node
// run it as it is.
let database: Sqlite.Database | undefined;

parentPort!.on('message', (request: CheckpointRequest | 'close') => {
  if (request !== 'close') return parentPort!.postMessage(checkpoint(request));
  database?.close();
  return parentPort!.close();
});

function checkpoint(request: CheckpointRequest): CheckpointAnswer {
  try {
    // Writers wait meanwhile, so for a short time only.
    database ??= new Sqlite(workerData as string, { timeout: 100 });
    const [result] = database.pragma(`wal_checkpoint(${request})`) as [{ busy: number }];
    return { isComplete: result.busy === 0 };
  } catch (error) {
    return { isComplete: false, failure: String(error) };
  }
}
