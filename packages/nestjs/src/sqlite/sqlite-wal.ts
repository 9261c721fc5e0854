import fs from 'node:fs';
import { DatabaseUnavailable } from '../engine/errors.js';
import { Histogram, SECONDS } from '../engine/histogram.js';

/** Milliseconds that a read waits for the disk. */
const SETTLE_TIMEOUT = 10_000;

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
  /** Reads that see the same commits wait together: a timer for each costs more than most queries. */
  #settling: { readonly version: number; readonly done: Promise<void> } | undefined;

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
    if (this.#settling?.version !== visible)
      this.#settling = { version: visible, done: inTime(this.#reach(visible)) };
    await this.#settling.done;
  }

  async #reach(version: number): Promise<void> {
    while (this.#durable < version) await (this.#running ?? this.flush());
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

/** @throws DatabaseUnavailable after SETTLE_TIMEOUT. */
async function inTime(done: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new DatabaseUnavailable(`The disk has not responded for ${SETTLE_TIMEOUT} ms.`)),
    SETTLE_TIMEOUT,
  ).unref();
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
