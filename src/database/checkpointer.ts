import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** https://sqlite.org/pragma.html#pragma_wal_checkpoint */
export type CheckpointRequest = 'PASSIVE' | 'TRUNCATE';

export interface CheckpointAnswer {
  readonly isComplete: boolean;
  /** What went wrong, such as a full disk; the next one tries again. */
  readonly failure?: string;
}

/** Milliseconds between checkpoints while there are commits. */
const EVERY = 250;
/** Frames (4 KiB each) in the WAL at which commits wait until it can begin anew. */
export const MOST_FRAMES = 16_384;
/** Milliseconds that a commit waits for that, and a shutdown for the thread. */
const LONGEST_WAIT = 5000;

/** Moves what is committed from the WAL into the database file, in a thread of its own. */
export class Checkpointer {
  readonly #logger = new Logger(Checkpointer.name);
  readonly #timer = setInterval(() => this.#checkpointIfWanted(), EVERY);
  #worker: Worker | undefined;
  #running: Promise<void> | undefined;
  #dirty = false;
  #truncation: PromiseWithResolvers<void> | undefined;

  /** @param truncated is called when the WAL was emptied. */
  constructor(
    private readonly path: string,
    private readonly truncated: () => void,
  ) {
    this.#timer.unref();
  }

  /**
   * Is told of each commit, when nobody writes.
   *
   * @param frames how many there are in the WAL.
   * @returns when the next commit may begin.
   */
  async committed(frames: number): Promise<void> {
    this.#dirty = true;
    // Under writers that never pause, a checkpoint does not get to the end, and the WAL would grow for ever.
    if (frames < MOST_FRAMES) return;
    await inTime(this.#running);
    await inTime(this.#running ?? this.#checkpoint());
  }

  /** Resolves when nothing that was overwritten before is in the WAL. It tries until no reader is in the way. */
  truncate(): Promise<void> {
    this.#truncation ??= Promise.withResolvers();
    const { promise } = this.#truncation;
    this.#checkpointIfWanted();
    return promise;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await inTime(this.#running);
    this.#truncation?.resolve(); // the last connection that is closed removes the WAL
    if (!this.#worker) return;
    const exit = once(this.#worker, 'exit');
    // Asked to, and not terminated: a thread that is stopped while it loads a native module takes the process with it.
    this.#worker.ref();
    this.#worker.postMessage('close');
    await inTime(exit);
  }

  #checkpointIfWanted(): void {
    if ((this.#dirty || this.#truncation) && !this.#running) void this.#checkpoint();
  }

  /** Never rejects: what is committed is safe in the WAL, and the next checkpoint tries again. */
  #checkpoint(): Promise<void> {
    const truncation = this.#truncation;
    this.#truncation = undefined;
    this.#dirty = false;
    this.#running = this.#ask(truncation ? 'TRUNCATE' : 'PASSIVE').then((answer) => {
      this.#running = undefined;
      if (answer.failure) {
        this.#dirty = true;
        this.#logger.error(`The WAL could not be moved into the database file: ${answer.failure}`);
      }
      if (truncation) this.#finish(truncation, answer.isComplete);
    });
    return this.#running;
  }

  #finish(truncation: PromiseWithResolvers<void>, isComplete: boolean): void {
    if (isComplete) {
      this.truncated();
      truncation.resolve();
    } else if (this.#truncation) void this.#truncation.promise.then(truncation.resolve);
    else this.#truncation = truncation;
  }

  #ask(request: CheckpointRequest): Promise<CheckpointAnswer> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve) => {
      const answer = (given: CheckpointAnswer): void => {
        worker.off('message', answer).off('exit', lost);
        resolve(given);
      };
      const lost = (): void => answer({ isComplete: false, failure: 'its thread ended' });
      worker.on('message', answer).on('exit', lost);
      worker.postMessage(request);
    });
  }

  /** The checkpoint after its end starts another one. */
  #start(): Worker {
    const file = `./checkpoint.worker${extname(import.meta.url)}`;
    const worker = new Worker(new URL(file, import.meta.url), { workerData: this.path });
    worker.unref();
    worker.on('error', (error) =>
      this.#logger.error(`The thread of checkpoints failed: ${String(error)}`),
    );
    worker.on('exit', () => (this.#worker = undefined));
    return worker;
  }
}

const inTime = (work: Promise<unknown> | undefined): Promise<unknown> =>
  work ? Promise.race([work, sleep(LONGEST_WAIT, undefined, { ref: false })]) : Promise.resolve();
