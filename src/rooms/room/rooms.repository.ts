import type { Schema } from '@carillon/nestjs';
import { PreparedQuery } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import { type Keyset, type Page, pageOf } from '../../http/paging.js';
import type { Room } from './room.js';
import type { RoomsTable } from './rooms.tables.js';

const FIND = new PreparedQuery<{ id: string }, Selectable<RoomsTable>>((db, place) =>
  db.selectFrom('rooms').selectAll().where('id', '=', place('id')),
);

const LOCK = new PreparedQuery<{ id: string }, Selectable<RoomsTable>>((db, place) =>
  db.selectFrom('rooms').selectAll().where('id', '=', place('id')).forUpdate(),
);

/** Rooms in SQL. Each method runs on the connection it is given. */
@Injectable()
export class RoomsRepository {
  async insert(db: Kysely<Schema>, room: Room): Promise<void> {
    await db.insertInto('rooms').values(toRow(room, null)).execute();
  }

  /** @returns whether it was stored: not if the two users have a conversation already. */
  async insertDirect(db: Kysely<Schema>, room: Room, directKey: string): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('rooms')
      .values(toRow(room, directKey))
      .onConflict((conflict) => conflict.column('direct_key').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async update(db: Kysely<Schema>, room: Room): Promise<void> {
    await db
      .updateTable('rooms')
      .set({
        name: room.name,
        topic: room.topic,
        archived_at: room.archivedAt,
        updated_at: room.updatedAt,
      })
      .where('id', '=', room.id)
      .execute();
  }

  async find(db: Kysely<Schema>, id: string): Promise<Room | undefined> {
    const { rows } = await FIND.run(db, { id });
    return rows[0] && toRoom(rows[0]);
  }

  /** The room, locked: nobody else changes anything in it until the transaction ends. */
  async lock(db: Kysely<Schema>, id: string): Promise<Room | undefined> {
    const { rows } = await LOCK.run(db, { id });
    return rows[0] && toRoom(rows[0]);
  }

  async findDirect(db: Kysely<Schema>, directKey: string): Promise<Room | undefined> {
    const query = db.selectFrom('rooms').selectAll().where('direct_key', '=', directKey);
    const row = await query.executeTakeFirst();
    return row && toRoom(row);
  }

  /** The `seq` of the last message of a room; 0 if there is none. */
  async lastSeq(db: Kysely<Schema>, roomId: string): Promise<number> {
    const query = db.selectFrom('rooms').select('last_seq').where('id', '=', roomId);
    return (await query.executeTakeFirstOrThrow()).last_seq;
  }

  /** One page of the public rooms by keyset, and whether more follows. */
  async publicPage(db: Kysely<Schema>, { afterKey, limit, order }: Keyset): Promise<Page<Room>> {
    const rows = await db
      .selectFrom('rooms')
      .selectAll()
      .where('kind', '=', 'public')
      .$if(afterKey !== undefined, (query) =>
        query.where('id', order === 'asc' ? '>' : '<', afterKey!),
      )
      .orderBy('id', order)
      .limit(limit + 1)
      .execute();
    return pageOf(rows, limit, ({ id }) => id, toRoom);
  }
}

export const toRoom = (row: Selectable<RoomsTable>): Room => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  topic: row.topic,
  archivedAt: row.archived_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const toRow = (room: Room, directKey: string | null): RoomsTable => ({
  id: room.id,
  kind: room.kind,
  name: room.name,
  topic: room.topic,
  direct_key: directKey,
  last_seq: 0,
  archived_at: room.archivedAt,
  created_at: room.createdAt,
  updated_at: room.updatedAt,
});
