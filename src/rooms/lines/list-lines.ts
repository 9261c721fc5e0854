import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Snapshot } from '../../http/paging.js';
import { RoomAccess } from '../room/room-access.js';
import type { HistoryLine } from './history-line.js';
import { LinesRepository } from './lines.repository.js';

/** Lists the lines after some messages of a room, by their `seq`. */
export class ListLines extends Query<Snapshot<HistoryLine>> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly from: number,
    readonly to: number,
  ) {
    super();
  }
}

@QueryHandler(ListLines)
export class ListLinesHandler implements IQueryHandler<ListLines> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly lines: LinesRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, roomId, from, to }: ListLines): Promise<Snapshot<HistoryLine>> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, roomId, callerId);
      const items = await this.lines.between(db, roomId, from, to);
      return { items, cursor: await this.log.cursor(db) };
    });
  }
}
