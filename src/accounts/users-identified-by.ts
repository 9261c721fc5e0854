import type { Schema } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

/** The user of an external issuer: a query to execute, or to join in a query of another feature. */
export const usersIdentifiedBy = (db: Kysely<Schema>, issuer: string, subject: string) =>
  db
    .selectFrom('identities')
    .select('user_id as id')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject);
