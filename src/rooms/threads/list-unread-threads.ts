import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import {
  type Keyset,
  type KeysetQuery,
  keySyntax,
  pageOf,
  type Snapshot,
} from '../../http/paging.js';
import type { UnreadThread } from './unread-thread.js';
import { UnreadThreadsRepository } from './unread-threads.repository.js';

/** Lists the threads that the caller follows and has not read to the end. */
export class ListUnreadThreads extends Query<Snapshot<UnreadThread>> {
  constructor(
    readonly callerId: string,
    readonly page: Keyset<KeysetQuery>,
  ) {
    super();
  }
}

@QueryHandler(ListUnreadThreads)
export class ListUnreadThreadsHandler implements IQueryHandler<ListUnreadThreads> {
  constructor(
    private readonly database: Database,
    private readonly unread: UnreadThreadsRepository,
    private readonly log: EventLog,
  ) {}

  execute({
    callerId,
    page: { afterKey, limit },
  }: ListUnreadThreads): Promise<Snapshot<UnreadThread>> {
    const after = afterKey === undefined ? undefined : placeOf(afterKey);
    return this.database.snapshot(async (db) => {
      const found = await this.unread.list(db, callerId, { after, limit: limit + 1 });
      return {
        ...pageOf(
          found,
          limit,
          ({ roomId, seq }) => `${roomId}.${seq}`,
          (thread) => thread,
        ),
        cursor: await this.log.cursor(db),
      };
    });
  }
}

/** The id of the room, and the `seq` of the first message of the thread. */
export const UNREAD_THREAD_KEYS = keySyntax('id', 'number');

function placeOf(key: string): { roomId: string; seq: number } {
  const [roomId = '', seq] = key.split('.');
  return { roomId, seq: Number(seq) };
}
