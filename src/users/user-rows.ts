import type { Schema } from '@carillon/nestjs';
import type { Kysely, Selectable } from 'kysely';
import type { User } from './user.js';
import type { UsersTable } from './users.tables.js';

/** All users: a query to join in a query of another feature. */
export const userRows = (db: Kysely<Schema>) => db.selectFrom('users').selectAll();

export const toUser = (row: Selectable<UsersTable>): User => ({
  id: row.id,
  firstname: row.firstname,
  lastname: row.lastname,
  ...(row.username !== null && { username: row.username }),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
