import fs from 'node:fs';
import { DatabaseUnavailable } from './errors.js';

/** Milliseconds that a read waits for the disk. */
const LONGEST_WAIT = 10_000;

/** Flushes a file's data to disk: `fs.fdatasync`. */
export type Flush = (fd: number, done: (error: Error | null) => void) => void;

/**
 * Flushes the write-ahead log, and knows whether everything that a reader can see is on disk.
 *
 * All processes append to one WAL, and a flush covers the whole file, so it makes the commits of other processes durable,
 * too.
 */
export class WriteAheadLog {
  readonly #fd: number;
  /** What was committed when the latest finished flush began. */
  #durable = -1;
  /** The flush that began last, while it runs. Rejects when it is overdue. */
  #running: Promise<void> | undefined;
  #unfinished = 0;
  #hasFailed = false;
  #idle = Promise.withResolvers<void>();

  /**
   * @param version a number that grows with each commit that is visible, whichever process made it.
   */
  constructor(
    path: string,
    private readonly version: () => number,
    private readonly fdatasync: Flush,
  ) {
    this.#fd = fs.openSync(path, 'r+');
  }

  /** Whether it is not known any more what is on disk. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Resolves when everything that was committed before the call is on disk. Never rejects. */
  flush(): Promise<void> {
    const version = this.#versionOrUnknown();
    this.#unfinished++;
    const done = this.#fdatasync().then(() => {
      this.#durable = Math.max(this.#durable, version);
      if (--this.#unfinished === 0) this.#idle.resolve();
      if (this.#running === inTime) this.#running = undefined;
    });
    const inTime = withDeadline(done);
    this.#running = inTime;
    return done;
  }

  /**
   * Resolves when everything that can be read at the call is on disk: a result may be handed out then.
   *
   * @throws DatabaseUnavailable the disk does not answer in time.
   */
  async settled(): Promise<void> {
    const visible = this.version();
    while (this.#durable < visible) {
      if (!this.#running) void this.flush();
      await this.#running;
    }
  }

  async close(): Promise<void> {
    while (this.#unfinished > 0) {
      this.#idle = Promise.withResolvers();
      await this.#idle.promise;
    }
    fs.closeSync(this.#fd);
  }

  /** A commit must not look as if it had failed because this could not be read: the next read flushes again. */
  #versionOrUnknown(): number {
    try {
      return this.version();
    } catch {
      return -1;
    }
  }

  #fdatasync(): Promise<void> {
    return new Promise((resolve) => {
      this.fdatasync(this.#fd, (error) => {
        // What is on disk is not known any more, and a second attempt may lie (https://lwn.net/Articles/752063/).
        // Only a new process can tell, from the disk: end this one before it tells anyone anything.
        if (!error) return resolve();
        this.#hasFailed = true;
        process.nextTick(() => {
          throw error;
        });
      });
    });
  }
}

function withDeadline(done: Promise<void>): Promise<void> {
  const inTime = new Promise<void>((resolve, reject) => {
    const late = new DatabaseUnavailable(`The disk has not answered for ${LONGEST_WAIT} ms.`);
    const timer = setTimeout(() => reject(late), LONGEST_WAIT).unref();
    void done.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
  inTime.catch(() => undefined); // where nobody waits for it
  return inTime;
}
