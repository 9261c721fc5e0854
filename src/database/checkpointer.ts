import { Logger } from '@nestjs/common';
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
/** Milliseconds before a truncation is tried again that readers were in the way of: doubled each time, since writers wait. */
const AGAIN = { first: 250, last: 10_000 };
/** Milliseconds that a commit waits for the WAL to begin anew, and a shutdown for the thread. */
const LONGEST_WAIT = 5000;

/** Moves what is committed from the WAL into the database file, in a thread of its own. */
export class Checkpointer {
  readonly #logger = new Logger(Checkpointer.name);
  readonly #timer = setInterval(() => this.#checkpointIfWanted(), EVERY);
  #worker: Worker | undefined;
  #running: Promise<void> | undefined;
  #dirty = false;
  #truncation: PromiseWithResolvers<void> | undefined;
  /** When the next truncation may be tried, by the monotonic clock. */
  #truncateAt = 0;
  #pause = AGAIN.first;
  /** Whether the last checkpoint failed. */
  #failing = false;

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
    // Not with `once` of node:events, which an error of the thread would make reject.
    const { promise: exit, resolve } = Promise.withResolvers<void>();
    this.#worker.once('exit', () => resolve());
    // Asked to, and not terminated: a thread that is stopped while it loads a native module takes the process with it.
    this.#worker.ref();
    this.#worker.postMessage('close');
    await inTime(exit);
  }

  #checkpointIfWanted(): void {
    if ((this.#dirty || this.#isTruncationDue) && !this.#running) void this.#checkpoint();
  }

  get #isTruncationDue(): boolean {
    return this.#truncation !== undefined && performance.now() >= this.#truncateAt;
  }

  /** Never rejects: what is committed is safe in the WAL, and the next checkpoint tries again. */
  #checkpoint(): Promise<void> {
    const truncation = this.#isTruncationDue ? this.#truncation : undefined;
    if (truncation) this.#truncation = undefined;
    this.#dirty = false;
    this.#running = this.#ask(truncation ? 'TRUNCATE' : 'PASSIVE').then((answer) => {
      this.#running = undefined;
      this.#note(answer.failure);
      if (truncation) this.#finish(truncation, answer.isComplete);
    });
    return this.#running;
  }

  /** Tries again after a failure, and logs the first of several. */
  #note(failure: string | undefined): void {
    this.#dirty ||= failure !== undefined;
    if (failure && !this.#failing)
      this.#logger.error(`The WAL cannot be moved into the database file: ${failure}`);
    else if (!failure && this.#failing)
      this.#logger.log('The WAL can be moved into the database file again.');
    this.#failing = failure !== undefined;
  }

  #finish(truncation: PromiseWithResolvers<void>, isComplete: boolean): void {
    this.#truncateAt = isComplete ? 0 : performance.now() + this.#pause;
    this.#pause = isComplete ? AGAIN.first : Math.min(this.#pause * 2, AGAIN.last);
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
