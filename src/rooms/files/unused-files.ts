import { Database, UnitOfWork } from '@carillon/nestjs';
import { backoff, inLog, Periodic } from '@carillon/nestjs/internal';
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import ms from 'ms';
import { MessageDeleted } from '../room/rooms.events.js';
import { FileStore } from './file-store.js';
import { type FileRow, FilesRepository } from './files.repository.js';
import { IncomingFiles } from './incoming-files.js';
import { keysOf } from './stored-files.js';

const INTERVAL = ms('1m');
/** How long a file can wait to be posted: a draft of the day before still has its files. */
const UNPOSTED_FOR = ms('24h');
/** How long a file can be on its way to the store. It takes minutes; afterwards, its process has died. */
const STORING_FOR = ms('1h');
/** Files of one batch. */
const BATCH_SIZE = 50;
/** Batches of one run. */
const BATCHES = 20;
/** Between attempts to remove content. They never end: deleted content must not stay in the store. */
const DELAY = { first: ms('1m'), last: ms('1d') };

/**
 * Removes the content of files whose message was deleted, that nobody has posted, or that were not stored completely.
 * The row goes last, so a crash in between only repeats the removal. All nodes do this; removing twice has no effect.
 */
@EventsHandler(MessageDeleted)
export class UnusedFiles implements IEventHandler, OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(UnusedFiles.name);
  readonly #periodic = new Periodic(UnusedFiles.name, INTERVAL, () => this.run());
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly files: FilesRepository,
    private readonly incoming: IncomingFiles,
    private readonly store: FileStore,
  ) {}

  onApplicationBootstrap(): void {
    this.#periodic.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.#isStopped = true;
    await this.#periodic.stop();
    await this.#running?.catch(() => undefined);
  }

  /** Starts a run in the background. */
  handle(): void {
    this.run().catch((error: unknown) =>
      this.#logger.error(inLog(error), 'Files could not be removed. Carillon tries again later.'),
    );
  }

  /** Resolves when no file is left to be removed, or the run has removed its maximum. */
  run(now = Date.now()): Promise<void> {
    this.#running ??= this.#remove(now).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #remove(now: number): Promise<void> {
    await this.incoming.removeLeft(now);
    await this.#markOlder('stored', new Date(now - UNPOSTED_FOR));
    await this.#markOlder('storing', new Date(now - STORING_FOR));
    const time = new Date(now).toISOString();
    let after = '';
    for (let batch = 0; batch < BATCHES && !this.#isStopped; batch++) {
      const rows = await this.files.removed(this.database.read, time, after, BATCH_SIZE);
      await this.#removeContents(rows, now);
      if (rows.length < BATCH_SIZE) return;
      after = rows.at(-1)!.key;
    }
  }

  /** Reads first: every transaction is a write, and all nodes do this each minute. */
  async #markOlder(state: FileRow['state'], time: Date): Promise<void> {
    const before = time.toISOString();
    if (await this.files.hasOlder(this.database.read, state, before))
      await this.work.run(({ db }) => this.files.removeOlder(db, state, before));
  }

  /** Content that cannot be removed does not keep the rest. */
  async #removeContents(rows: readonly FileRow[], now: number): Promise<void> {
    const done: string[] = [];
    for (const row of rows)
      try {
        for (const key of keysOf(row)) await this.store.remove(key);
        done.push(row.key);
      } catch (error) {
        await this.#fail(row, error, now);
      }
    if (done.length > 0) await this.work.run(({ db }) => this.files.delete(db, done));
  }

  async #fail(row: FileRow, error: unknown, now: number): Promise<void> {
    const failures = row.failures + 1;
    this.#logger.error(
      inLog(error),
      `The file ${row.key} could not be removed. Carillon tries again later.`,
    );
    const removeAt = new Date(now + backoff(failures, DELAY.first, DELAY.last));
    await this.work.run(({ db }) => this.files.countFailure(db, row, removeAt.toISOString()));
  }
}
