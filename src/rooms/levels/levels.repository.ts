import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { defaultLevel, type LevelOfMember } from '../room/notification-level.js';

/** Notification levels in SQL. Each method runs on the connection it is given. */
@Injectable()
export class LevelsRepository {
  /** What a member has chosen, or the default; `undefined` if the user is no member. */
  async levelOf(
    db: Kysely<Schema>,
    roomId: string,
    userId: string,
  ): Promise<LevelOfMember | undefined> {
    const row = await db
      .selectFrom('members')
      .innerJoin('rooms', 'rooms.id', 'members.room_id')
      .leftJoin('notification_levels as chosen', (join) =>
        join
          .onRef('chosen.room_id', '=', 'members.room_id')
          .onRef('chosen.user_id', '=', 'members.user_id'),
      )
      .select(['rooms.kind', 'chosen.level', 'chosen.muted_until'])
      .where('members.room_id', '=', roomId)
      .where('members.user_id', '=', userId)
      .executeTakeFirst();
    return row && { level: row.level ?? defaultLevel(row.kind), mutedUntil: row.muted_until };
  }

  async set(
    db: Kysely<Schema>,
    roomId: string,
    userId: string,
    { level, mutedUntil }: LevelOfMember,
  ): Promise<void> {
    const values = { level, muted_until: mutedUntil };
    await db
      .insertInto('notification_levels')
      .values({ room_id: roomId, user_id: userId, ...values })
      .onConflict((conflict) => conflict.columns(['room_id', 'user_id']).doUpdateSet(values))
      .execute();
  }

  async removeAllOf(db: Kysely<Schema>, userId: string): Promise<void> {
    await db.deleteFrom('notification_levels').where('user_id', '=', userId).execute();
  }
}
