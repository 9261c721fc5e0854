import { type Kysely, sql } from 'kysely';
import { dialectOf } from '../dialect.js';
import { newEpoch } from '../epoch.js';

export async function up(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('events')
    .addColumn('position', integer, (column) => column.primaryKey())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('actor', 'text')
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('private', integer, (column) =>
      column
        .notNull()
        .defaultTo(1)
        .check(sql`private in (0, 1)`),
    )
    .addColumn('subject', key)
    .addColumn('redacts', key)
    .modifyEnd(tableEnd)
    .execute();

  // What a redaction rewrites.
  await db.schema
    .createIndex('events_subject')
    .on('events')
    .columns(['subject', 'position'])
    .where(sql<boolean>`subject is not null`)
    .execute();

  await db.schema
    .createTable('event_log')
    .addColumn('id', integer, (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('epoch', 'text', (column) => column.notNull())
    .addColumn('head', integer, (column) => column.notNull())
    .addColumn('oldest', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();

  await db
    .insertInto('event_log')
    .values({ id: 1, epoch: newEpoch(), head: 0, oldest: 1 })
    .execute();
}
