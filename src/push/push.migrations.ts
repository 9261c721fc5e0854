import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createPush(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('push_keys')
    .addColumn('id', integer, (column) => column.primaryKey().notNull())
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('private_key', 'text', (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();

  await db.schema
    .createTable('push_subscriptions')
    .addColumn('session_id', key, (column) =>
      column.primaryKey().notNull().references('sessions.id').onDelete('cascade'),
    )
    .addColumn('user_id', key, (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('endpoint', key, (column) => column.notNull().unique())
    .addColumn('service', key, (column) => column.notNull())
    .addColumn('p256dh', 'text', (column) => column.notNull())
    .addColumn('auth', 'text', (column) => column.notNull())
    .addColumn('created_at', key, (column) => column.notNull())
    .addColumn('failures', integer, (column) => column.notNull())
    .addColumn('retry_at', key, (column) => column.notNull())
    .addColumn('next_at', key)
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createIndex('push_subscriptions_user')
    .on('push_subscriptions')
    .columns(['user_id', 'created_at'])
    .execute();
  await db.schema
    .createIndex('push_subscriptions_next_at')
    .on('push_subscriptions')
    .column('next_at')
    .execute();

  await db.schema
    .createTable('push_queue')
    .addColumn('session_id', key, (column) =>
      column.notNull().references('push_subscriptions.session_id').onDelete('cascade'),
    )
    .addColumn('message_id', key, (column) => column.notNull())
    .addColumn('room_id', key, (column) => column.notNull())
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('created_at', key, (column) => column.notNull())
    .addColumn('due_at', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('push_queue_pk', ['session_id', 'message_id'])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createIndex('push_queue_due_at')
    .on('push_queue')
    .columns(['session_id', 'due_at'])
    .execute();
}
