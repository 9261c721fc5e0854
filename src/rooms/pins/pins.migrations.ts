import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createPins(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('pins')
    .addColumn('room_id', key, (column) => column.notNull().references('rooms.id'))
    .addColumn('message_id', key, (column) => column.notNull().references('messages.id'))
    .addColumn('user_id', key, (column) => column.notNull().references('users.id'))
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('pins_pk', ['room_id', 'message_id'])
    .modifyEnd(tableEnd)
    .execute();

  // What a user has pinned, for their export.
  await db.schema.createIndex('pins_user').on('pins').columns(['user_id', 'message_id']).execute();
}
