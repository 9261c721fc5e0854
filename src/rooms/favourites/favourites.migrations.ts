import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createFavourites(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('favourites')
    .addColumn('room_id', key, (column) => column.notNull())
    .addColumn('user_id', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('favourites_pk', ['room_id', 'user_id'])
    .addForeignKeyConstraint(
      'favourites_member',
      ['room_id', 'user_id'],
      'members',
      ['room_id', 'user_id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute();

  // The favourites of a user who is erased.
  await db.schema.createIndex('favourites_user').on('favourites').column('user_id').execute();
}
