import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { type Keyset, keySyntax, type Page, pageOf } from '../../http/paging.js';
import { type Message, toMessage } from '../room/message.js';
import type { SavedMessage } from './saved-message.js';

type Place = Pick<Message, 'roomId' | 'seq'>;

/** Saved messages in SQL. Each method runs on the connection it is given. */
@Injectable()
export class SavedRepository {
  async count(db: Kysely<Schema>, userId: string): Promise<number> {
    const { count } = await db
      .selectFrom('saved_messages')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return count;
  }

  async isSaved(db: Kysely<Schema>, userId: string, { roomId, seq }: Place): Promise<boolean> {
    const row = await db
      .selectFrom('saved_messages')
      .select('seq')
      .where('user_id', '=', userId)
      .where('room_id', '=', roomId)
      .where('seq', '=', seq)
      .executeTakeFirst();
    return row !== undefined;
  }

  async add(
    db: Kysely<Schema>,
    userId: string,
    { roomId, seq }: Place,
    savedAt: string,
  ): Promise<void> {
    await db
      .insertInto('saved_messages')
      .values({ user_id: userId, room_id: roomId, seq, saved_at: savedAt })
      .execute();
  }

  async remove(db: Kysely<Schema>, userId: string, { roomId, seq }: Place): Promise<void> {
    await db
      .deleteFrom('saved_messages')
      .where('user_id', '=', userId)
      .where('room_id', '=', roomId)
      .where('seq', '=', seq)
      .execute();
  }

  async removeAllOf(db: Kysely<Schema>, userId: string): Promise<void> {
    await db.deleteFrom('saved_messages').where('user_id', '=', userId).execute();
  }

  /** One page of the messages that a user has saved, the last one first. */
  async page(
    db: Kysely<Schema>,
    userId: string,
    { afterKey, limit }: Pick<Keyset, 'afterKey' | 'limit'>,
  ): Promise<Page<SavedMessage>> {
    const rows = await db
      .selectFrom('saved_messages as saved')
      .innerJoin('messages', (join) =>
        join
          .onRef('messages.room_id', '=', 'saved.room_id')
          .onRef('messages.seq', '=', 'saved.seq'),
      )
      .selectAll('messages')
      .select('saved.saved_at')
      .where('saved.user_id', '=', userId)
      .$if(afterKey !== undefined, (query) =>
        query.where((of) =>
          of(
            of.refTuple('saved.saved_at', 'saved.room_id', 'saved.seq'),
            '<',
            of.tuple(...placeFrom(afterKey!)),
          ),
        ),
      )
      .orderBy('saved.saved_at', 'desc')
      .orderBy('saved.room_id', 'desc')
      .orderBy('saved.seq', 'desc')
      .limit(limit + 1)
      .execute();
    const toSaved = (row: (typeof rows)[number]) => ({
      message: toMessage(row),
      savedAt: row.saved_at,
    });
    return pageOf(rows, limit, keyOf, toSaved);
  }
}

/** When it was saved in milliseconds since 1970, the id of the room, and the `seq` of the message. */
export const SAVED_KEYS = keySyntax('number', 'id', 'number');

interface SavedRow {
  readonly saved_at: string;
  readonly room_id: string;
  readonly seq: number;
}

const keyOf = ({ saved_at, room_id, seq }: SavedRow): string =>
  `${Date.parse(saved_at)}.${room_id}.${seq}`;

function placeFrom(key: string): [savedAt: string, roomId: string, seq: number] {
  const [time, roomId = '', seq] = key.split('.');
  return [new Date(Number(time)).toISOString(), roomId, Number(seq)];
}
