import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';

/** A user who reads notifications: which ones they receive, and how many of them they have read. */
export interface Reader {
  readonly userId: string;
  /** The user receives notifications for everyone from here on. */
  readonly sinceId: string;
  /** The last notification that the user has read; empty for none. */
  readonly readId: string;
}

/** How far users have read, in SQL. */
@Injectable()
export class ReadersRepository {
  async insert(db: Kysely<Schema>, userId: string, sinceId: string): Promise<void> {
    const row = { user_id: userId, since_id: sinceId, read_id: '' };
    await db.insertInto('notification_readers').values(row).execute();
  }

  async find(db: Kysely<Schema>, userId: string): Promise<Reader> {
    const query = db.selectFrom('notification_readers').selectAll().where('user_id', '=', userId);
    const row = await query.executeTakeFirst();
    return { userId, sinceId: row?.since_id ?? '', readId: row?.read_id ?? '' };
  }

  async setRead(db: Kysely<Schema>, { userId, sinceId }: Reader, readId: string): Promise<void> {
    await db
      .insertInto('notification_readers')
      .values({ user_id: userId, since_id: sinceId, read_id: readId })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ read_id: readId }))
      .execute();
  }

  async remove(db: Kysely<Schema>, userId: string): Promise<void> {
    await db.deleteFrom('notification_readers').where('user_id', '=', userId).execute();
  }
}
