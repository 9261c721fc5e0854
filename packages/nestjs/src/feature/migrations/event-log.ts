import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import { dialectOf } from '../../engine/dialect.js';
import { newEpoch } from '../../engine/epoch.js';
import { eventRules } from './event-rules.js';

export async function createEventLog(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('events')
    .addColumn('position', integer, (column) => column.primaryKey())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('topics', 'text')
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull().defaultTo('json'))
    .addColumn('actor', 'text')
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('private', integer, (column) =>
      column
        .notNull()
        .defaultTo(1)
        .check(sql`private in (0, 1)`),
    )
    .addColumn('public_id', key)
    .addColumn('xid', integer)
    .addColumn('retry', integer)
    .addColumn('subject', key)
    .addColumn('redacts', key)
    .$call((table) => withRules(table, db))
    .modifyEnd(tableEnd)
    .execute();

  // For redactions.
  await db.schema
    .createIndex('events_subject')
    .on('events')
    .columns(['subject', 'position'])
    .where(sql<boolean>`subject is not null`)
    .execute();

  // For streams that continue after the id of a publisher.
  await db.schema
    .createIndex('events_public_id')
    .on('events')
    .columns(['public_id', 'position'])
    .where(sql<boolean>`public_id is not null`)
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

/**
 * Refuses events that would break subscribers, whichever program writes them. A failing check names the column. The rules
 * of topics and ids are those of `topic-name.ts`.
 */
const withRules = <Table extends string>(table: CreateTableBuilder<Table, any>, db: Kysely<any>) =>
  Object.entries(eventRules(db, '')).reduce(
    (ruled, [column, rule]) =>
      ruled.addCheckConstraint(`events_${column}`, sql`${sql.ref(column)} is null or (${rule})`),
    table,
  );
