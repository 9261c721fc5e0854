import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { type Observable, Subject } from 'rxjs';
import { Database } from '../engine/database.js';
import type { DeadLettersTable, Schema, SubscriptionsTable } from '../engine/schema.js';
import { formatCursor, parseCursor } from '../log/cursor.js';
import { dataOf } from '../log/data-of.js';
import { EventLog, type LogState } from '../log/event-log.js';
import { UnitOfWork } from '../transaction/unit-of-work.js';
import { stopRetrying } from './dead-letters.js';
import { changeLetters, discard, requestAttempt } from './letter-batches.js';

/** Default number of dead letters in a list. */
const PAGE = 100;

/** The progress of a subscription. */
export interface SubscriptionStatus {
  readonly name: string;
  /**
   * `running`: a process owns it. `waiting`: no process owns it. `retrying`: it waits at an event that has failed.
   * `stopped`: retention removed events that it had not seen, and it waits for a `replay`.
   */
  readonly state: 'running' | 'waiting' | 'retrying' | 'stopped';
  /** The process that runs it: host, process id and a random number; `null` if no process does. */
  readonly owner: string | null;
  /** Every event up to this cursor is handled. */
  readonly cursor: string;
  /** How many events come after the cursor, of any type. The cursor is stored at least every third of a lease. */
  readonly lag: number;
  /** When the first event after the cursor was recorded; `null` if there is none. */
  readonly waitingSince: string | null;
  /** The number of events that retention removed before the subscription read them. */
  readonly missed: number;
  /** The error of the event that it retries; `null` if it retries none. */
  readonly lastError: string | null;
  /** How often that event has failed. */
  readonly attempts: number;
  readonly deadLetters: number;
}

/** An event that a subscription no longer retries. */
export interface DeadLetter {
  readonly subscription: string;
  /** The position of the event in the log; it identifies the dead letter within its subscription. */
  readonly position: number;
  readonly topic: string;
  readonly type: string;
  /** The data of the event in the log, or its last data if retention removed the event. */
  readonly data: unknown;
  readonly actor: string | null;
  /** When the event was recorded. */
  readonly at: string;
  readonly error: string;
  readonly attempts: number;
  readonly firstFailedAt: string;
  readonly lastFailedAt: string;
  /** Whether another attempt was requested and has not been made yet. */
  readonly isRequested: boolean;
}

/** Shows and controls the durable subscriptions of a database, whichever process runs them. */
@Injectable()
export class Subscriptions {
  readonly #changes = new Subject<void>();

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly log: EventLog,
  ) {}

  /** Emits when this object has changed something that the owner of a subscription must read immediately. */
  get changes(): Observable<void> {
    return this.#changes;
  }

  /** All subscriptions in the database, by name, including those that the application no longer declares. */
  status(): Promise<SubscriptionStatus[]> {
    return this.database.snapshot(async (db) => {
      const state = await this.log.state(db);
      const rows = await db.selectFrom('subscriptions').selectAll().orderBy('name').execute();
      const all: SubscriptionStatus[] = [];
      for (const row of rows) all.push(await statusOf(db, row, state));
      return all;
    });
  }

  /**
   * Sets the cursor of a subscription. It then handles all later events, even if it has handled them before. A running
   * batch is rolled back.
   *
   * @param from `earliest` for the oldest event that is kept, `now` to skip everything, or a cursor of this log, such as
   *   that of a stream or of `status`.
   * @throws RangeError there is no such subscription, or `from` is not a position in the log.
   */
  async replay(name: string, from: string): Promise<void> {
    await this.work.run(async ({ db }) => {
      const position = positionOf(from, await this.log.state(db));
      const { numUpdatedRows } = await db
        .updateTable('subscriptions')
        .set({ position })
        .where('name', '=', name)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new RangeError(`There is no subscription "${name}".`);
      await stopRetrying(db, name);
    });
    this.#changes.next();
  }

  /**
   * Lists dead letters in the order of the log.
   *
   * @param after the position of the last one of the page before.
   */
  async deadLetters(name: string, after = 0, limit = PAGE): Promise<DeadLetter[]> {
    const rows = await this.database.read
      .selectFrom('dead_letters')
      .leftJoin('events', 'events.position', 'dead_letters.position')
      .selectAll('dead_letters')
      .select('events.data as logged')
      .where('subscription', '=', name)
      .where('state', '<>', 'retrying')
      .where('dead_letters.position', '>', after)
      .orderBy('dead_letters.position')
      .limit(limit)
      .execute();
    return rows.map(deadLetterOf);
  }

  /**
   * Requests one more attempt for dead letters: all of a subscription, or those at some positions. Its owner makes it
   * within seconds, between two events and in the order of the log. A dead letter that is handled is removed.
   *
   * @returns how many there are.
   */
  async retryDeadLetters(name: string, positions?: readonly number[]): Promise<number> {
    const letters = { subscription: name, states: ['dead'], positions } as const;
    const count = await changeLetters(this.work, letters, requestAttempt);
    this.#changes.next();
    return count;
  }

  /**
   * Removes dead letters: all of a subscription, or those at some positions.
   *
   * @returns how many there were.
   */
  discardDeadLetters(name: string, positions?: readonly number[]): Promise<number> {
    const letters = { subscription: name, states: ['dead', 'requested'], positions } as const;
    return changeLetters(this.work, letters, discard);
  }

  /**
   * Removes a subscription that the application no longer declares, with its cursor and dead letters. Where the application
   * declares it, it starts as a new one with the next start of a process.
   *
   * @returns whether there was one.
   */
  async remove(name: string): Promise<boolean> {
    const states = ['dead', 'requested', 'retrying'] as const;
    await changeLetters(this.work, { subscription: name, states }, discard);
    return this.work.run(async ({ db }) => {
      // A process that still runs it may have added some.
      await db.deleteFrom('dead_letters').where('subscription', '=', name).execute();
      const { numDeletedRows } = await db
        .deleteFrom('subscriptions')
        .where('name', '=', name)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    });
  }
}

