import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { PushQueueTable } from './push.tables.js';

/** A message of which to notify a browser. */
export interface QueuedPush {
  readonly sessionId: string;
  readonly messageId: string;
  readonly roomId: string;
  readonly seq: number;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly dueAt: string;
}

/** Messages that wait for one browser. Further ones are dropped: a browser that was offline for so long needs no more. */
const MAX_WAITING = 100;
/** Rows in one statement. */
const ROWS_AT_ONCE = 500;

/** The queue of notifications in SQL. Each method runs on the connection it is given. */
@Injectable()
export class PushQueueRepository {
  /** Has no effect for browsers for which too many messages wait, or this one. */
  async insert(db: Kysely<Schema>, pushes: readonly QueuedPush[]): Promise<void> {
    for (let n = 0; n < pushes.length; n += ROWS_AT_ONCE) {
      const part = pushes.slice(n, n + ROWS_AT_ONCE);
      const full = await this.#fullOf(
        db,
        part.map(({ sessionId }) => sessionId),
      );
      const rows = part.filter(({ sessionId }) => !full.has(sessionId)).map(toRow);
      if (rows.length > 0)
        await db
          .insertInto('push_queue')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
    }
  }

  async #fullOf(db: Kysely<Schema>, sessionIds: readonly string[]): Promise<Set<string>> {
    const rows = await db
      .selectFrom('push_queue')
      .select('session_id')
      .where('session_id', 'in', sessionIds)
      .groupBy('session_id')
      .having(({ fn }) => fn.countAll(), '>=', MAX_WAITING)
      .execute();
    return new Set(rows.map(({ session_id }) => session_id));
  }

  /** The first messages for a browser that are due, in order. */
  async due(
    db: Kysely<Schema>,
    sessionId: string,
    now: string,
    limit: number,
  ): Promise<QueuedPush[]> {
    return db
      .selectFrom('push_queue')
      .select([
        'session_id as sessionId',
        'message_id as messageId',
        'room_id as roomId',
        'seq',
        'created_at as createdAt',
        'due_at as dueAt',
      ])
      .where('session_id', '=', sessionId)
      .where('due_at', '<=', now)
      .orderBy('created_at')
      .orderBy('seq')
      .limit(limit)
      .execute();
  }

  async remove(db: Kysely<Schema>, { sessionId, messageId }: QueuedPush): Promise<void> {
    await db
      .deleteFrom('push_queue')
      .where('session_id', '=', sessionId)
      .where('message_id', '=', messageId)
      .execute();
  }
}

const toRow = (push: QueuedPush): PushQueueTable => ({
  session_id: push.sessionId,
  message_id: push.messageId,
  room_id: push.roomId,
  seq: push.seq,
  created_at: push.createdAt,
  due_at: push.dueAt,
});
