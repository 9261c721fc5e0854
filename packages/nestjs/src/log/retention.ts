import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Kysely } from 'kysely';
import ms from 'ms';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../engine/database.js';
import type { Schema } from '../engine/schema.js';
import { UnitOfWork } from '../transaction/unit-of-work.js';
import { Periodic } from '../engine/periodic.js';
import { CarillonOptions } from '../options.js';
import { EventLog, type LogState } from './event-log.js';

const EVERY = ms('30s');
/** Events or dead letters per transaction: few enough that a command which comes meanwhile does not feel it. */
const BATCH = 500;
/** Milliseconds between two batches, for the commands. */
const PAUSE = 5;

/** Removes the oldest events, by age and by count. A subscriber that was further back gets a reset. */
@Injectable()
export class Retention implements OnModuleInit, OnModuleDestroy {
  readonly #periodic = new Periodic(Retention.name, EVERY, () => this.trim());
  #stopped = false;

  constructor(
    private readonly options: CarillonOptions,
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
    const hasTrimmed = await this.work.run(async ({ db }) => {
      await lockEvents(db, keepFrom);
      if ((await copyToDeadLetters(db, keepFrom)) === BATCH) return false;
      await db.deleteFrom('events').where('position', '<', keepFrom).execute();
      // Another process may have got further meanwhile.
      await db
        .updateTable('event_log')
        .set({ oldest: keepFrom })
        .where('oldest', '<', keepFrom)
        .execute();
      return true;
    });
    return !hasTrimmed || keepFrom === state.oldest + BATCH;
  }

  /** The position up to which one batch may go. */
  async #firstToKeep({ head, oldest }: LogState): Promise<number> {
    const end = Math.min(oldest + BATCH, head + 1);
    const cutoff = new Date(Date.now() - this.options.retention.age).toISOString();
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
    const byCount = Math.min(head - this.options.retention.count + 1, end);
    return Math.min(Math.max(byAge, byCount), await this.#firstUnhandled());
  }

  /** The first event that a subscription may still need. */
  async #firstUnhandled(): Promise<number> {
    if (!this.options.retention.waitForSubscriptions) return Infinity;
    const slowest = await this.database.read
      .selectFrom('subscriptions')
      .select('position')
      .orderBy('position')
      .limit(1)
      .executeTakeFirst();
    return slowest ? slowest.position + 1 : Infinity;
  }
}

/**
 * Locks events that are about to be deleted. This waits for redactions, and for subscriptions that are storing dead
 * letters of them.
 */
async function lockEvents(db: Kysely<Schema>, before: number): Promise<void> {
  const events = db.selectFrom('events').select('position').where('position', '<', before);
  await events.orderBy('position').forUpdate().execute();
}

/**
 * Gives dead letters the data of events that are about to be deleted. An event may be a dead letter of many subscriptions.
 *
 * @returns how many. If it is `BATCH`, there may be more.
 */
async function copyToDeadLetters(db: Kysely<Schema>, before: number): Promise<number> {
  const letters = db
    .selectFrom('dead_letters as letters')
    .innerJoin('events', 'events.position', 'letters.position')
    .select(['letters.subscription', 'letters.position'])
    .where('letters.data', 'is', null)
    .where('letters.position', '<', before)
    .orderBy('letters.position')
    .limit(BATCH)
    .$asTuple('subscription', 'position');
  const { numUpdatedRows } = await db
    .updateTable('dead_letters')
    .set((query) => ({
      data: query
        .selectFrom('events')
        .select('events.data')
        .whereRef('events.position', '=', 'dead_letters.position'),
    }))
    .where((row) => row(row.refTuple('subscription', 'position'), 'in', letters))
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}
