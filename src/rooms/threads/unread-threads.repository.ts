import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { MAX_UNREAD_REPLIES, type ThreadPlace, type UnreadThread } from './unread-thread.js';

/** The unread replies in the threads of a user in SQL. Each method runs on the connection it is given. */
@Injectable()
export class UnreadThreadsRepository {
  /** What a member has not read of one thread. */
  async find(db: Kysely<Schema>, userId: string, place: ThreadPlace): Promise<UnreadThread> {
    const [found] = await this.list(db, userId, { place, limit: 1 });
    return found ?? { ...place, readSeq: await this.#readSeq(db, userId, place), unread: [] };
  }

  async #readSeq(
    db: Kysely<Schema>,
    userId: string,
    { roomId, seq }: ThreadPlace,
  ): Promise<number> {
    const row = await db
      .selectFrom('members')
      .leftJoin('thread_followers as followers', (join) =>
        join
          .onRef('followers.room_id', '=', 'members.room_id')
          .onRef('followers.user_id', '=', 'members.user_id')
          .on('followers.seq', '=', seq),
      )
      .select(['members.read_seq as room_read_seq', 'followers.read_seq'])
      .where('members.room_id', '=', roomId)
      .where('members.user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return Math.max(row.room_read_seq, row.read_seq ?? 0);
  }

  /**
   * The threads of a user that have unread replies, by room and first message. The cost depends on the number of unread
   * replies, and not on the number of threads: what is read in the room is read in its threads.
   */
  async list(
    db: Kysely<Schema>,
    userId: string,
    { after, place, limit }: UnreadRange,
  ): Promise<UnreadThread[]> {
    const replies = db
      .selectFrom('members')
      .innerJoin('messages', (join) =>
        join
          .onRef('messages.room_id', '=', 'members.room_id')
          .onRef('messages.seq', '>', 'members.read_seq')
          .onRef('messages.author_id', '<>', 'members.user_id'),
      )
      .innerJoin('thread_followers as followers', (join) =>
        join
          .onRef('followers.room_id', '=', 'messages.room_id')
          .onRef('followers.seq', '=', 'messages.thread_of')
          .onRef('followers.user_id', '=', 'members.user_id')
          .onRef('followers.read_seq', '<', 'messages.seq'),
      )
      .where('messages.thread_of', 'is not', null)
      .where('messages.deleted_at', 'is', null)
      .where('members.user_id', '=', userId)
      .$if(place !== undefined, (query) =>
        query
          .where('members.room_id', '=', place!.roomId)
          .where('messages.thread_of', '=', place!.seq),
      )
      .$if(after !== undefined, (query) =>
        query.where((of) =>
          of(
            of.refTuple('followers.room_id', 'followers.seq'),
            '>',
            of.tuple(after!.roomId, after!.seq),
          ),
        ),
      )
      .select([
        'followers.room_id',
        'followers.seq as thread',
        'messages.seq',
        'followers.read_seq',
        'members.read_seq as room_read_seq',
        sql<number>`dense_rank() over (order by followers.room_id, followers.seq)`.as('place'),
        sql<number>`row_number() over (partition by followers.room_id, followers.seq order by messages.seq desc)`.as(
          'nth',
        ),
      ]);
    const rows = await db
      .selectFrom(replies.as('replies'))
      .selectAll()
      .where('place', '<=', limit)
      .where('nth', '<=', MAX_UNREAD_REPLIES)
      .orderBy('place')
      .orderBy('seq')
      .execute();
    return [...Map.groupBy(rows, (row) => row.place).values()].map((thread) => ({
      roomId: thread[0]!.room_id,
      seq: thread[0]!.thread,
      readSeq: Math.max(thread[0]!.read_seq, thread[0]!.room_read_seq),
      unread: thread.map(({ seq }) => seq),
    }));
  }
}

interface UnreadRange {
  readonly place?: ThreadPlace;
  readonly after?: ThreadPlace | undefined;
  readonly limit: number;
}
