import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Checkpoint } from './checkpoint.worker.js';

/** Milliseconds between checkpoints while there are commits. */
const EVERY = 250;
/** Frames (4 KiB each) in the WAL at which commits wait until it can begin anew. */
const MOST_FRAMES = 16_384;

/** Moves what is committed from the WAL into the database file, in a thread of its own. */
export class Checkpointer {
  readonly #worker: Worker;
  #running: Promise<Checkpoint> | undefined;
  #dirty = false;
  #frames = 0;
  readonly #timer = setInterval(() => this.#checkpointIfDirty(), EVERY);

  constructor(path: string) {
    const file = `./checkpoint.worker${extname(import.meta.url)}`;
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: path });
    this.#worker.unref();
    this.#timer.unref();
  }

  /** Is told of each commit, when nobody writes and no reader is held back. Resolves when the next may begin. */
  async committed(): Promise<void> {
    this.#dirty = true;
    // Under writers that never pause, a checkpoint does not get to the end, and the WAL would grow for ever.
    if (this.#frames >= MOST_FRAMES) await this.#checkpoint();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running?.catch(() => undefined);
    await this.#worker.terminate();
  }

  #checkpointIfDirty(): void {
    if (this.#dirty && !this.#running) void this.#checkpoint();
  }

  async #checkpoint(): Promise<void> {
    await this.#running;
    this.#dirty = false;
    this.#running = once(this.#worker, 'message').then(([checkpoint]) => checkpoint as Checkpoint);
    this.#worker.postMessage('checkpoint');
    const { log, checkpointed } = await this.#running;
    this.#running = undefined;
    // Where all of it is in the database file, the next commit begins the WAL anew.
    this.#frames = log === checkpointed ? 0 : log;
  }
}
