import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { AccountsRepository } from './accounts.repository.js';
import type { Session } from './session.js';

/** One session of a user; `undefined` where it has just ended. */
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
