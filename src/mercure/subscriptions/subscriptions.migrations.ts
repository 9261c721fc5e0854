import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createSubscriptions(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('hub_nodes')
    .addColumn('id', key, (column) => column.primaryKey())
    .addColumn('beats', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createTable('hub_subscriptions')
    .addColumn('subscriber', key, (column) => column.notNull())
    .addColumn('match_type', key, (column) => column.notNull())
    .addColumn('match', key, (column) => column.notNull())
    .addColumn('node', key, (column) => column.notNull())
    .addColumn('payload', 'text')
    .addPrimaryKeyConstraint('hub_subscriptions_key', ['match_type', 'match', 'subscriber'])
    .modifyEnd(tableEnd)
    .execute();
  // For the end of a connection, and of a node.
  for (const column of ['subscriber', 'node'])
    await db.schema
      .createIndex(`hub_subscriptions_${column}`)
      .on('hub_subscriptions')
      .column(column)
      .execute();
}
