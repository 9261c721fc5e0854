import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Keyset, Snapshot } from '../../http/paging.js';
import type { Membership } from '../room/room.js';
import { MembershipsRepository } from './memberships.repository.js';

/** Lists the rooms of the caller, without hidden direct conversations. */
export class ListMyRooms extends Query<Snapshot<Membership>> {
  constructor(
    readonly callerId: string,
    readonly page: Keyset,
  ) {
    super();
  }
}

@QueryHandler(ListMyRooms)
export class ListMyRoomsHandler implements IQueryHandler<ListMyRooms> {
  constructor(
    private readonly database: Database,
    private readonly memberships: MembershipsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, page }: ListMyRooms): Promise<Snapshot<Membership>> {
    return this.database.snapshot(async (db) => ({
      ...(await this.memberships.page(db, callerId, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}
