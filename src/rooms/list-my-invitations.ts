import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { EventLog } from '../events/event-log.js';
import type { Keyset, Snapshot } from '../http/paging.js';
import type { Invitation } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

/** The rooms that a user is invited into. */
export class ListMyInvitations extends Query<Snapshot<Invitation>> {
  constructor(
    readonly callerId: string,
    readonly page: Keyset,
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

  execute({ callerId, page }: ListMyInvitations): Promise<Snapshot<Invitation>> {
    return this.database.snapshot(async (db) => ({
      ...(await this.rooms.invitationsOf(db, callerId, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}
