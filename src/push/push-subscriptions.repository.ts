import type { Schema } from '@carillon/nestjs';
import { PreparedQuery } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { FullSlots, Slot } from './push-slots.js';
import type { PushSubscriptionsTable } from './push.tables.js';

/** Where to send notifications for a browser, and with which keys to encrypt them. */
export interface PushTarget {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** A browser, and what a process needs for sending to it. */
export interface Device extends PushTarget, Slot {}

/** Sorts before all times. */
const AT_ONCE = '';
/** User ids in one statement. */
const IDS_AT_ONCE = 500;

/** Runs for each message. */
const ANY = new PreparedQuery<object, { session_id: string }>((db) =>
  db.selectFrom('push_subscriptions').select('session_id').limit(1),
);

/** Push subscriptions in SQL. Each method runs on the connection it is given. */
@Injectable()
export class PushSubscriptionsRepository {
  /** Replaces the subscription of the session. An endpoint belongs to the session that used it last. */
  async put(
    db: Kysely<Schema>,
    userId: string,
    sessionId: string,
    { endpoint, p256dh, auth }: PushTarget,
  ): Promise<void> {
    await db
      .deleteFrom('push_subscriptions')
      .where((of) => of.or([of('endpoint', '=', endpoint), of('session_id', '=', sessionId)]))
      .execute();
    const row = {
      session_id: sessionId,
      user_id: userId,
      endpoint,
      service: new URL(endpoint).hostname,
      p256dh,
      auth,
      created_at: new Date().toISOString(),
      failures: 0,
      retry_at: AT_ONCE,
      next_at: null,
    };
    await db.insertInto('push_subscriptions').values(row).execute();
  }

  async find(db: Kysely<Schema>, sessionId: string): Promise<PushTarget | undefined> {
    return db
      .selectFrom('push_subscriptions')
      .select(['endpoint', 'p256dh', 'auth'])
      .where('session_id', '=', sessionId)
      .executeTakeFirst();
  }

  async remove(db: Kysely<Schema>, sessionId: string): Promise<void> {
    await db.deleteFrom('push_subscriptions').where('session_id', '=', sessionId).execute();
  }

  /** Removes a subscription that has ended, unless the browser has replaced it since. */
  async removeEnded(
    db: Kysely<Schema>,
    { sessionId, endpoint }: Pick<Device, 'sessionId' | 'endpoint'>,
  ): Promise<void> {
    await db
      .deleteFrom('push_subscriptions')
      .where('session_id', '=', sessionId)
      .where('endpoint', '=', endpoint)
      .execute();
  }

  /** Removes all but the newest subscriptions of a user. */
  async keepNewest(db: Kysely<Schema>, userId: string, count: number): Promise<void> {
    const rows = await db
      .selectFrom('push_subscriptions')
      .select('session_id')
      .where('user_id', '=', userId)
      .orderBy('created_at', 'desc')
      .orderBy('session_id')
      .execute();
    for (const { session_id } of rows.slice(count)) await this.remove(db, session_id);
  }

  async any(db: Kysely<Schema>): Promise<boolean> {
    return (await ANY.run(db, {})).rows.length > 0;
  }

  async endpointsOf(
    db: Kysely<Schema>,
    userId: string,
  ): Promise<{ sessionId: string; endpoint: string; createdAt: string }[]> {
    return db
      .selectFrom('push_subscriptions')
      .select(['session_id as sessionId', 'endpoint', 'created_at as createdAt'])
      .where('user_id', '=', userId)
      .orderBy('created_at')
      .execute();
  }

  /** The sessions of some users that have a subscription. */
  async sessionsOf(
    db: Kysely<Schema>,
    userIds: readonly string[],
  ): Promise<{ sessionId: string; userId: string }[]> {
    const found = [];
    for (let n = 0; n < userIds.length; n += IDS_AT_ONCE)
      found.push(
        ...(await db
          .selectFrom('push_subscriptions')
          .select(['session_id as sessionId', 'user_id as userId'])
          .where('user_id', 'in', userIds.slice(n, n + IDS_AT_ONCE))
          .execute()),
      );
    return found;
  }

  /** When the next message is to be sent to any browser. */
  async nextTime(db: Kysely<Schema>): Promise<string | null> {
    const { time } = await db
      .selectFrom('push_subscriptions')
      .select(({ fn }) => fn.min('next_at').as('time'))
      .executeTakeFirstOrThrow();
    return time;
  }

  /** Locks some subscriptions to which something is to be sent now, except those that another process locks. */
  async takeDue(
    db: Kysely<Schema>,
    now: string,
    { services, userIds, failing }: FullSlots,
    limit: number,
  ): Promise<Device[]> {
    const rows = await db
      .selectFrom('push_subscriptions')
      .selectAll()
      .where('next_at', '<=', now)
      .$if(services.length > 0, (query) => query.where('service', 'not in', services))
      .$if(userIds.length > 0, (query) => query.where('user_id', 'not in', userIds))
      .$if(failing, (query) => query.where('failures', '=', 0))
      .orderBy('next_at')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute();
    return rows.map(toDevice);
  }

  /** Lets nobody send to some subscriptions before a time. */
  async reserve(db: Kysely<Schema>, sessionIds: readonly string[], until: string): Promise<void> {
    await db
      .updateTable('push_subscriptions')
      .set({ retry_at: until, next_at: until })
      .where('session_id', 'in', sessionIds)
      .execute();
  }

  /** Ends the reservation of a subscription. */
  async setState(
    db: Kysely<Schema>,
    sessionId: string,
    failures: number,
    retryAt = AT_ONCE,
  ): Promise<void> {
    // Locks the row before `schedule` reads the queue, to which another process may be adding a message.
    await db
      .updateTable('push_subscriptions')
      .set({ failures, retry_at: retryAt })
      .where('session_id', '=', sessionId)
      .execute();
    await this.schedule(db, [sessionId]);
  }

  /** Sets the time of the next message after a change of the queue. */
  async schedule(db: Kysely<Schema>, sessionIds: readonly string[]): Promise<void> {
    for (let n = 0; n < sessionIds.length; n += IDS_AT_ONCE)
      await db
        .updateTable('push_subscriptions')
        .set((of) => ({
          next_at: of
            .selectFrom('push_queue')
            .select(
              sql<string>`case when min(due_at) > retry_at then min(due_at) else retry_at end`.as(
                'time',
              ),
            )
            .whereRef('push_queue.session_id', '=', 'push_subscriptions.session_id')
            .groupBy('push_queue.session_id'),
        }))
        .where('session_id', 'in', sessionIds.slice(n, n + IDS_AT_ONCE))
        .execute();
  }
}

const toDevice = (row: Selectable<PushSubscriptionsTable>): Device => ({
  sessionId: row.session_id,
  userId: row.user_id,
  endpoint: row.endpoint,
  service: row.service,
  p256dh: row.p256dh,
  auth: row.auth,
  failures: row.failures,
});
