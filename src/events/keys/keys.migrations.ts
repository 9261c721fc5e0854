import { dialectOf } from '@carillon/nestjs';
import { type Kysely, sql } from 'kysely';

export async function createKeys(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('keys')
    .addColumn('id', key, (column) => column.primaryKey().notNull())
    .addColumn('name', key, (column) => column.notNull().unique())
    .addColumn('digest', key, (column) => column.notNull().unique())
    .addColumn('publish', 'text', (column) => column.notNull())
    .addColumn('subscribe', 'text', (column) => column.notNull())
    .addColumn('notify', integer, (column) => column.notNull().check(sql`notify in (0, 1)`))
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('last_used_at', 'text')
    .modifyEnd(tableEnd)
    .execute();
}
