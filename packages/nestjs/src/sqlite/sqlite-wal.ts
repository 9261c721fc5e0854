import fs from 'node:fs';
import { DatabaseUnavailable } from '../engine/errors.js';
import { Histogram, SECONDS } from '../engine/histogram.js';

/** Milliseconds that a read waits for the disk, and after which it looks at the time. */
const SETTLE_TIMEOUT = 10_000;
const CHECK_INTERVAL = 500;

/** Flushes a file's data to disk: `fs.fdatasync`. */
export type Flush = (fd: number, done: (error: Error | null) => void) => void;

/**
 * Flushes the write-ahead log, and knows whether everything that a reader can see is on disk.
 *
 * All processes append to one WAL, and a flush covers the whole file, so it also makes the commits of other processes
 * durable.
 */
export class WriteAheadLog {
  /** Of the flushes, in seconds. */
  readonly durations = new Histogram(SECONDS);
  readonly #fd: number;
  /** The version at the start of the latest finished flush. */
  #durable = -1;
  /** The latest flush, while it runs. */
  #running: Promise<void> | undefined;
  #unfinished = 0;
  #hasFailed = false;
  #idle = Promise.withResolvers<void>();
  /** All reads wait together: a timer for each costs more than most queries. */
  #waiting: Promise<void> | undefined;

  /** @param version a number that increases with each visible commit of any process. */
  constructor(
    path: string,
    private readonly version: () => number,
    private readonly fdatasync: Flush,
  ) {
    this.#fd = fs.openSync(path, 'r+');
  }

  /** Whether it is unknown what is on disk. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Resolves when all commits before the call are on disk. Never rejects. */
  flush(): Promise<void> {
    const version = this.#versionOrUnknown();
    this.#unfinished++;
    const done = this.#fdatasync().then(() => {
      this.#durable = Math.max(this.#durable, version);
      if (--this.#unfinished === 0) this.#idle.resolve();
      if (this.#running === done) this.#running = undefined;
    });
    this.#running = done;
    return done;
  }

  /**
   * Resolves when everything that can be read at the time of the call is on disk, so that a result may be returned.
   *
   * @throws DatabaseUnavailable the disk does not respond in time.
   */
  async settled(): Promise<void> {
    const visible = this.version();
    if (this.#durable >= visible) return;
    const deadline = performance.now() + SETTLE_TIMEOUT;
    while (this.#durable < visible) {
      if (performance.now() >= deadline)
        throw new DatabaseUnavailable(`The disk has not responded for ${SETTLE_TIMEOUT} ms.`);
      this.#waiting ??= this.#wait();
      await this.#waiting;
    }
  }

  /** Resolves after a flush, or CHECK_INTERVAL. */
  async #wait(): Promise<void> {
    const { promise: interval, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CHECK_INTERVAL).unref();
    await Promise.race([this.#running ?? this.flush(), interval]);
    clearTimeout(timer);
    this.#waiting = undefined;
  }

  async close(): Promise<void> {
    while (this.#unfinished > 0) {
      this.#idle = Promise.withResolvers();
      await this.#idle.promise;
    }
    fs.closeSync(this.#fd);
  }

  /** A failure to read the version must not make a commit look failed. The next read flushes again. */
  #versionOrUnknown(): number {
    try {
      return this.version();
    } catch {
      return -1;
    }
  }

  #fdatasync(): Promise<void> {
    const began = performance.now();
    return new Promise((resolve) => {
      this.fdatasync(this.#fd, (error) => {
        // After a failed flush it is unknown what is on disk, and a second attempt can report success wrongly
        // (https://lwn.net/Articles/752063/). Only a new process can find out from the disk, so this one exits before
        // it acknowledges anything.
        this.durations.observe((performance.now() - began) / 1000);
        if (!error) return resolve();
        this.#hasFailed = true;
        process.nextTick(() => {
          throw error;
        });
      });
    });
  }
}
