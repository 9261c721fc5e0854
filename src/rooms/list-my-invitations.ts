import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { EventLog } from '../events/event-log.js';
import type { Page, PageQuery } from '../http/paging.js';
import type { Invitation } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

/** The rooms that a user is invited into. */
export class ListMyInvitations extends Query<Page<Invitation> & { readonly cursor: string }> {
  constructor(
    readonly callerId: string,
    readonly page: PageQuery,
  ) {
    super();
  }
}

@QueryHandler(ListMyInvitations)
export class ListMyInvitationsHandler implements IQueryHandler<ListMyInvitations> {
  constructor(
    private readonly database: Database,
    private readonly rooms: RoomsRepository,
    private readonly log: EventLog,
  ) {}

  execute({
    callerId,
    page,
  }: ListMyInvitations): Promise<Page<Invitation> & { readonly cursor: string }> {
    return this.database.snapshot(async (db) => ({
      ...(await this.rooms.invitationsOf(db, callerId, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}
