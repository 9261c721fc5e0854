import { dialectOf } from '@carillon/nestjs';
import { type Kysely, sql } from 'kysely';

export async function createUsers(db: Kysely<any>): Promise<void> {
  const { key, keyedTableEnd } = dialectOf(db);
  await db.schema
    .createTable('users')
    .addColumn('id', key, (column) => column.primaryKey().notNull())
    .addColumn('firstname', 'text', (column) => column.notNull())
    .addColumn('lastname', 'text', (column) => column.notNull())
    .addColumn('username', key)
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('erased_at', 'text')
    .modifyEnd(keyedTableEnd)
    .execute();
  await db.schema
    .createIndex('users_username')
    .unique()
    .on('users')
    .column('username')
    .where(sql<boolean>`username is not null`)
    .execute();
}

export async function createUserWords(db: Kysely<any>): Promise<void> {
  const { key, keyedTableEnd } = dialectOf(db);
  await db.schema
    .createTable('user_words')
    .addColumn('word', key, (column) => column.notNull())
    .addColumn('user_id', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('user_words_pk', ['word', 'user_id'])
    .modifyEnd(keyedTableEnd)
    .execute();
  await db.schema
    .createIndex('user_words_user')
    .on('user_words')
    .columns(['user_id', 'word'])
    .execute();
}

export async function createErasures(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
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
