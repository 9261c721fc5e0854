import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Milliseconds between checkpoints while there are commits. */
const EVERY = 250;
/** Frames (4 KiB each) in the WAL at which commits wait until it can begin anew. */
const MOST_FRAMES = 16_384;

/** Moves what is committed from the WAL into the database file, in a thread of its own. */
export class Checkpointer {
  readonly #logger = new Logger(Checkpointer.name);
  readonly #worker: Worker;
  readonly #timer = setInterval(() => this.#checkpointIfDirty(), EVERY);
  #running: Promise<void> | undefined;
  #dirty = false;

  constructor(path: string) {
    const file = `./checkpoint.worker${extname(import.meta.url)}`;
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: path });
    this.#worker.unref();
    this.#timer.unref();
  }

  /**
   * Is told of each commit, when nobody writes and no reader is held back.
   *
   * @param frames how many there are in the WAL.
   * @returns when the next commit may begin.
   */
  async committed(frames: number): Promise<void> {
    this.#dirty = true;
    // Under writers that never pause, a checkpoint does not get to the end, and the WAL would grow for ever.
    if (frames < MOST_FRAMES) return;
    await this.#running;
    await this.#checkpoint();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    // Asked to, and not terminated: a thread that is stopped while it loads a native module takes the process with it.
    this.#worker.ref();
    this.#worker.postMessage('close');
    await once(this.#worker, 'exit');
  }

  #checkpointIfDirty(): void {
    if (this.#dirty && !this.#running) void this.#checkpoint();
  }

  /** Never rejects: what is committed is safe in the WAL, and the next checkpoint tries again. */
  #checkpoint(): Promise<void> {
    this.#dirty = false;
    this.#worker.postMessage('checkpoint');
    this.#running = once(this.#worker, 'message').then(([failure]) => {
      this.#running = undefined;
      if (failure)
        this.#logger.error(`The WAL could not be moved into the database file: ${String(failure)}`);
    });
    return this.#running;
  }
}
