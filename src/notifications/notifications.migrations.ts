import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createNotifications(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('notifications')
    .addColumn('recipient', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('body', 'text')
    .addColumn('url', 'text')
    .addColumn('data', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('sender', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('notifications_pk', ['recipient', 'id'])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex('notifications_id').on('notifications').column('id').execute();

  await db.schema
    .createTable('notification_readers')
    .addColumn('user_id', key, (column) =>
      column.primaryKey().notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('since_id', key, (column) => column.notNull())
    .addColumn('read_id', key, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();

  await db.schema
    .createTable('notification_order')
    .addColumn('id', integer, (column) => column.primaryKey().notNull())
    .addColumn('last_id', key, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
}
