import type { Schema } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

/** Users by their usernames: a query to execute, or to join in a query of another feature. */
export const usersNamed = (db: Kysely<Schema>, usernames: readonly string[]) =>
  db
    .selectFrom('users')
    .select(['id', 'username'])
    .where('username', 'in', usernames)
    .$narrowType<{ username: string }>();
