import { type Kysely, sql } from 'kysely';
import { randomBytes } from 'node:crypto';

export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .createTable('events')
    .addColumn('position', 'integer', (column) => column.primaryKey())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('actor', 'text')
    .addColumn('at', 'text', (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();

  await db.schema
    .createTable('event_log')
    .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('epoch', 'text', (column) => column.notNull())
    .addColumn('head', 'integer', (column) => column.notNull())
    .addColumn('oldest', 'integer', (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();

  await db
    .insertInto('event_log')
    .values({ id: 1, epoch: randomBytes(4).toString('hex'), head: 0, oldest: 1 })
    .execute();
}
