import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { MAX_FOLLOWERS } from '../room/limits.js';
import type { Message } from '../room/message.js';
import type { ThreadPlace, UnreadThread } from './unread-thread.js';

/** The followers of threads in SQL. Each method runs on the connection it is given. */
@Injectable()
export class FollowersRepository {
  /** Adds members as followers until there are too many. @returns those who are new. */
  async add(
    db: Kysely<Schema>,
    { roomId, seq }: ThreadPlace,
    userIds: readonly string[],
  ): Promise<string[]> {
    const missing = await this.#notFollowing(db, { roomId, seq }, userIds);
    if (missing.length === 0) return [];
    const { count } = await db
      .selectFrom('thread_followers')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('room_id', '=', roomId)
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow();
    const added = missing.slice(0, Math.max(0, MAX_FOLLOWERS - count));
    const rows = added.map((userId) => ({ room_id: roomId, seq, user_id: userId, read_seq: seq }));
    if (rows.length > 0) await db.insertInto('thread_followers').values(rows).execute();
    return added;
  }

  async #notFollowing(
    db: Kysely<Schema>,
    { roomId, seq }: ThreadPlace,
    userIds: readonly string[],
  ): Promise<string[]> {
    const rows = await db
      .selectFrom('members')
      .leftJoin('thread_followers as followers', (join) =>
        join
          .onRef('followers.room_id', '=', 'members.room_id')
          .onRef('followers.user_id', '=', 'members.user_id')
          .on('followers.seq', '=', seq),
      )
      .select('members.user_id')
      .where('members.room_id', '=', roomId)
      .where('members.user_id', 'in', userIds)
      .where('followers.user_id', 'is', null)
      .execute();
    const missing = new Set(rows.map(({ user_id }) => user_id));
    return [...new Set(userIds)].filter((userId) => missing.has(userId));
  }

  /** The followers for whom a reply is the only one that they have not read, with their markers. */
  async withFirstUnread(
    db: Kysely<Schema>,
    { roomId, seq }: ThreadPlace,
    reply: Pick<Message, 'seq' | 'authorId'>,
  ): Promise<{ readonly userId: string; readonly readSeq: number }[]> {
    const rows = await db
      .selectFrom('thread_followers as followers')
      .innerJoin('members', (join) =>
        join
          .onRef('members.room_id', '=', 'followers.room_id')
          .onRef('members.user_id', '=', 'followers.user_id'),
      )
      .select(['followers.user_id', 'followers.read_seq', 'members.read_seq as room_read_seq'])
      .where('followers.room_id', '=', roomId)
      .where('followers.seq', '=', seq)
      .where('followers.user_id', '<>', reply.authorId)
      .where((of) =>
        of.not(
          of.exists(
            of
              .selectFrom('messages')
              .select('messages.seq')
              .where('messages.room_id', '=', roomId)
              .where('messages.thread_of', '=', seq)
              .where('messages.seq', '<', reply.seq)
              .whereRef('messages.seq', '>', 'followers.read_seq')
              .whereRef('messages.seq', '>', 'members.read_seq')
              .whereRef('messages.author_id', '<>', 'followers.user_id')
              .where('messages.deleted_at', 'is', null),
          ),
        ),
      )
      .execute();
    return rows.map((row) => ({
      userId: row.user_id,
      readSeq: Math.max(row.read_seq, row.room_read_seq),
    }));
  }

  /** Moves the marker of a follower forward. @returns whether it moved. */
  async moveMarker(
    db: Kysely<Schema>,
    userId: string,
    { roomId, seq }: ThreadPlace,
    readSeq: number,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('thread_followers')
      .set({ read_seq: readSeq })
      .where('room_id', '=', roomId)
      .where('seq', '=', seq)
      .where('user_id', '=', userId)
      .where('read_seq', '<', readSeq)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** Moves the markers of a user in all threads of a room forward to the marker of the room. */
  async moveMarkersToRoom(db: Kysely<Schema>, roomId: string, userId: string): Promise<void> {
    const { read_seq } = await db
      .selectFrom('members')
      .select('read_seq')
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    await db
      .updateTable('thread_followers')
      .set({ read_seq })
      .where('user_id', '=', userId)
      .where('room_id', '=', roomId)
      .where('read_seq', '<', read_seq)
      .execute();
  }

  /** A user follows no thread of the room any more. */
  async removeFrom(db: Kysely<Schema>, roomId: string, userId: string): Promise<void> {
    await db
      .deleteFrom('thread_followers')
      .where('user_id', '=', userId)
      .where('room_id', '=', roomId)
      .execute();
  }

  /** Threads that a user follows, by keyset. */
  async followedBy(
    db: Kysely<Schema>,
    userId: string,
    after: ThreadPlace,
    limit: number,
  ): Promise<FollowedThread[]> {
    return db
      .selectFrom('thread_followers')
      .select(['room_id as roomId', 'seq', 'read_seq as readSeq'])
      .where('user_id', '=', userId)
      .where((of) => of(of.refTuple('room_id', 'seq'), '>', of.tuple(after.roomId, after.seq)))
      .orderBy('room_id')
      .orderBy('seq')
      .limit(limit)
      .execute();
  }
}

export type FollowedThread = ThreadPlace & Pick<UnreadThread, 'readSeq'>;
