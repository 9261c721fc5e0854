import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import ms from 'ms';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../database/database.js';
import { inLog } from '../database/errors.js';
import { Installation } from '../database/installation.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Periodic } from '../periodic.js';
import { MessagesRepository } from './messages.repository.js';
import { partOf } from './part-of-messages.js';

/** How often messages are looked for that a process of an earlier version has written meanwhile. */
const EVERY = ms('1m');
/** Messages of one transaction: few enough that no command feels it. */
const AT_ONCE = 20;
/** Milliseconds between two transactions, for the commands. */
const PAUSE = 50;

/**
 * Indexes messages again whose words are of an earlier definition, in the background, in small transactions. A restart
 * continues where the last one was. Until a message has its turn, it is found as it was before.
 *
 * Messages of a later definition stay as they are, so processes of two versions do not undo each other's work.
 */
@Injectable()
export class Reindexing implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(Reindexing.name);
  readonly #periodic = new Periodic(Reindexing.name, EVERY, () => this.run());
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
      this.#logger.error(inLog(error), 'Failed; tried again later.'),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopped = true;
    await this.#periodic.stop();
    await this.#running?.catch(() => undefined);
  }

  /** Resolves when no message is left, or another node is at work on them. */
  run(): Promise<void> {
    this.#running ??= this.#indexAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #indexAll(): Promise<void> {
    if (!(await this.messages.hasOutdated(this.database.read))) return;
    let total = 0;
    for (let count; !this.#stopped && (count = await this.#indexSome()) > 0; await sleep(PAUSE)) {
      if (total === 0) this.#logger.log('Messages are being indexed again for search.');
      total += count;
    }
    if (total > 0 && !(await this.messages.hasOutdated(this.database.read)))
      this.#logger.log(`${total} messages were indexed again for search; none is left.`);
  }

  /** @returns how many: 0 where none is left, or another node is at work on them. */
  #indexSome(): Promise<number> {
    return this.work.run(async ({ db }) => {
      if (!(await this.installation.isAlone(db))) return 0;
      const part = partOf(await this.messages.takeOutdated(db, AT_ONCE));
      for (const message of part) await this.messages.reindex(db, message);
      return part.length;
    });
  }
}
