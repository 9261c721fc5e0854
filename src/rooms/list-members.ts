import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { EventLog } from '../events/event-log.js';
import type { Keyset, Snapshot } from '../http/paging.js';
import { RoomAccess } from './room-access.js';
import type { Member } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

/** Who is in a room. */
export class ListMembers extends Query<Snapshot<Member>> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly page: Keyset,
  ) {
    super();
  }
}

@QueryHandler(ListMembers)
export class ListMembersHandler implements IQueryHandler<ListMembers> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly rooms: RoomsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, roomId, page }: ListMembers): Promise<Snapshot<Member>> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, roomId, callerId);
      return {
        ...(await this.rooms.membersPage(db, roomId, page)),
        cursor: await this.log.cursor(db),
      };
    });
  }
}
