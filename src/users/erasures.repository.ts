import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Erasure } from './personal-data.js';
import type { ErasuresTable } from './users.tables.js';

export interface ErasureUnderWay {
  readonly erasure: Erasure;
  readonly step: string;
  readonly after: string;
  /** Whether all steps have run once. */
  readonly isRepeated: boolean;
}

/** Unfinished erasures in SQL. Each method runs on the connection it is given. */
@Injectable()
export class ErasuresRepository {
  async insert(db: Kysely<Schema>, erasure: Erasure, step: string): Promise<void> {
    await db
      .insertInto('erasures')
      .values({
        user_id: erasure.userId,
        username: erasure.username,
        messages: erasure.messages,
        step,
        after: '',
        again_at: null,
      })
      .execute();
  }

  /** Users whose erasure has a step to run now. */
  async userIds(db: Kysely<Schema>, limit: number): Promise<string[]> {
    const rows = await due(db).select('user_id').orderBy('user_id').limit(limit).execute();
    return rows.map(({ user_id }) => user_id);
  }

  /** The erasure of a user; `undefined` if it has no step to run now, or another process runs it. */
  async take(db: Kysely<Schema>, userId: string): Promise<ErasureUnderWay | undefined> {
    const query = due(db).selectAll().where('user_id', '=', userId).forUpdate().skipLocked();
    const row = await query.executeTakeFirst();
    return row && toErasure(row);
  }

  async continueAt(db: Kysely<Schema>, userId: string, step: string, after: string): Promise<void> {
    await db.updateTable('erasures').set({ step, after }).where('user_id', '=', userId).execute();
  }

  /** Deletes the username, and schedules all steps to be repeated. */
  async repeatAt(db: Kysely<Schema>, userId: string, step: string, time: Date): Promise<void> {
    await db
      .updateTable('erasures')
      .set({ step, after: '', username: null, again_at: time.toISOString() })
      .where('user_id', '=', userId)
      .execute();
  }

  async remove(db: Kysely<Schema>, userId: string): Promise<void> {
    await db.deleteFrom('erasures').where('user_id', '=', userId).execute();
  }
}

const due = (db: Kysely<Schema>) =>
  db
    .selectFrom('erasures')
    .where((eb) =>
      eb.or([eb('again_at', 'is', null), eb('again_at', '<=', new Date().toISOString())]),
    );

const toErasure = (row: ErasuresTable): ErasureUnderWay => ({
  erasure: { userId: row.user_id, username: row.username, messages: row.messages },
  step: row.step,
  after: row.after,
  isRepeated: row.again_at !== null,
});
