import { Injectable } from '@nestjs/common';
import { type CompiledQuery, type Kysely, type Selectable, sql } from 'kysely';
import { TransactionConflict } from '../database/errors.js';
import type { MessagesTable, Schema } from '../database/schema.js';
import { messagesWith, type SearchTerms } from '../database/text-search.js';
import type { Message } from './message.js';
import { usernamesIn } from './mentions.js';
import { WORDS_VERSION, wordsOf } from './words.js';

/** Messages and whom they mention, in SQL. Each method runs on the connection it is given. */
@Injectable()
export class MessagesRepository {
  /**
   * Takes the next place in a room, whose row it holds until the transaction ends. Its time is never before that of the
   * place before, whatever becomes of the clock: `seqAt` relies on it.
   */
  async nextPlace(
    db: Kysely<Schema>,
    roomId: string,
  ): Promise<{ readonly seq: number; readonly createdAt: string }> {
    const { last_seq: seq } = await db
      .updateTable('rooms')
      .set(({ eb }) => ({ last_seq: eb('last_seq', '+', 1) }))
      .where('id', '=', roomId)
      .returning('last_seq')
      .executeTakeFirstOrThrow();
    const previous = await db
      .selectFrom('messages')
      .select('created_at')
      .where('room_id', '=', roomId)
      .where('seq', '=', seq - 1)
      .executeTakeFirst();
    const now = new Date().toISOString();
    return { seq, createdAt: previous && previous.created_at > now ? previous.created_at : now };
  }

