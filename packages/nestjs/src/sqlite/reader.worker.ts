import Sqlite from 'better-sqlite3';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Question } from './reader-thread.js';

// Runs in a thread, because SQLite blocks until a query is done. Use only erasable types in this file: in tests, node
// runs it directly.
const database = new Sqlite(workerData as string, { readonly: true, timeout: 1000 });
let end = 0;

// If both need the same core, requests come first. On Linux a priority applies to a thread, elsewhere to the process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

/** Called for each row that a query examines. Nothing else interrupts a running query. */
database.function('in_time', { directOnly: true }, (_row: unknown) => {
  if (performance.now() > end) throw new Error('The deadline has passed.');
  return 1;
});

parentPort!.on('message', (question: Question | 'close') => {
  if (question !== 'close') return parentPort!.postMessage(answer(question));
  database.close();
  return parentPort!.close();
});

function answer({ id, sql, parameters, milliseconds }: Question): Answer {
  try {
    end = performance.now() + milliseconds;
    return { id, rows: database.prepare(sql).all(...parameters) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { id, failure: { message, code, isLate: performance.now() > end } };
  }
}
