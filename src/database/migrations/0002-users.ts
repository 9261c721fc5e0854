import type { Kysely } from 'kysely';
import { dialectOf } from '../dialect.js';

export async function up(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('users')
    .addColumn('id', key, (column) => column.primaryKey().notNull())
    .addColumn('firstname', 'text', (column) => column.notNull())
    .addColumn('lastname', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('erased_at', 'text')
    .modifyEnd(tableEnd)
    .execute();

  await db.schema
    .createTable('erasures')
    .addColumn('user_id', key, (column) => column.primaryKey().notNull())
    .addColumn('username', 'text')
    .addColumn('messages', 'text', (column) => column.notNull())
    .addColumn('step', 'text', (column) => column.notNull())
    .addColumn('after', 'text', (column) => column.notNull())
    .addColumn('again_at', 'text')
    .modifyEnd(tableEnd)
    .execute();
}