  /** @throws TransactionConflict its author has posted one with its client id meanwhile, in another room. */
  async insert(db: Kysely<Schema>, message: Message): Promise<void> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('messages')
      .values({
        id: message.id,
        room_id: message.roomId,
        seq: message.seq,
        author_id: message.authorId,
        client_id: message.clientId,
        text: message.text,
        mentions: JSON.stringify(message.mentions),
        ...wordsIn(message.text),
        created_at: message.createdAt,
        edited_at: message.editedAt,
        deleted_at: message.deletedAt,
      })
      .onConflict((conflict) => conflict.columns(['author_id', 'client_id']).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n)
      throw new TransactionConflict('The same message was posted by way of another process.');
    await this.#insertMentions(db, message);
  }

  async update(db: Kysely<Schema>, message: Message): Promise<void> {
    await db
      .updateTable('messages')
      .set({
        text: message.text,
        mentions: JSON.stringify(message.mentions),
        ...wordsIn(message.text),
        edited_at: message.editedAt,
        deleted_at: message.deletedAt,
      })
      .where('id', '=', message.id)
      .execute();
    await db
      .deleteFrom('mentions')
      .where('room_id', '=', message.roomId)
      .where('seq', '=', message.seq)
      .execute();
    await this.#insertMentions(db, message);
  }

  /** The ids of the members of a room whom a text names as `@username`, without its author. */
  async mentionedIn(
    db: Kysely<Schema>,
    roomId: string,
    text: string,
    authorId: string,
  ): Promise<string[]> {
    const names = usernamesIn(text);
    if (names.length === 0) return [];
    const candidates = new Set(names.flatMap(({ whole, trimmed }) => [whole, trimmed]));
    const rows = await db
      .selectFrom('members')
      .innerJoin('users', 'users.id', 'members.user_id')
      .select(['users.id', 'users.username'])
      .where('members.room_id', '=', roomId)
      .where('users.id', '<>', authorId)
      .where('users.username', 'in', [...candidates])
      .execute();
    const ids = new Map(rows.map(({ id, username }) => [username, id]));
    const mentioned = names.map(({ whole, trimmed }) => ids.get(whole) ?? ids.get(trimmed));
    return [...new Set(mentioned)].filter((id) => id !== undefined);
  }

  async find(db: Kysely<Schema>, roomId: string, id: string): Promise<Message | undefined> {
    const query = db.selectFrom('messages').selectAll().where('id', '=', id);
    const row = await query.where('room_id', '=', roomId).executeTakeFirst();
    return row && toMessage(row);
  }

  /** Messages of a person, whichever room they are in, by keyset of their client ids. */
  async writtenBy(
    db: Kysely<Schema>,
    authorId: string,
    afterClientId: string,
    limit: number,
  ): Promise<Message[]> {
    const rows = await db
      .selectFrom('messages')
      .selectAll()
      .where('author_id', '=', authorId)
      .where('client_id', '>', afterClientId)
      .orderBy('client_id')
      .limit(limit)
      .execute();
    return rows.map(toMessage);
  }

  /** Some of the messages that mention a person. */
  async mentioning(db: Kysely<Schema>, userId: string, limit: number): Promise<Message[]> {
    const rows = await db
      .selectFrom('mentions')
      .innerJoin('messages', (join) =>
        join
          .onRef('messages.room_id', '=', 'mentions.room_id')
          .onRef('messages.seq', '=', 'mentions.seq'),
      )
      .selectAll('messages')
      .where('mentions.user_id', '=', userId)
      .limit(limit)
      .execute();
    return rows.map(toMessage);
  }

  async findByClientId(
    db: Kysely<Schema>,
    authorId: string,
    clientId: string,
  ): Promise<Message | undefined> {
    const row = await db
      .selectFrom('messages')
      .selectAll()
      .where('author_id', '=', authorId)
      .where('client_id', '=', clientId)
      .executeTakeFirst();
    return row && toMessage(row);
  }

  /** Those before a place, the nearest `limit` of them, in the order of the room. */
  async before(db: Kysely<Schema>, roomId: string, seq: number, limit: number): Promise<Message[]> {
    const rows = await db
      .selectFrom('messages')
      .selectAll()
      .where('room_id', '=', roomId)
      .where('seq', '<', seq)
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toMessage).toReversed();
  }

  /** Those after a place, the nearest `limit` of them, in the order of the room. */
  async after(db: Kysely<Schema>, roomId: string, seq: number, limit: number): Promise<Message[]> {
    const rows = await db
      .selectFrom('messages')
      .selectAll()
      .where('room_id', '=', roomId)
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map(toMessage);
  }

  /** The place of the first message at or after a time; behind the last one where there is none. */
  async seqAt(db: Kysely<Schema>, roomId: string, time: string): Promise<number> {
    let low = 1;
    let high = (await this.lastSeq(db, roomId)) + 1;
    // Times never decrease along the places, which have no gaps, so no index is needed.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { created_at } = await db
        .selectFrom('messages')
        .select('created_at')
        .where('room_id', '=', roomId)
        .where('seq', '=', middle)
        .executeTakeFirstOrThrow();
      if (created_at < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async lastSeq(db: Kysely<Schema>, roomId: string): Promise<number> {
    const query = db.selectFrom('rooms').select('last_seq').where('id', '=', roomId);
    return (await query.executeTakeFirstOrThrow()).last_seq;
  }

  /** Finds messages in a person's own rooms, the newest first. It may take long: see LongReads. */
  search(
    db: Kysely<Schema>,
    userId: string,
    { terms, roomId, before, limit }: MessageSearch,
  ): CompiledQuery<Selectable<MessagesTable>> {
    return (
      db
        // Materialized: what the index of words does not have is not looked at, whatever the planner thinks of it.
        .with(
          (found) => found('found').materialized(),
          () => sql<{ number: number }>`(${messagesWith(db, terms, { userId, roomId })})`,
        )
        .selectFrom('messages')
        .innerJoin('found', 'found.number', 'messages.number')
        .selectAll('messages')
        .where('messages.deleted_at', 'is', null)
        .$if(before !== undefined, (query) => query.where('messages.number', '<', before!))
        .orderBy('messages.number', 'desc')
        .limit(limit)
        .compile()
    );
  }

  /** Whether there are messages whose words are of an earlier definition. */
  async hasOutdated(db: Kysely<Schema>): Promise<boolean> {
    return (await outdated(db).limit(1).executeTakeFirst()) !== undefined;
  }

  /** Takes such messages that no other transaction holds. */
  async takeOutdated(db: Kysely<Schema>, limit: number): Promise<OutdatedMessage[]> {
    return outdated(db).limit(limit).forUpdate().skipLocked().execute();
  }

  async reindex(
    db: Kysely<Schema>,
    { number, text, words: before }: OutdatedMessage,
  ): Promise<void> {
    const { words, words_version } = wordsIn(text);
    await db
      .updateTable('messages')
      // Words that are the same stay, and with them what the index has of them.
      .set({ words_version, ...(words !== before && { words }) })
      .where('number', '=', number)
      .execute();
  }

  async #insertMentions(db: Kysely<Schema>, { roomId, seq, mentions }: Message): Promise<void> {
    if (mentions.length === 0) return;
    const rows = mentions.map((userId) => ({ room_id: roomId, user_id: userId, seq }));
    await db.insertInto('mentions').values(rows).execute();
  }
}

/** What a message needs to be found; nothing once it is deleted. */
const wordsIn = (text: string | null) => ({
  words: wordsOf(text ?? '').join(' '),
  words_version: WORDS_VERSION,
});

const outdated = (db: Kysely<Schema>) =>
  db
    .selectFrom('messages')
    .select(['number', 'text', 'words'])
    .where('words_version', '<', WORDS_VERSION)
    .orderBy('words_version')
    .orderBy('number');

type OutdatedMessage = Pick<Selectable<MessagesTable>, 'number' | 'text' | 'words'>;

interface MessageSearch {
  readonly terms: SearchTerms;
  readonly roomId?: string | undefined;
  /** The number of a message that is newer than all that are looked for. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export const toMessage = (row: Selectable<MessagesTable>): Message => ({
  id: row.id,
  roomId: row.room_id,
  seq: row.seq,
  authorId: row.author_id,
  clientId: row.client_id,
  text: row.text,
  mentions: JSON.parse(row.mentions) as string[],
  createdAt: row.created_at,
  editedAt: row.edited_at,
  deletedAt: row.deleted_at,
});
