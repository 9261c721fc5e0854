import type { Schema } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

/**
 * Lets nobody else lock these users until the transaction ends. A command that counts what a user has locks them first:
 * otherwise commands of several nodes could exceed the limit together.
 */
export async function lockUsers(db: Kysely<Schema>, ...userIds: readonly string[]): Promise<void> {
  const users = db.selectFrom('users').select('id').where('id', 'in', userIds);
  // Always in the same order, so that two commands do not wait for each other. Rows that refer to the users can still be
  // inserted.
  await users.orderBy('id').forNoKeyUpdate().execute();
}
