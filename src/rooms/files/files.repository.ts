import { type Schema, TransactionConflict } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Insertable, Kysely, Selectable } from 'kysely';
import type { MessageFile } from '../room/message-file.js';
import type { FilesTable } from '../room/rooms.tables.js';

export type FileRow = Selectable<FilesTable>;

/** The rows of files in SQL. Each method runs on the connection it is given. */
@Injectable()
export class FilesRepository {
  /** @throws TransactionConflict another process has just inserted a file with this id. */
  async insert(db: Kysely<Schema>, row: Insertable<FilesTable>): Promise<void> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('files')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n)
      throw new TransactionConflict('A file with this id was uploaded through another process.');
  }

  async find(db: Kysely<Schema>, id: string): Promise<FileRow | undefined> {
    return db.selectFrom('files').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** Like `find`, and locks the row. */
  async lock(db: Kysely<Schema>, id: string): Promise<FileRow | undefined> {
    return db.selectFrom('files').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  }

  /** The files of a user that are not removed, except one. */
  async usageOf(
    db: Kysely<Schema>,
    ownerId: string,
    except: string,
  ): Promise<{ readonly count: number; readonly bytes: number }> {
    const row = await db
      .selectFrom('files')
      .select((of) => [
        of.fn.countAll().as('count'),
        of.fn.coalesce(of.fn.sum<string | number>('size'), of.lit(0)).as('bytes'),
      ])
      .where('owner_id', '=', ownerId)
      .where('state', '<>', 'removed')
      .where('id', '<>', except)
      .executeTakeFirstOrThrow();
    return { count: Number(row.count), bytes: Number(row.bytes) };
  }

  /** @returns whether the file was still being stored. */
  async markStored(db: Kysely<Schema>, key: string): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('files')
      .set({ state: 'stored' })
      .where('key', '=', key)
      .where('state', '=', 'storing')
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Gives the id of a file that is to be removed free. */
  async abandon(db: Kysely<Schema>, { key }: FileRow): Promise<void> {
    await db
      .updateTable('files')
      .set({ id: key, state: 'removed' })
      .where('key', '=', key)
      .execute();
  }

  /** Those of these files that the user has uploaded to the room, and not posted. */
  async unposted(
    db: Kysely<Schema>,
    ids: readonly string[],
    { roomId, ownerId }: { readonly roomId: string; readonly ownerId: string },
  ): Promise<MessageFile[]> {
    const rows = await db
      .selectFrom('files')
      .selectAll()
      .where('id', 'in', ids)
      .where('room_id', '=', roomId)
      .where('owner_id', '=', ownerId)
      .where('state', '=', 'stored')
      .where('message_id', 'is', null)
      .forUpdate()
      .execute();
    const files = new Map(rows.map((row) => [row.id, toMessageFile(row)]));
    return ids.map((id) => files.get(id)).filter((file) => file !== undefined);
  }

  async post(db: Kysely<Schema>, ids: readonly string[], messageId: string): Promise<void> {
    await db.updateTable('files').set({ message_id: messageId }).where('id', 'in', ids).execute();
  }

  async removeOfMessage(db: Kysely<Schema>, messageId: string): Promise<void> {
    await db
      .updateTable('files')
      .set({ state: 'removed', message_id: null })
      .where('message_id', '=', messageId)
      .execute();
  }

  /** Files that a user has not posted. */
  async removeUnpostedOf(db: Kysely<Schema>, ownerId: string): Promise<void> {
    await db
      .updateTable('files')
      .set({ state: 'removed' })
      .where('owner_id', '=', ownerId)
      .where('message_id', 'is', null)
      .execute();
  }

  /** Files that are in a state since before a time, and belong to no message. */
  async removeOlder(db: Kysely<Schema>, state: FileRow['state'], before: string): Promise<void> {
    await db
      .updateTable('files')
      .set({ state: 'removed' })
      .where('message_id', 'is', null)
      .where('state', '=', state)
      .where('created_at', '<', before)
      .execute();
  }

  async hasOlder(db: Kysely<Schema>, state: FileRow['state'], before: string): Promise<boolean> {
    const row = await db
      .selectFrom('files')
      .select('id')
      .where('message_id', 'is', null)
      .where('state', '=', state)
      .where('created_at', '<', before)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Files whose content is to be removed now, by their keys, after one of them. */
  async removed(db: Kysely<Schema>, now: string, after: string, limit: number): Promise<FileRow[]> {
    return db
      .selectFrom('files')
      .selectAll()
      .where('message_id', 'is', null)
      .where('state', '=', 'removed')
      .where('remove_at', '<=', now)
      .where('key', '>', after)
      .orderBy('key')
      .limit(limit)
      .execute();
  }

  /** Counts a failure to remove the content, unless another process has just counted it. */
  async countFailure(
    db: Kysely<Schema>,
    { key, failures }: FileRow,
    remove_at: string,
  ): Promise<void> {
    await db
      .updateTable('files')
      .set({ failures: failures + 1, remove_at })
      .where('key', '=', key)
      .where('failures', '=', failures)
      .execute();
  }

  async delete(db: Kysely<Schema>, keys: readonly string[]): Promise<void> {
    await db.deleteFrom('files').where('key', 'in', keys).execute();
  }

  /** Files of a user, by keyset of their ids. */
  async filesOf(
    db: Kysely<Schema>,
    ownerId: string,
    after: string,
    limit: number,
  ): Promise<FileRow[]> {
    return db
      .selectFrom('files')
      .selectAll()
      .where('owner_id', '=', ownerId)
      .where('state', '<>', 'removed')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
  }
}

export const toMessageFile = (row: FileRow): MessageFile => ({
  id: row.id,
  name: row.name,
  type: row.type,
  size: row.size,
  width: row.width,
  height: row.height,
});
