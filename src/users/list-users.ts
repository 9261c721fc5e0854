import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { EventLog } from '../events/event-log.js';
import type { Keyset, Snapshot } from '../http/paging.js';
import type { User } from './user.js';
import type { UsersQuery } from './users-query.js';
import { UsersRepository } from './users.repository.js';

export class ListUsers extends Query<Snapshot<User>> {
  constructor(readonly page: Keyset<UsersQuery>) {
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

  execute({ page }: ListUsers): Promise<Snapshot<User>> {
    return this.database.snapshot(async (db) => ({
      ...(await this.users.page(db, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}
