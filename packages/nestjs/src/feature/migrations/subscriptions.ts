import { type Kysely, sql } from 'kysely';
import { dialectOf } from '../../engine/dialect.js';

export async function createSubscriptions(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('subscriptions')
    .addColumn('name', key, (column) => column.primaryKey().notNull())
    .addColumn('position', integer, (column) => column.notNull())
    .addColumn('owner', 'text')
    .addColumn('term', integer, (column) => column.notNull())
    .addColumn('renewals', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();

  await db.schema
    .createTable('dead_letters')
    .addColumn('subscription', key, (column) => column.notNull())
    .addColumn('position', integer, (column) => column.notNull())
    .addColumn('state', 'text', (column) =>
      column.notNull().check(sql`state in ('retrying', 'dead', 'requested')`),
    )
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('topics', 'text')
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('data', 'text')
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('private', integer, (column) => column.notNull())
    .addColumn('actor', 'text')
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('subject', key)
    .addColumn('error', 'text', (column) => column.notNull())
    .addColumn('attempts', integer, (column) => column.notNull())
    .addColumn('first_failed_at', 'text', (column) => column.notNull())
    .addColumn('last_failed_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('dead_letters_key', ['subscription', 'position'])
    .modifyEnd(tableEnd)
    .execute();

  // For redactions.
  await db.schema
    .createIndex('dead_letters_subject')
    .on('dead_letters')
    .column('subject')
    .where(sql<boolean>`subject is not null`)
    .execute();
  // For retention, which copies the data of dead letters.
  await db.schema
    .createIndex('dead_letters_without_data')
    .on('dead_letters')
    .column('position')
    .where(sql<boolean>`data is null`)
    .execute();
  // For the check that each node runs every few seconds.
  await db.schema
    .createIndex('dead_letters_requested')
    .on('dead_letters')
    .columns(['subscription', 'position'])
    .where(sql<boolean>`state = 'requested'`)
    .execute();
}
