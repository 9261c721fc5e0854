import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { User } from './user.js';
import { userNotFound } from './user-not-found.js';
import { UsersRepository } from './users.repository.js';

export class GetUser extends Query<User> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(GetUser)
export class GetUserHandler implements IQueryHandler<GetUser> {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
  ) {}

  async execute({ id }: GetUser): Promise<User> {
    return (await this.users.find(this.database.read, id)) ?? userNotFound(id);
  }
}
