import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { EventLog } from '../events/event-log.js';
import { MembershipsRepository } from './memberships.repository.js';
import type { Invitation, Membership } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

export interface MyRooms {
  readonly memberships: readonly Membership[];
  readonly invitations: readonly Invitation[];
  readonly cursor: string;
}

/** All rooms that a person is in, and those that they are invited into. */
export class ListMyRooms extends Query<MyRooms> {
  constructor(readonly callerId: string) {
    super();
  }
}

@QueryHandler(ListMyRooms)
export class ListMyRoomsHandler implements IQueryHandler<ListMyRooms> {
  constructor(
    private readonly database: Database,
    private readonly rooms: RoomsRepository,
    private readonly memberships: MembershipsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId }: ListMyRooms): Promise<MyRooms> {
    return this.database.snapshot(async (db) => ({
      memberships: await this.memberships.of(db, callerId),
      invitations: await this.rooms.invitationsOf(db, callerId),
      cursor: await this.log.cursor(db),
    }));
  }
}
