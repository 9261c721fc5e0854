import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Credentials } from './credentials.js';

/** Whether the user exists and can sign in. */
export class CanSignIn extends Query<boolean> {
  constructor(readonly userId: string) {
    super();
  }
}

@QueryHandler(CanSignIn)
export class CanSignInHandler implements IQueryHandler<CanSignIn> {
  constructor(
    private readonly database: Database,
    private readonly credentials: Credentials,
  ) {}

  execute({ userId }: CanSignIn): Promise<boolean> {
    return this.credentials.canSignIn(this.database.read, userId);
  }
}
