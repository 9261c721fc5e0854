import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { KeysetQuery, Keyset, Snapshot } from '../../http/paging.js';
import type { Message } from '../room/message.js';
import { RoomAccess } from '../room/room-access.js';
import { ThreadsRepository } from './threads.repository.js';

/** Lists the threads of a room by their first messages. */
export class ListThreads extends Query<Snapshot<Message>> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly page: Keyset<KeysetQuery>,
  ) {
    super();
  }
}

@QueryHandler(ListThreads)
export class ListThreadsHandler implements IQueryHandler<ListThreads> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly threads: ThreadsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, roomId, page }: ListThreads): Promise<Snapshot<Message>> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, roomId, callerId);
      return {
        ...(await this.threads.page(db, roomId, page)),
        cursor: await this.log.cursor(db),
      };
    });
  }
}
