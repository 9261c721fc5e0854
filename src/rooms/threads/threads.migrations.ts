import { dialectOf } from '@carillon/nestjs';
import { type Kysely, sql } from 'kysely';

export async function createThreads(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema.alterTable('messages').addColumn('thread_of', integer).execute();
  await db.schema
    .alterTable('messages')
    .addColumn('replies', integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('messages').addColumn('last_reply_seq', integer).execute();
  await db.schema.alterTable('messages').addColumn('last_reply_at', 'text').execute();

  // The replies of a thread, and the threads of a room by activity.
  await db.schema
    .createIndex('messages_thread')
    .on('messages')
    .columns(['room_id', 'thread_of', 'seq'])
    .where(sql<boolean>`thread_of is not null`)
    .execute();
  await db.schema
    .createIndex('messages_last_reply')
    .on('messages')
    .columns(['room_id', 'last_reply_seq'])
    .where(sql<boolean>`last_reply_seq is not null`)
    .execute();
  // Finds unread replies without a look at other messages.
  await db.schema
    .createIndex('messages_replies')
    .on('messages')
    .columns(['room_id', 'seq', 'thread_of', 'author_id'])
    .where(sql<boolean>`thread_of is not null and deleted_at is null`)
    .execute();

  await db.schema
    .createTable('thread_followers')
    .addColumn('room_id', key, (column) => column.notNull().references('rooms.id'))
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('user_id', key, (column) => column.notNull().references('users.id'))
    .addColumn('read_seq', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('thread_followers_pk', ['room_id', 'seq', 'user_id'])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createIndex('thread_followers_user')
    .on('thread_followers')
    .columns(['user_id', 'room_id', 'seq'])
    .execute();
}
