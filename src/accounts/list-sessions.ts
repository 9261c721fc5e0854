import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { EventLog } from '../events/event-log.js';
import { AccountsRepository } from './accounts.repository.js';
import type { Session } from './session.js';

export class ListSessions extends Query<{ sessions: readonly Session[]; cursor: string }> {
  constructor(readonly userId: string) {
    super();
  }
}

@QueryHandler(ListSessions)
export class ListSessionsHandler implements IQueryHandler<ListSessions> {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ userId }: ListSessions): Promise<{ sessions: readonly Session[]; cursor: string }> {
    return this.database.snapshot(async (db) => ({
      sessions: await this.accounts.sessionsOf(db, userId),
      cursor: await this.log.cursor(db),
    }));
  }
}
