import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import ms from 'ms';
import { setTimeout as sleep } from 'node:timers/promises';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { EventLog } from './event-log.js';

const EVERY = ms('30s');
/** Events per transaction: few enough that a command which comes meanwhile does not feel it. */
const BATCH = 500;
/** Milliseconds between two batches, for the commands. */
const PAUSE = 5;

/** Forgets the oldest events, by age and by count. A listener that was further back gets a reset. */
@Injectable()
export class Retention implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Retention.name);
  #timer?: NodeJS.Timeout;
  #trimming: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly log: EventLog,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => this.#start(), EVERY);
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#trimming;
  }

  /** Trims until nothing is left that is too old or too much. */
  async trim(): Promise<void> {
    while (!this.#stopped && (await this.#trimBatch())) await sleep(PAUSE);
  }

  #start(): void {
    this.#trimming ??= this.trim()
      .catch((error: unknown) =>
        this.#logger.error({ err: error }, 'The log could not be trimmed.'),
      )
      .finally(() => (this.#trimming = undefined));
  }

  /** @returns whether there may be more to trim. */
  async #trimBatch(): Promise<boolean> {
    const { oldest } = await this.log.state();
    const keepFrom = await this.#firstToKeep();
    if (keepFrom <= oldest) return false;
    await this.work.run(async ({ db }) => {
      await db.deleteFrom('events').where('position', '<', keepFrom).execute();
      await db.updateTable('event_log').set({ oldest: keepFrom }).execute();
    });
    return true;
  }

  /** The position up to which one batch may go. */
  async #firstToKeep(): Promise<number> {
    const { head, oldest } = await this.log.state();
    const end = Math.min(oldest + BATCH, head + 1);
    const cutoff = new Date(Date.now() - this.config.EVENTS_RETENTION_AGE).toISOString();
    const young = await this.database.read
      .selectFrom('events')
      .select('position')
      .where('position', '>=', oldest)
      .where('position', '<', end)
      .where('at', '>=', cutoff)
      .orderBy('position')
      .limit(1)
      .executeTakeFirst();
    const byAge = young?.position ?? end;
    const byCount = Math.min(head - this.config.EVENTS_RETENTION_COUNT + 1, end);
    return Math.max(byAge, byCount);
  }
}
