import { Database, EventLog, type Schema } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Kysely } from 'kysely';
import type { Message } from '../room/message.js';
import { RoomAccess } from '../room/room-access.js';
import type { RepliesQuery } from './thread-bodies.js';
import { Threads } from './threads.js';
import { ThreadsRepository } from './threads.repository.js';
import type { ThreadPlace } from './unread-thread.js';

export interface RepliesPage {
  /** In the order of the room. */
  readonly replies: readonly Message[];
  /** Whether there are replies before these, or after them. */
  readonly hasEarlier: boolean;
  readonly hasLater: boolean;
  readonly cursor: string;
}

/** Lists the replies of a thread. */
export class ListReplies extends Query<RepliesPage> {
  constructor(
    readonly callerId: string,
    readonly place: ThreadPlace,
    readonly part: RepliesQuery,
  ) {
    super();
  }
}

@QueryHandler(ListReplies)
export class ListRepliesHandler implements IQueryHandler<ListReplies> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly threads: Threads,
    private readonly repository: ThreadsRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, place, part }: ListReplies): Promise<RepliesPage> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, place.roomId, callerId);
      await this.threads.refuseUnknown(db, place);
      const { before, after, limit } = part;
      const found = await this.repository.replies(db, place, part);
      const page = found.slice(0, limit);
      const hasMore = found.length > limit;
      const isForward = after !== undefined;
      return {
        replies: isForward ? page : page.toReversed(),
        hasEarlier: isForward ? await this.#has(db, place, { before: after + 1 }) : hasMore,
        hasLater: isForward
          ? hasMore
          : before !== undefined && (await this.#has(db, place, { after: before - 1 })),
        cursor: await this.log.cursor(db),
      };
    });
  }

  async #has(
    db: Kysely<Schema>,
    place: ThreadPlace,
    part: Omit<RepliesQuery, 'limit'>,
  ): Promise<boolean> {
    return (await this.repository.replies(db, place, { ...part, limit: 0 })).length > 0;
  }
}
