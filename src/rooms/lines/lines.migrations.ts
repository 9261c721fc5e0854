import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createHistoryLines(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('history_lines')
    .addColumn('room_id', key, (column) => column.notNull().references('rooms.id'))
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('kind', key, (column) => column.notNull())
    .addColumn('count', integer, (column) => column.notNull())
    .addColumn('user_ids', 'text', (column) => column.notNull())
    .addColumn('text', 'text')
    .addPrimaryKeyConstraint('history_lines_pk', ['room_id', 'seq', 'kind'])
    .modifyEnd(tableEnd)
    .execute();
}
