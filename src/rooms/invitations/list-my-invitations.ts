import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Keyset, Snapshot } from '../../http/paging.js';
import type { Invitation } from '../room/room.js';
import { InvitationsRepository } from '../room/invitations.repository.js';

/** Lists the invitations of the caller. */
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
    private readonly invitations: InvitationsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, page }: ListMyInvitations): Promise<Snapshot<Invitation>> {
    return this.database.snapshot(async (db) => ({
      ...(await this.invitations.invitationsOf(db, callerId, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}
