import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Keyset, Snapshot } from '../../http/paging.js';
import { RoomAccess } from '../room/room-access.js';
import type { Invitation } from '../room/room.js';
import { InvitationsRepository } from '../room/invitations.repository.js';

/** Lists the invitations to a room. */
export class ListInvitations extends Query<Snapshot<Invitation>> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly page: Keyset,
  ) {
    super();
  }
}

@QueryHandler(ListInvitations)
export class ListInvitationsHandler implements IQueryHandler<ListInvitations> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly invitations: InvitationsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, roomId, page }: ListInvitations): Promise<Snapshot<Invitation>> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, roomId, callerId);
      return {
        ...(await this.invitations.invitationsPage(db, roomId, page)),
        cursor: await this.log.cursor(db),
      };
    });
  }
}
