import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { EventLog } from '../events/event-log.js';
import type { Keyset, Snapshot } from '../http/paging.js';
import { RoomAccess } from './room-access.js';
import type { Invitation } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

/** Who is invited into a room. */
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
    private readonly rooms: RoomsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, roomId, page }: ListInvitations): Promise<Snapshot<Invitation>> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, roomId, callerId);
      return {
        ...(await this.rooms.invitationsPage(db, roomId, page)),
        cursor: await this.log.cursor(db),
      };
    });
  }
}
