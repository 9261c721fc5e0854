import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Message } from '../room/message.js';

/** A reaction of one user. */
export interface OwnReaction {
  readonly roomId: string;
  readonly messageId: string;
  readonly emoji: string;
}

/**
 * Reactions in SQL. A message has all of its reactions in a column, so that reading messages costs no more queries. The
 * rows of the table find those of a user. Each method runs on the connection it is given.
 */
@Injectable()
export class ReactionsRepository {
  async insert(
    db: Kysely<Schema>,
    message: Message,
    row: { readonly emoji: string; readonly userId: string },
  ): Promise<void> {
    await db
      .insertInto('reactions')
      .values({ message_id: message.id, user_id: row.userId, emoji: row.emoji })
      .execute();
    await this.#write(db, message);
  }

  async remove(
    db: Kysely<Schema>,
    message: Message,
    row: { readonly emoji: string; readonly userId: string },
  ): Promise<void> {
    await db
      .deleteFrom('reactions')
      .where('message_id', '=', message.id)
      .where('user_id', '=', row.userId)
      .where('emoji', '=', row.emoji)
      .execute();
    await this.#write(db, message);
  }

  /** Some reactions of a user, by keyset of message and emoji. */
  async reactionsOf(
    db: Kysely<Schema>,
    userId: string,
    after: { readonly messageId: string; readonly emoji: string },
    limit: number,
  ): Promise<OwnReaction[]> {
    return db
      .selectFrom('reactions')
      .innerJoin('messages', 'messages.id', 'reactions.message_id')
      .select([
        'messages.room_id as roomId',
        'reactions.message_id as messageId',
        'reactions.emoji as emoji',
      ])
      .where('reactions.user_id', '=', userId)
      .where((of) =>
        of(
          of.refTuple('reactions.message_id', 'reactions.emoji'),
          '>',
          of.tuple(after.messageId, after.emoji),
        ),
      )
      .orderBy('reactions.message_id')
      .orderBy('reactions.emoji')
      .limit(limit)
      .execute();
  }

  async #write(db: Kysely<Schema>, { id, reactions }: Message): Promise<void> {
    await db
      .updateTable('messages')
      .set({ reactions: JSON.stringify(reactions) })
      .where('id', '=', id)
      .execute();
  }
}
