import { Database, UnitOfWork } from '@carillon/nestjs';
import { inLog, Installation, Periodic } from '@carillon/nestjs/internal';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import ms from 'ms';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessagesRepository } from './messages.repository.js';
import { partOf } from './part-of-messages.js';

/** How often to look for messages that a process of an earlier version has written. */
const INTERVAL = ms('1m');
/** Messages per transaction: few enough not to delay commands. */
const BATCH_SIZE = 20;
/** Milliseconds between two transactions, which leave time for commands. */
const PAUSE = 50;

/**
 * Reindexes messages of earlier versions of `wordsOf` in the background, in small transactions. A restart continues the
 * work. Until a message is reindexed, searches find it by its previous words. Messages of a later version are left
 * alone, so that processes of two versions do not undo each other's work.
 */
@Injectable()
export class Reindexing implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(Reindexing.name);
  readonly #periodic = new Periodic(Reindexing.name, INTERVAL, () => this.run());
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly installation: Installation,
    private readonly messages: MessagesRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.#periodic.start();
    this.run().catch((error: unknown) =>
      this.#logger.error(inLog(error), 'A background task failed. Carillon tries again later.'),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopped = true;
    await this.#periodic.stop();
    await this.#running?.catch(() => undefined);
  }

  /** Resolves when no message is left, or another node reindexes them. */
  run(): Promise<void> {
    this.#running ??= this.#indexAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #indexAll(): Promise<void> {
    if (!(await this.messages.hasOutdated(this.database.read))) return;
    let total = 0;
    for (let count; !this.#stopped && (count = await this.#indexSome()) > 0; await sleep(PAUSE)) {
      if (total === 0) this.#logger.log('Reindexing messages for search.');
      total += count;
    }
    if (total > 0 && !(await this.messages.hasOutdated(this.database.read)))
      this.#logger.log(`Reindexed ${total} messages for search.`);
  }

  /** @returns how many messages: 0 if none is left, or another node reindexes them. */
  #indexSome(): Promise<number> {
    return this.work.run(async ({ db }) => {
      if (!(await this.installation.isAlone(db))) return 0;
      const part = partOf(await this.messages.takeOutdated(db, BATCH_SIZE));
      for (const message of part) await this.messages.reindex(db, message);
      return part.length;
    });
  }
}
