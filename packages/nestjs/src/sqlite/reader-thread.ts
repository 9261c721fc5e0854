import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DatabaseUnavailable, DeadlineExceeded } from '../engine/errors.js';

export interface Question {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly milliseconds: number;
}

export interface Answer {
  readonly id: number;
  readonly rows?: readonly unknown[];
  readonly failure?: {
    readonly message: string;
    readonly code: string | undefined;
    readonly isLate: boolean;
  };
}

/** A connection that reads in a thread of its own, outside of the event loop. The thread starts with the first query. */
export class ReaderThread {
  readonly #asked = new Map<number, PromiseWithResolvers<readonly unknown[]>>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(private readonly path: string) {}

  /**
   * @param milliseconds after which the query is interrupted, if it calls `in_time(<a column>)` for its rows.
   * @throws DeadlineExceeded; DatabaseUnavailable if the thread ended; the errors of SQLite, with their `code`.
   */
  ask(
    sql: string,
    parameters: readonly unknown[],
    milliseconds: number,
  ): Promise<readonly unknown[]> {
    const question: Question = { id: ++this.#lastId, sql, parameters, milliseconds };
    const answer = Promise.withResolvers<readonly unknown[]>();
    this.#asked.set(question.id, answer);
    this.#worker ??= this.#start();
    this.#worker.postMessage(question);
    return answer.promise;
  }

  async close(): Promise<void> {
    if (!this.#worker) return;
    // Does not use `once` of node:events, which rejects on an error of the thread.
    const { promise: exit, resolve } = Promise.withResolvers<void>();
    this.#worker.once('exit', () => resolve());
    // The thread is asked to exit instead of being terminated: terminating a thread while it loads a native module
    // crashes the process.
    this.#worker.ref();
    this.#worker.postMessage('close');
    await exit;
  }

  #start(): Worker {
    const file = `./reader.worker${extname(import.meta.url)}`;
    const worker = new Worker(new URL(file, import.meta.url), { workerData: this.path });
    worker.unref();
    let reason = 'it was stopped';
    worker.on('message', (answer: Answer) => this.#receive(answer));
    worker.on('error', (error) => (reason = String(error)));
    worker.on('exit', () => this.#onExit(`The reader thread ended: ${reason}.`));
    return worker;
  }

  #receive({ id, rows, failure }: Answer): void {
    const answer = this.#asked.get(id);
    this.#asked.delete(id);
    if (!failure) answer?.resolve(rows ?? []);
    else if (failure.isLate) answer?.reject(new DeadlineExceeded('The query took too long.'));
    else answer?.reject(Object.assign(new Error(failure.message), { code: failure.code }));
  }

  /** Rejects the running queries. The next query starts a new thread. */
  #onExit(reason: string): void {
    this.#worker = undefined;
    for (const { reject } of this.#asked.values()) reject(new DatabaseUnavailable(reason));
    this.#asked.clear();
  }
}
