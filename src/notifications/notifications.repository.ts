import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import { type Keyset, type Page, pageOf } from '../http/paging.js';
import type { Notification, ReceivedNotification } from './notification.js';
import type { NotificationsQuery } from './notification-bodies.js';
import type { NotificationsTable } from './notifications.tables.js';
import type { Reader } from './readers.repository.js';
import { EVERYONE } from './recipients.js';

/** Rows per INSERT: PostgreSQL accepts 65,535 parameters, SQLite 32,766. */
const AT_ONCE = 1000;

/** Notifications in SQL. Each method runs on the connection it is given: a transaction, or a read. */
@Injectable()
export class NotificationsRepository {
  async insert(
    db: Kysely<Schema>,
    recipients: readonly string[],
    notification: Notification,
    sender: string,
  ): Promise<void> {
    for (let n = 0; n < recipients.length; n += AT_ONCE) {
      const rows = recipients
        .slice(n, n + AT_ONCE)
        .map((recipient) => toRow(recipient, notification, sender));
      await db.insertInto('notifications').values(rows).execute();
    }
  }

  /** A notification as its sender sees it. */
  async find(db: Kysely<Schema>, id: string, sender: string): Promise<Notification | undefined> {
    const query = db.selectFrom('notifications').selectAll().where('id', '=', id);
    const row = await query.where('sender', '=', sender).limit(1).executeTakeFirst();
    return row && toNotification(row);
  }

  /** One page of a reader by keyset, newest first. */
  async page(
    db: Kysely<Schema>,
    reader: Reader,
    { afterKey, limit, unread }: Keyset<NotificationsQuery>,
  ): Promise<Page<ReceivedNotification>> {
    // Two reads along the key. One query with OR would sort all notifications of both recipients.
    const parts = await Promise.all(
      partsOf(reader, unread === 'true').map(({ recipient, afterId }) =>
        db
          .selectFrom('notifications')
          .selectAll()
          .where('recipient', '=', recipient)
          .where('id', '>', afterId)
          .$if(afterKey !== undefined, (query) => query.where('id', '<', afterKey!))
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute(),
      ),
    );
    const rows = parts.flat().toSorted((one, other) => (one.id < other.id ? 1 : -1));
    const toItem = (row: Selectable<NotificationsTable>) => toReceived(row, reader);
    return pageOf(rows.slice(0, limit + 1), limit, ({ id }) => id, toItem);
  }

  async countUnread(db: Kysely<Schema>, reader: Reader): Promise<number> {
    let unread = 0;
    for (const { recipient, afterId } of partsOf(reader, true)) {
      const { count } = await db
        .selectFrom('notifications')
        .select(({ fn }) => fn.countAll<number | string>().as('count'))
        .where('recipient', '=', recipient)
        .where('id', '>', afterId)
        .executeTakeFirstOrThrow();
      unread += Number(count);
    }
    return unread;
  }

  /** The newest notification of a reader up to an id; `undefined` if there is none. */
  async newestUpTo(db: Kysely<Schema>, reader: Reader, id: string): Promise<string | undefined> {
    const found: string[] = [];
    for (const { recipient, afterId } of partsOf(reader, false)) {
      const row = await db
        .selectFrom('notifications')
        .select('id')
        .where('recipient', '=', recipient)
        .where('id', '>', afterId)
        .where('id', '<=', id)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (row) found.push(row.id);
    }
    return found.toSorted().at(-1);
  }

  /** Those of one recipient in order, after an id. */
  async ofRecipient(
    db: Kysely<Schema>,
    recipient: string,
    afterId: string,
    limit: number,
  ): Promise<Notification[]> {
    const rows = await db
      .selectFrom('notifications')
      .selectAll()
      .where('recipient', '=', recipient)
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(toNotification);
  }

  async changeRecipient(db: Kysely<Schema>, from: string, to: string): Promise<void> {
    const update = db.updateTable('notifications').set({ recipient: to });
    await update.where('recipient', '=', from).execute();
  }

  async remove(db: Kysely<Schema>, recipient: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const rows = db.deleteFrom('notifications').where('recipient', '=', recipient);
    await rows.where('id', 'in', ids).execute();
  }

  /**
   * Removes the notifications of a recipient but the newest `kept`: the oldest of them, `limit` at most.
   *
   * @returns how many were removed.
   */
  async keepNewest(
    db: Kysely<Schema>,
    recipient: string,
    kept: number,
    limit: number,
  ): Promise<number> {
    const newestToRemove = await db
      .selectFrom('notifications')
      .select('id')
      .where('recipient', '=', recipient)
      .orderBy('id', 'desc')
      .limit(1)
      .offset(kept)
      .executeTakeFirst();
    if (!newestToRemove) return 0;
    const oldest = db
      .selectFrom('notifications')
      .select('id')
      .where('recipient', '=', recipient)
      .where('id', '<=', newestToRemove.id)
      .orderBy('id')
      .limit(limit);
    const rows = db.deleteFrom('notifications').where('recipient', '=', recipient);
    const { numDeletedRows } = await rows.where('id', 'in', oldest).executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  }

  async hasBefore(db: Kysely<Schema>, id: string): Promise<boolean> {
    const query = db.selectFrom('notifications').select('id').where('id', '<', id).limit(1);
    return (await query.executeTakeFirst()) !== undefined;
  }

  /** Removes the oldest rows before an id, `limit` at most. */
  async removeBefore(db: Kysely<Schema>, id: string, limit: number): Promise<void> {
    const oldest = db
      .selectFrom('notifications')
      .select(['recipient', 'id'])
      .where('id', '<', id)
      .orderBy('id')
      .limit(limit)
      .$asTuple('recipient', 'id');
    await db
      .deleteFrom('notifications')
      .where((row) => row(row.refTuple('recipient', 'id'), 'in', oldest))
      .execute();
  }
}

/** What belongs to a reader: what was sent to the user, and to everyone since the account exists. */
function partsOf({ userId, sinceId, readId }: Reader, onlyUnread: boolean) {
  const afterId = onlyUnread ? readId : '';
  return [
    { recipient: userId, afterId },
    { recipient: EVERYONE, afterId: afterId > sinceId ? afterId : sinceId },
  ];
}

const toNotification = (row: Selectable<NotificationsTable>): Notification => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  body: row.body,
  url: row.url,
  data: row.data === null ? null : (JSON.parse(row.data) as object),
  createdAt: row.created_at,
});

const toReceived = (
  row: Selectable<NotificationsTable>,
  { readId }: Reader,
): ReceivedNotification => ({ ...toNotification(row), read: row.id <= readId });

const toRow = (
  recipient: string,
  notification: Notification,
  sender: string,
): NotificationsTable => ({
  sender,
  recipient,
  id: notification.id,
  kind: notification.kind,
  title: notification.title,
  body: notification.body,
  url: notification.url,
  data: notification.data && JSON.stringify(notification.data),
  created_at: notification.createdAt,
});