/** @throws RangeError */
function positionOf(from: string, { epoch, head, oldest }: LogState): number {
  if (from === 'now') return head;
  if (from === 'earliest') return oldest - 1;
  const cursor = parseCursor(from);
  if (!cursor) throw new RangeError(`"${from}" is invalid. Use earliest, now or a cursor.`);
  if (cursor.epoch !== epoch || cursor.position > head)
    throw new RangeError(`The cursor ${from} does not belong to this log.`);
  if (cursor.position < oldest - 1)
    throw new RangeError(`The events after ${from} are no longer kept. Use earliest.`);
  return cursor.position;
}

async function statusOf(
  db: Kysely<Schema>,
  { name, owner, position }: SubscriptionsTable,
  { epoch, head, oldest }: LogState,
): Promise<SubscriptionStatus> {
  const [next] = await db
    .selectFrom('events')
    .select('at')
    .where('position', '>', position)
    .orderBy('position')
    .limit(1)
    .execute();
  const failing = await lettersOf(db, name)
    .selectAll()
    .where('state', '=', 'retrying')
    .executeTakeFirst();
  const { count } = await lettersOf(db, name)
    .select(({ fn }) => fn.countAll().as('count'))
    .where('state', '<>', 'retrying')
    .executeTakeFirstOrThrow();
  const missed = Math.max(0, oldest - 1 - position);
  const isOwned = owner === null ? 'waiting' : 'running';
  return {
    name,
    state: missed > 0 ? 'stopped' : failing ? 'retrying' : isOwned,
    owner,
    cursor: formatCursor({ epoch, position }),
    lag: head - position,
    waitingSince: next?.at ?? null,
    missed,
    lastError: failing?.error ?? null,
    attempts: failing?.attempts ?? 0,
    deadLetters: Number(count),
  };
}

const lettersOf = (db: Kysely<Schema>, name: string) =>
  db.selectFrom('dead_letters').where('subscription', '=', name);

interface DeadLetterRow extends DeadLettersTable {
  readonly logged: string | null;
}

const deadLetterOf = (row: DeadLetterRow): DeadLetter => ({
  subscription: row.subscription,
  position: row.position,
  topic: row.topic,
  type: row.type,
  data: dataOf({ data: row.logged ?? row.data ?? 'null', format: row.format }),
  actor: row.actor,
  at: row.at,
  error: row.error,
  attempts: row.attempts,
  firstFailedAt: row.first_failed_at,
  lastFailedAt: row.last_failed_at,
  isRequested: row.state === 'requested',
});
