import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { type CompiledQuery, type Kysely, type Selectable, sql } from 'kysely';
import { type Message, toMessage } from '../room/message.js';
import type { MessageFile } from '../room/message-file.js';
import type { MessagesTable } from '../room/rooms.tables.js';
import { usersNamed } from '../../users/users-named.js';
import type { NameInText } from './mentions.js';
import { insertMentions, wordsIn } from './message-rows.js';
import type { SearchedMessage } from './searched-text.js';
import { messagesWith } from './text-search.js';
import { type SearchTerms, WORDS_VERSION } from '../../words/words.js';

/** Messages and mentions in SQL, except what posting needs. Each method runs on the connection it is given. */
@Injectable()
export class MessagesRepository {
  async update(db: Kysely<Schema>, message: Message): Promise<void> {
    await db
      .updateTable('messages')
      .set({
        text: message.text,
        mentions: JSON.stringify(message.mentions),
        mentions_all: Number(message.mentionsAll),
        reactions: JSON.stringify(message.reactions),
        files: JSON.stringify(message.files),
        ...wordsIn(message),
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
    await insertMentions(db, message);
    if (message.deletedAt === null) return;
    await db.deleteFrom('reactions').where('message_id', '=', message.id).execute();
    await db
      .deleteFrom('pins')
      .where('room_id', '=', message.roomId)
      .where('message_id', '=', message.id)
      .execute();
    await db
      .deleteFrom('saved_messages')
      .where('room_id', '=', message.roomId)
      .where('seq', '=', message.seq)
      .execute();
  }

  /** The ids of the members who have the names that a text mentions, without its author. */
  async mentionedIn(
    db: Kysely<Schema>,
    roomId: string,
    names: readonly NameInText[],
    authorId: string,
  ): Promise<string[]> {
    if (names.length === 0) return [];
    const candidates = new Set(names.flatMap(({ whole, trimmed }) => [whole, trimmed]));
    const rows = await db
      .selectFrom('members')
      .innerJoin(usersNamed(db, [...candidates]).as('named'), 'named.id', 'members.user_id')
      .select(['named.id', 'named.username'])
      .where('members.room_id', '=', roomId)
      .where('members.user_id', '<>', authorId)
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

  /** Messages of a user in all rooms, by keyset of their client ids. */
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

  /** Some of the messages that mention a user. */
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

  /** The last `limit` messages before a `seq`, in the order of the room. */
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

  /** The first `limit` messages after a `seq`, in the order of the room. */
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

  /** The `seq` of the first message at or after a time; the one after the last message if there is none. */
  async seqAt(db: Kysely<Schema>, roomId: string, time: string, lastSeq: number): Promise<number> {
    let low = 1;
    let high = lastSeq + 1;
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

  /** Finds messages in the rooms of a user, newest first. The query can be slow: see LongReads. */
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

  /** Whether some messages are indexed by an earlier version of `wordsOf`. */
  async hasOutdated(db: Kysely<Schema>): Promise<boolean> {
    return (await outdated(db).limit(1).executeTakeFirst()) !== undefined;
  }

  /** Locks some of these messages, except those that another transaction holds. */
  async takeOutdated(db: Kysely<Schema>, limit: number): Promise<OutdatedMessage[]> {
    const rows = await outdated(db).limit(limit).forUpdate().skipLocked().execute();
    return rows.map(({ number, text, words, files }) => ({
      number,
      text,
      words,
      files: JSON.parse(files) as MessageFile[],
    }));
  }

  async reindex(
    db: Kysely<Schema>,
    { number, words: before, ...message }: OutdatedMessage,
  ): Promise<void> {
    const { words, words_version } = wordsIn(message);
    await db
      .updateTable('messages')
      // Words that are the same stay, and with them what the index has of them.
      .set({ words_version, ...(words !== before && { words }) })
      .where('number', '=', number)
      .execute();
  }
}

const outdated = (db: Kysely<Schema>) =>
  db
    .selectFrom('messages')
    .select(['number', 'text', 'files', 'words'])
    .where('words_version', '<', WORDS_VERSION)
    .orderBy('words_version')
    .orderBy('number');

type OutdatedMessage = Pick<Selectable<MessagesTable>, 'number' | 'words'> & SearchedMessage;

interface MessageSearch {
  readonly terms: SearchTerms;
  readonly roomId?: string | undefined;
  /** Finds only messages with a smaller number. */
  readonly before?: number | undefined;
  readonly limit: number;
}
