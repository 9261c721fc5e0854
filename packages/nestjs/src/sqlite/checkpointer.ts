import { Logger } from '@nestjs/common';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { backoff } from '../engine/backoff.js';

/** https://sqlite.org/pragma.html#pragma_wal_checkpoint */
export type CheckpointRequest = 'PASSIVE' | 'TRUNCATE';

export interface CheckpointAnswer {
  readonly isComplete: boolean;
  /** The error, such as a full disk. The next checkpoint tries again. */
  readonly failure?: string;
}

/** Milliseconds between checkpoints while there are commits. */
const CHECKPOINT_INTERVAL = 250;
/** Frames (4 KiB each) in the WAL above which commits wait until it can restart. */
export const MAX_WAL_FRAMES = 16_384;
/** Milliseconds before a truncation that readers prevented is tried again. Doubles each time, because writers wait. */
const TRUNCATE_BACKOFF = { first: 250, last: 10_000 };
/** Milliseconds before a checkpoint that failed is tried again. Doubles each time: a thread may fail when it starts. */
const FAILURE_BACKOFF = { first: 250, last: 10_000 };
/** Milliseconds that a commit waits for the WAL to restart, and a shutdown for the thread. */
const WAIT_TIMEOUT = 5000;

/** Moves commits from the WAL into the database file, in a thread of its own. */
export class Checkpointer {
  readonly #logger = new Logger(Checkpointer.name);
  readonly #timer = setInterval(() => this.#checkpointIfWanted(), CHECKPOINT_INTERVAL);
  #worker: Worker | undefined;
  #running: Promise<void> | undefined;
  #dirty = false;
  #truncation: PromiseWithResolvers<void> | undefined;
  /** The earliest time of the next truncation, by the monotonic clock. */
  #truncateAt = 0;
  #pause = TRUNCATE_BACKOFF.first;
  /** Checkpoints that have failed in succession. */
  #failures = 0;
  /** The earliest time of the next checkpoint after a failure, by the monotonic clock. */
  #retryAt = 0;

  /**
   * @param truncated is called when the WAL was emptied.
   * @param file the code of the thread.
   */
  constructor(
    private readonly path: string,
    private readonly truncated: () => void,
    private readonly file = new URL(
      `./checkpoint.worker${extname(import.meta.url)}`,
      import.meta.url,
    ),
  ) {
    this.#timer.unref();
  }

  /**
   * Called after each commit, while no transaction is open.
   *
   * @param frames the number of frames in the WAL.
   * @returns when the next commit may start.
   */
  async committed(frames: number): Promise<void> {
    this.#dirty = true;
    // With continuous writes, a checkpoint never completes, and the WAL would grow forever.
    if (frames < MAX_WAL_FRAMES) return;
    await inTime(this.#running);
    if (performance.now() >= this.#retryAt) await inTime(this.#running ?? this.#checkpoint());
  }

  /** Resolves when the WAL contains no data that was overwritten before. Retries until no reader prevents it. */
  truncate(): Promise<void> {
    this.#truncation ??= Promise.withResolvers();
    const { promise } = this.#truncation;
    this.#checkpointIfWanted();
    return promise;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await inTime(this.#running);
    this.#truncation?.resolve(); // closing the last connection removes the WAL
    if (!this.#worker) return;
    // Does not use `once` of node:events, which rejects on an error of the thread.
    const { promise: exit, resolve } = Promise.withResolvers<void>();
    this.#worker.once('exit', () => resolve());
    // The thread is asked to exit instead of being terminated: terminating a thread while it loads a native module
    // crashes the process.
    this.#worker.ref();
    this.#worker.postMessage('close');
    await inTime(exit);
  }

  #checkpointIfWanted(): void {
    if (performance.now() < this.#retryAt) return;
    if ((this.#dirty || this.#isTruncationDue) && !this.#running) void this.#checkpoint();
  }

  get #isTruncationDue(): boolean {
    return this.#truncation !== undefined && performance.now() >= this.#truncateAt;
  }

  /** Never rejects: commits are safe in the WAL, and the next checkpoint tries again. */
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
    if (failure === undefined) return this.#noteSuccess();
    this.#dirty = true;
    if (this.#failures === 0)
      this.#logger.error(`The WAL cannot be moved into the database file: ${failure}`);
    const { first, last } = FAILURE_BACKOFF;
    this.#retryAt = performance.now() + backoff(++this.#failures, first, last);
  }

  #noteSuccess(): void {
    if (this.#failures > 0) this.#logger.log('The WAL can be moved into the database file again.');
    [this.#failures, this.#retryAt] = [0, 0];
  }

  #finish(truncation: PromiseWithResolvers<void>, isComplete: boolean): void {
    this.#truncateAt = isComplete ? 0 : performance.now() + this.#pause;
    this.#pause = isComplete
      ? TRUNCATE_BACKOFF.first
      : Math.min(this.#pause * 2, TRUNCATE_BACKOFF.last);
    if (isComplete) {
      this.truncated();
      truncation.resolve();
    } else if (this.#truncation) void this.#truncation.promise.then(truncation.resolve);
    else this.#truncation = truncation;
  }

  #ask(request: CheckpointRequest): Promise<CheckpointAnswer> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve) => {
      let reason = '';
      const answer = (given: CheckpointAnswer): void => {
        worker.off('message', answer).off('error', fail).off('exit', lost);
        resolve(given);
      };
      const fail = (error: unknown): void => void (reason = `: ${String(error)}`);
      const lost = (): void => answer({ isComplete: false, failure: `its thread ended${reason}` });
      worker.on('message', answer).on('error', fail).on('exit', lost);
      worker.postMessage(request);
    });
  }

  /** The next checkpoint starts a new thread. */
  #start(): Worker {
    const worker = new Worker(this.file, { workerData: this.path });
    worker.unref();
    worker.on('error', () => undefined); // 'exit' follows
    worker.on('exit', () => (this.#worker = undefined));
    return worker;
  }
}

const inTime = (work: Promise<unknown> | undefined): Promise<unknown> =>
  work ? Promise.race([work, sleep(WAIT_TIMEOUT, undefined, { ref: false })]) : Promise.resolve();
