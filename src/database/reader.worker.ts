import Sqlite from 'better-sqlite3';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Question } from './reader-thread.js';

// In a thread of its own, since SQLite answers only when it is done. Only erasable types in this file: the tests have
// node run it as it is.
const database = new Sqlite(workerData as string, { readonly: true, timeout: 1000 });
let end = 0;

// Where both want the same core, requests come first. On Linux a priority belongs to a thread, elsewhere to the process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

/** Called for each row that a query looks at: nothing else interrupts a query that runs. */
database.function('in_time', { directOnly: true }, (_row: unknown) => {
  if (performance.now() > end) throw new Error('The deadline is over.');
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
