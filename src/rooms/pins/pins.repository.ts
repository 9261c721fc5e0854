import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { toMessage } from '../room/message.js';
import type { Pin } from './pin.js';

/** A message that a user has pinned. */
export interface OwnPin {
  readonly roomId: string;
  readonly messageId: string;
  readonly pinnedAt: string;
}

/** Pinned messages in SQL. Each method runs on the connection it is given. */
@Injectable()
export class PinsRepository {
  async count(db: Kysely<Schema>, roomId: string): Promise<number> {
    const query = db.selectFrom('pins').select(({ fn }) => fn.countAll<number>().as('count'));
    return (await query.where('room_id', '=', roomId).executeTakeFirstOrThrow()).count;
  }

  async isPinned(db: Kysely<Schema>, roomId: string, messageId: string): Promise<boolean> {
    const query = db.selectFrom('pins').select('message_id').where('room_id', '=', roomId);
    return (await query.where('message_id', '=', messageId).executeTakeFirst()) !== undefined;
  }

  async add(db: Kysely<Schema>, { roomId, messageId, pinnedAt }: OwnPin, userId: string) {
    await db
      .insertInto('pins')
      .values({ room_id: roomId, message_id: messageId, user_id: userId, created_at: pinnedAt })
      .execute();
  }

  /** @returns whether it was pinned. */
  async remove(db: Kysely<Schema>, roomId: string, messageId: string): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('pins')
      .where('room_id', '=', roomId)
      .where('message_id', '=', messageId)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  /** All of a room, the newest pin first. */
  async of(db: Kysely<Schema>, roomId: string): Promise<Pin[]> {
    const rows = await db
      .selectFrom('pins')
      .innerJoin('messages', 'messages.id', 'pins.message_id')
      .selectAll('messages')
      .select(['pins.user_id as pinned_by', 'pins.created_at as pinned_at'])
      .where('pins.room_id', '=', roomId)
      .orderBy('pins.created_at', 'desc')
      .orderBy('pins.message_id', 'desc')
      .execute();
    return rows.map((row) => ({
      message: toMessage(row),
      pinnedBy: row.pinned_by,
      pinnedAt: row.pinned_at,
    }));
  }

  /** What a user has pinned, by keyset of the messages. */
  async by(db: Kysely<Schema>, userId: string, after: string, limit: number): Promise<OwnPin[]> {
    return db
      .selectFrom('pins')
      .select(['room_id as roomId', 'message_id as messageId', 'created_at as pinnedAt'])
      .where('user_id', '=', userId)
      .where('message_id', '>', after)
      .orderBy('message_id')
      .limit(limit)
      .execute();
  }
}
