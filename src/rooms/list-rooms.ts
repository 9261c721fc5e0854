import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Keyset, Snapshot } from '../http/paging.js';
import type { Room } from './room/room.js';
import { RoomsRepository } from './room/rooms.repository.js';

/** Lists the public rooms. */
export class ListRooms extends Query<Snapshot<Room>> {
  constructor(readonly page: Keyset) {
    super();
  }
}

@QueryHandler(ListRooms)
export class ListRoomsHandler implements IQueryHandler<ListRooms> {
  constructor(
    private readonly database: Database,
    private readonly rooms: RoomsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ page }: ListRooms): Promise<Snapshot<Room>> {
    return this.database.snapshot(async (db) => ({
      ...(await this.rooms.publicPage(db, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}
