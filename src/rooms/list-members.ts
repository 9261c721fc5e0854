import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { EventLog } from '../events/event-log.js';
import { RoomAccess } from './room-access.js';
import type { Invitation, Member } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

export interface MembersOfRoom {
  readonly members: readonly Member[];
  readonly invitations: readonly Invitation[];
  readonly cursor: string;
}

/** Who is in a room, and who is invited. */
export class ListMembers extends Query<MembersOfRoom> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
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

  execute({ callerId, roomId }: ListMembers): Promise<MembersOfRoom> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, roomId, callerId);
      return {
        members: await this.rooms.members(db, roomId),
        invitations: await this.rooms.invitationsTo(db, roomId),
        cursor: await this.log.cursor(db),
      };
    });
  }
}
