import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AccountsRepository } from './accounts.repository.js';
import type { Session } from './session.js';

/** Returns one session of a user; `undefined` if it has ended. */
export class GetSession extends Query<Session | undefined> {
  constructor(
    readonly userId: string,
    readonly sessionId: string,
  ) {
    super();
  }
}

@QueryHandler(GetSession)
export class GetSessionHandler implements IQueryHandler<GetSession> {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
  ) {}

  execute({ userId, sessionId }: GetSession): Promise<Session | undefined> {
    return this.accounts.findSession(this.database.read, userId, sessionId);
  }
}
