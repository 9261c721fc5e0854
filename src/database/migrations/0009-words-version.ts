import type { Kysely } from 'kysely';
import { dialectOf } from '../dialect.js';

/** By which definition of a word a message is indexed; 0 before there was a number. */
export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .alterTable('messages')
    .addColumn('words_version', dialectOf(db).integer, (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createIndex('messages_words_version')
    .on('messages')
    .columns(['words_version', 'number'])
    .execute();
}
