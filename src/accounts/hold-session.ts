import type { Schema } from '@carillon/nestjs';
import type { Kysely } from 'kysely';
import { unauthenticated } from '../http/caller.js';

/**
 * Keeps a session until the transaction ends.
 *
 * @throws Problem `unauthenticated`: it has ended since the request was authenticated.
 */
export async function holdSession(db: Kysely<Schema>, sessionId: string): Promise<void> {
  const query = db.selectFrom('sessions').select('id').where('id', '=', sessionId);
  if (!(await query.forKeyShare().executeTakeFirst()))
    throw unauthenticated('Your session has ended. Sign in again.');
}
