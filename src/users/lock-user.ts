import type { Schema } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

/**
 * Lets nobody else lock a user until the transaction ends. A command that counts what a user has locks them first: otherwise
 * commands of several nodes could exceed the limit together.
 */
export async function lockUser(db: Kysely<Schema>, userId: string): Promise<void> {
  // Rows that refer to the user can still be inserted.
  await db.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute();
}
