import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { EventLog } from '../events/event-log.js';
import type { User } from './user.js';
import type { UsersQuery } from './users-query.js';
import { UsersRepository } from './users.repository.js';

export interface UsersPage {
  readonly users: readonly User[];
  readonly hasMore: boolean;
  /** The place of this page in the order of events: a stream opened from here continues it. */
  readonly cursor: string;
}

export class ListUsers extends Query<UsersPage> {
  constructor(readonly page: UsersQuery) {
    super();
  }
}

@QueryHandler(ListUsers)
export class ListUsersHandler implements IQueryHandler<ListUsers> {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly log: EventLog,
  ) {}

  execute({ page }: ListUsers): Promise<UsersPage> {
    return this.database.snapshot(async (db) => ({
      ...(await this.users.page(db, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}
