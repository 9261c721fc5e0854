import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Snapshot } from '../../http/paging.js';
import { RoomAccess } from '../room/room-access.js';
import type { Pin } from './pin.js';
import { PinsRepository } from './pins.repository.js';

/** Lists the pinned messages of a room. */
export class ListPins extends Query<Snapshot<Pin>> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
  ) {
    super();
  }
}

@QueryHandler(ListPins)
export class ListPinsHandler implements IQueryHandler<ListPins> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly pins: PinsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, roomId }: ListPins): Promise<Snapshot<Pin>> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, roomId, callerId);
      return { items: await this.pins.of(db, roomId), cursor: await this.log.cursor(db) };
    });
  }
}
