import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createSavedMessages(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('saved_messages')
    .addColumn('user_id', key, (column) => column.notNull())
    .addColumn('room_id', key, (column) => column.notNull())
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('saved_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('saved_messages_pk', ['user_id', 'room_id', 'seq'])
    .addForeignKeyConstraint(
      'saved_messages_member',
      ['room_id', 'user_id'],
      'members',
      ['room_id', 'user_id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute();

  // The list of a user, the newest first.
  await db.schema
    .createIndex('saved_messages_at')
    .on('saved_messages')
    .columns(['user_id', 'saved_at', 'room_id', 'seq'])
    .execute();
  // Those who have saved a message that is deleted.
  await db.schema
    .createIndex('saved_messages_message')
    .on('saved_messages')
    .columns(['room_id', 'seq'])
    .execute();
}
