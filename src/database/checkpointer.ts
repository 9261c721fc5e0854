import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Milliseconds between checkpoints while there are commits. */
const EVERY = 250;
/** Frames (4 KiB each) in the WAL at which commits wait until it can begin anew. */
const MOST_FRAMES = 16_384;

/** Moves what is committed from the WAL into the database file, in a thread of its own. */
export class Checkpointer {
  readonly #worker: Worker;
  readonly #timer = setInterval(() => this.#checkpointIfDirty(), EVERY);
  #running: Promise<unknown> | undefined;
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
    await this.#worker.terminate();
  }

  #checkpointIfDirty(): void {
    if (this.#dirty && !this.#running) void this.#checkpoint();
  }

  #checkpoint(): Promise<unknown> {
    this.#dirty = false;
    this.#worker.postMessage('checkpoint');
    this.#running = once(this.#worker, 'message').finally(() => (this.#running = undefined));
    return this.#running;
  }
}
