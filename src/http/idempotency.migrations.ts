import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createIdempotencyKeys(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('scope', key, (column) => column.notNull())
    .addColumn('key', key, (column) => column.notNull())
    .addColumn('owner', key, (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('created_at', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_pk', ['scope', 'key'])
    .modifyEnd(tableEnd)
    .execute();

  await db.schema
    .createIndex('idempotency_keys_created_at')
    .on('idempotency_keys')
    .column('created_at')
    .execute();

  await db.schema
    .createIndex('idempotency_keys_owner')
    .on('idempotency_keys')
    .columns(['owner', 'created_at'])
    .execute();
}
