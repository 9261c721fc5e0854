import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import ms from 'ms';
import { setTimeout as sleep } from 'node:timers/promises';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Periodic } from '../periodic.js';
import { EventLog, type LogState } from './event-log.js';

const EVERY = ms('30s');
/** Events per transaction: few enough that a command which comes meanwhile does not feel it. */
const BATCH = 500;
/** Milliseconds between two batches, for the commands. */
const PAUSE = 5;

/** Forgets the oldest events, by age and by count. A listener that was further back gets a reset. */
@Injectable()
export class Retention implements OnModuleInit, OnModuleDestroy {
  readonly #periodic = new Periodic(Retention.name, EVERY, () => this.trim());
  #stopped = false;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly log: EventLog,
  ) {}

  onModuleInit(): void {
    this.#periodic.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopped = true;
    await this.#periodic.stop();
  }

  /**
   * Trims all that is too old or too much. What becomes so meanwhile may be left to the next time: under steady
   * commands each batch would find the few events of its own pause, and it would never end.
   */
  async trim(): Promise<void> {
    while (!this.#stopped && (await this.#trimBatch())) await sleep(PAUSE);
  }

  /** @returns whether the batch was full, so that there may be more to trim. */
  async #trimBatch(): Promise<boolean> {
    const state = await this.log.state();
    const keepFrom = await this.#firstToKeep(state);
    if (keepFrom <= state.oldest) return false;
    await this.work.run(async ({ db }) => {
      await db.deleteFrom('events').where('position', '<', keepFrom).execute();
      // Another process may have got further meanwhile.
      await db
        .updateTable('event_log')
        .set({ oldest: keepFrom })
        .where('oldest', '<', keepFrom)
        .execute();
    });
    return keepFrom === state.oldest + BATCH;
  }

  /** The position up to which one batch may go. */
  async #firstToKeep({ head, oldest }: LogState): Promise<number> {
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
