import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DatabaseUnavailable, DeadlineExceeded } from './errors.js';

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

/** A connection that reads in a thread of its own, beside the event loop. The thread starts with the first query. */
export class ReaderThread {
  readonly #asked = new Map<number, PromiseWithResolvers<readonly unknown[]>>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(private readonly path: string) {}

  /**
   * @param milliseconds after which the query is interrupted, where it calls `in_time(<a column>)` for its rows.
   * @throws DeadlineExceeded; DatabaseUnavailable: the thread ended; what SQLite throws, with its `code`.
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
    // Not with `once` of node:events, which an error of the thread would make reject.
    const { promise: exit, resolve } = Promise.withResolvers<void>();
    this.#worker.once('exit', () => resolve());
    // Asked to, and not terminated: a thread that is stopped while it loads a native module takes the process with it.
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
    worker.on('exit', () => this.#lose(`The thread that reads ended: ${reason}.`));
    return worker;
  }

  #receive({ id, rows, failure }: Answer): void {
    const answer = this.#asked.get(id);
    this.#asked.delete(id);
    if (!failure) answer?.resolve(rows ?? []);
    else if (failure.isLate) answer?.reject(new DeadlineExceeded('The query took too long.'));
    else answer?.reject(Object.assign(new Error(failure.message), { code: failure.code }));
  }

  /** The next query starts another one. */
  #lose(reason: string): void {
    this.#worker = undefined;
    for (const { reject } of this.#asked.values()) reject(new DatabaseUnavailable(reason));
    this.#asked.clear();
  }
}
