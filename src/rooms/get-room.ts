import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { RoomAccess } from './room/room-access.js';
import type { Room } from './room/room.js';

export class GetRoom extends Query<Room> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
  ) {
    super();
  }
}

@QueryHandler(GetRoom)
export class GetRoomHandler implements IQueryHandler<GetRoom> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
  ) {}

  execute({ callerId, roomId }: GetRoom): Promise<Room> {
    return this.access.visible(this.database.read, roomId, callerId);
  }
}
