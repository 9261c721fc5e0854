import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Config } from '../config.js';
import type { Keyset, KeysetQuery, Snapshot } from '../http/paging.js';
import { AccountsRepository } from './accounts.repository.js';
import { endsOf, type Session } from './session.js';

/** Lists the active sessions of a user, newest first. */
export class ListSessions extends Query<Snapshot<Session>> {
  constructor(
    readonly userId: string,
    readonly page: Keyset<KeysetQuery>,
  ) {
    super();
  }
}

@QueryHandler(ListSessions)
export class ListSessionsHandler implements IQueryHandler<ListSessions> {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly log: EventLog,
    private readonly config: Config,
  ) {}

  execute({ userId, page }: ListSessions): Promise<Snapshot<Session>> {
    const ends = endsOf(Date.now(), this.config.SESSION_IDLE);
    return this.database.snapshot(async (db) => ({
      ...(await this.accounts.pageOfSessions(db, userId, ends, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}
