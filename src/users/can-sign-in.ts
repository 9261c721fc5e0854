import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { UsersRepository } from './users.repository.js';

/** Whether there is such a user, and they can take part in what others do. */
export class CanSignIn extends Query<boolean> {
  constructor(readonly userId: string) {
    super();
  }
}

@QueryHandler(CanSignIn)
export class CanSignInHandler implements IQueryHandler<CanSignIn> {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
  ) {}

  execute({ userId }: CanSignIn): Promise<boolean> {
    return this.users.canSignIn(this.database.read, userId);
  }
}
