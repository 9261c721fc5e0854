import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { type Keyset, type Page, pageOf } from '../../http/paging.js';
import { type Message, toMessage } from '../room/message.js';
import type { RepliesQuery } from './thread-bodies.js';
import type { ThreadPlace } from './unread-thread.js';

/** Threads in SQL, except their followers. Each method runs on the connection it is given. */
@Injectable()
export class ThreadsRepository {
  /** The first message of the thread to which a reply belongs; `undefined` if it replies to no message. */
  async rootOf(db: Kysely<Schema>, roomId: string, replyTo: number): Promise<number | undefined> {
    const row = await db
      .selectFrom('messages')
      .select('thread_of')
      .where('room_id', '=', roomId)
      .where('seq', '=', replyTo)
      .executeTakeFirst();
    return row && (row.thread_of ?? replyTo);
  }

  /** Whether a message begins a thread, or would with its first reply. Replies belong to the thread of another message. */
  async exists(db: Kysely<Schema>, { roomId, seq }: ThreadPlace): Promise<boolean> {
    const row = await db
      .selectFrom('messages')
      .select('seq')
      .where('room_id', '=', roomId)
      .where('seq', '=', seq)
      .where('thread_of', 'is', null)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Counts a reply. @returns the users whom the first message makes followers. */
  async addReply(
    db: Kysely<Schema>,
    { roomId, seq }: ThreadPlace,
    reply: Message,
  ): Promise<string[]> {
    const root = await db
      .updateTable('messages')
      .set((of) => ({
        replies: of('replies', '+', 1),
        last_reply_seq: reply.seq,
        last_reply_at: reply.createdAt,
      }))
      .where('room_id', '=', roomId)
      .where('seq', '=', seq)
      .returning(['author_id', 'mentions'])
      .executeTakeFirstOrThrow();
    return [root.author_id, ...(JSON.parse(root.mentions) as string[])];
  }

  async removeReply(db: Kysely<Schema>, { roomId, seq }: ThreadPlace): Promise<void> {
    await db
      .updateTable('messages')
      .set((of) => ({ replies: of('replies', '-', 1) }))
      .where('room_id', '=', roomId)
      .where('seq', '=', seq)
      .execute();
  }

  /** The first messages of the threads of a room, the last reply first. */
  async page(
    db: Kysely<Schema>,
    roomId: string,
    { afterKey, limit }: Pick<Keyset, 'afterKey' | 'limit'>,
  ): Promise<Page<Message>> {
    const rows = await db
      .selectFrom('messages')
      .selectAll()
      .where('room_id', '=', roomId)
      .where('last_reply_seq', 'is not', null)
      .where('replies', '>', 0)
      .$if(afterKey !== undefined, (query) => query.where('last_reply_seq', '<', Number(afterKey)))
      .orderBy('last_reply_seq', 'desc')
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ last_reply_seq }) => String(last_reply_seq), toMessage);
  }

  /** Replies in the order of the room, with one more than asked for if there are more. */
  async replies(
    db: Kysely<Schema>,
    { roomId, seq }: ThreadPlace,
    { before, after, limit }: RepliesQuery,
  ): Promise<Message[]> {
    const rows = await db
      .selectFrom('messages')
      .selectAll()
      .where('room_id', '=', roomId)
      .where('thread_of', '=', seq)
      .$if(before !== undefined, (query) => query.where('seq', '<', before!))
      .$if(after !== undefined, (query) => query.where('seq', '>', after!))
      .orderBy('seq', after === undefined ? 'desc' : 'asc')
      .limit(limit + 1)
      .execute();
    return rows.map(toMessage);
  }
}
