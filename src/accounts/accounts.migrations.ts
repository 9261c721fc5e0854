import { dialectOf } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

export async function createCredentials(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('passwords')
    .addColumn('user_id', key, (column) =>
      column.primaryKey().notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('hash', 'text', (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();

  await db.schema
    .createTable('identities')
    .addColumn('issuer', key, (column) => column.notNull())
    .addColumn('subject', key, (column) => column.notNull())
    .addColumn('user_id', key, (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addPrimaryKeyConstraint('identities_pk', ['issuer', 'subject'])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex('identities_user').on('identities').column('user_id').execute();
}

export async function createSessions(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('sessions')
    .addColumn('id', key, (column) => column.primaryKey().notNull())
    .addColumn('user_id', key, (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('token_hash', key, (column) => column.notNull().unique())
    .addColumn('client', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('last_used_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex('sessions_user').on('sessions').column('user_id').execute();
  await db.schema.createIndex('sessions_expires_at').on('sessions').column('expires_at').execute();
  await db.schema
    .createIndex('sessions_last_used_at')
    .on('sessions')
    .column('last_used_at')
    .execute();
}

/** The state of the sign-in limiter. */
export async function createSignInAttempts(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('sign_in_failures')
    .addColumn('key', key, (column) => column.primaryKey().notNull())
    .addColumn('forgotten_at', key, (column) => column.notNull())
    .addColumn('blocked_until', key, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createIndex('sign_in_failures_forgotten_at')
    .on('sign_in_failures')
    .column('forgotten_at')
    .execute();

  await db.schema
    .createTable('sign_in_sources')
    .addColumn('user_id', key, (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('source', key, (column) => column.notNull())
    .addColumn('last_used_at', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('sign_in_sources_pk', ['user_id', 'source'])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createIndex('sign_in_sources_last_used_at')
    .on('sign_in_sources')
    .column('last_used_at')
    .execute();
}
