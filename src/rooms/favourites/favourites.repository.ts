import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';

/** Favourite rooms in SQL. Each method runs on the connection it is given. */
@Injectable()
export class FavouritesRepository {
  /** @returns whether the room was not a favourite before. */
  async add(db: Kysely<Schema>, roomId: string, userId: string): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('favourites')
      .values({ room_id: roomId, user_id: userId })
      .onConflict((conflict) => conflict.columns(['room_id', 'user_id']).doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** @returns whether the room was a favourite. */
  async remove(db: Kysely<Schema>, roomId: string, userId: string): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('favourites')
      .where('room_id', '=', roomId)
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  async removeAllOf(db: Kysely<Schema>, userId: string): Promise<void> {
    await db.deleteFrom('favourites').where('user_id', '=', userId).execute();
  }
}
