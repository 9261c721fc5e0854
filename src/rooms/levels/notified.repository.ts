import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { type Message, toMessage } from '../room/message.js';
import type { NotifiedMessage } from './notified-message.js';

/** Whom messages may notify, and with what, in SQL. Each method runs on the connection it is given. */
@Injectable()
export class NotifiedRepository {
  /** The members of a direct conversation. */
  async membersOfDirect(db: Kysely<Schema>, roomId: string): Promise<string[]> {
    const rows = await db
      .selectFrom('rooms')
      .innerJoin('members', 'members.room_id', 'rooms.id')
      .select('members.user_id')
      .where('rooms.id', '=', roomId)
      .where('rooms.direct_key', 'is not', null)
      .execute();
    return rows.map(({ user_id }) => user_id);
  }

  /** The members of a room who chose that every message notifies them. */
  async membersWithAll(db: Kysely<Schema>, roomId: string): Promise<string[]> {
    const rows = await db
      .selectFrom('notification_levels')
      .select('user_id')
      .where('room_id', '=', roomId)
      .where('level', '=', 'all')
      .execute();
    return rows.map(({ user_id }) => user_id);
  }

  /** The members who follow the thread of a message. */
  async followersOf(
    db: Kysely<Schema>,
    { roomId, threadOf }: Pick<Message, 'roomId' | 'threadOf'>,
  ): Promise<string[]> {
    if (threadOf === null) return [];
    const rows = await db
      .selectFrom('thread_followers')
      .select('user_id')
      .where('room_id', '=', roomId)
      .where('seq', '=', threadOf)
      .execute();
    return rows.map(({ user_id }) => user_id);
  }

  /** Whether a member follows the thread of a message. */
  async follows(
    db: Kysely<Schema>,
    userId: string,
    { roomId, threadOf }: Pick<Message, 'roomId' | 'threadOf'>,
  ): Promise<boolean> {
    if (threadOf === null) return false;
    const row = await db
      .selectFrom('thread_followers')
      .select('user_id')
      .where('room_id', '=', roomId)
      .where('seq', '=', threadOf)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** A message that a member has not read; `undefined` if there is none, or the user is no member. */
  async unread(
    db: Kysely<Schema>,
    userId: string,
    roomId: string,
    messageId: string,
  ): Promise<NotifiedMessage | undefined> {
    const row = await db
      .selectFrom('messages')
      .innerJoin('members', 'members.room_id', 'messages.room_id')
      .innerJoin('rooms', 'rooms.id', 'messages.room_id')
      .leftJoin('thread_followers as followers', (join) =>
        join
          .onRef('followers.room_id', '=', 'messages.room_id')
          .onRef('followers.seq', '=', 'messages.thread_of')
          .onRef('followers.user_id', '=', 'members.user_id'),
      )
      .selectAll('messages')
      .select(['rooms.kind', 'rooms.name'])
      .where('messages.id', '=', messageId)
      .where('messages.room_id', '=', roomId)
      .where('messages.deleted_at', 'is', null)
      .where('members.user_id', '=', userId)
      .whereRef('members.read_seq', '<', 'messages.seq')
      // In a thread, users read replies without the messages around them.
      .where((of) =>
        of.or([
          of('followers.read_seq', 'is', null),
          of('followers.read_seq', '<', of.ref('messages.seq')),
        ]),
      )
      .executeTakeFirst();
    return row && { message: toMessage(row), room: { kind: row.kind, name: row.name } };
  }
}
