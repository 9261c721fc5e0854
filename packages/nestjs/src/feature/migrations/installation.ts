import type { Kysely } from 'kysely';
import { dialectOf } from '../../engine/dialect.js';

export async function createInstallation(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('installation')
    .addColumn('name', key, (column) => column.primaryKey().notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
}
