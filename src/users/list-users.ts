import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Keyset, Snapshot } from '../http/paging.js';
import type { User } from './user.js';
import type { UsersQuery } from './users-query.js';
import { findUsers } from './find-users.js';
import { nameTerms } from './name-words.js';
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
      ...(await (page.q === undefined
        ? this.users.page(db, page)
        : findUsers(db, { ...page, terms: nameTerms(page.q) }))),
      cursor: await this.log.cursor(db),
    }));
  }
}
