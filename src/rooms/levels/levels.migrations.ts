import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createNotificationLevels(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('notification_levels')
    .addColumn('room_id', key, (column) => column.notNull())
    .addColumn('user_id', key, (column) => column.notNull())
    .addColumn('level', 'text', (column) => column.notNull())
    .addColumn('muted_until', 'text')
    .addPrimaryKeyConstraint('notification_levels_pk', ['room_id', 'user_id'])
    .addForeignKeyConstraint(
      'notification_levels_member',
      ['room_id', 'user_id'],
      'members',
      ['room_id', 'user_id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute();

  // The levels of a user who is erased.
  await db.schema
    .createIndex('notification_levels_user')
    .on('notification_levels')
    .column('user_id')
    .execute();
}
