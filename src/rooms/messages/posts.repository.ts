import { type Schema, TransactionConflict } from '@carillon/nestjs';
import { PreparedQuery } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Insertable, Kysely, Selectable } from 'kysely';
import { type Message, toMessage } from '../room/message.js';
import type { MessagesTable } from '../room/rooms.tables.js';
import { insertMentions, wordsIn } from './message-rows.js';

const FIND_BY_CLIENT_ID = new PreparedQuery<
  Pick<MessagesTable, 'author_id' | 'client_id'>,
  Selectable<MessagesTable>
>((db, place) =>
  db
    .selectFrom('messages')
    .selectAll()
    .where('author_id', '=', place('author_id'))
    .where('client_id', '=', place('client_id')),
);

const TAKE_SEQ = new PreparedQuery<
  { room_id: string },
  { readonly last_seq: number; readonly previous_at: string | null }
>((db, place) =>
  db
    .updateTable('rooms')
    .set(({ eb }) => ({ last_seq: eb('last_seq', '+', 1) }))
    .where('id', '=', place('room_id'))
    .returning((of) => [
      'last_seq',
      of
        .selectFrom('messages')
        .select('created_at')
        .whereRef('messages.room_id', '=', 'rooms.id')
        .where('messages.seq', '=', of('rooms.last_seq', '-', 1))
        .as('previous_at'),
    ]),
);

type MessageRow = Omit<
  Insertable<MessagesTable>,
  | 'number'
  | 'reactions'
  | 'replies'
  | 'last_reply_seq'
  | 'last_reply_at'
  | 'edited_at'
  | 'deleted_at'
>;

const INSERT = new PreparedQuery<MessageRow>((db, place) =>
  db
    .insertInto('messages')
    .values({
      id: place('id'),
      room_id: place('room_id'),
      seq: place('seq'),
      author_id: place('author_id'),
      client_id: place('client_id'),
      text: place('text'),
      mentions: place('mentions'),
      mentions_all: place('mentions_all'),
      reply_to: place('reply_to'),
      files: place('files'),
      thread_of: place('thread_of'),
      words: place('words'),
      words_version: place('words_version'),
      created_at: place('created_at'),
    })
    .onConflict((conflict) => conflict.columns(['author_id', 'client_id']).doNothing()),
);

/** What posting a message needs in SQL. Each method runs on the connection it is given. */
@Injectable()
export class PostsRepository {
  async findByClientId(
    db: Kysely<Schema>,
    authorId: string,
    clientId: string,
  ): Promise<Message | undefined> {
    const found = await FIND_BY_CLIENT_ID.run(db, { author_id: authorId, client_id: clientId });
    return found.rows[0] && toMessage(found.rows[0]);
  }

  /**
   * Takes the next `seq` of a room, and locks the room until the transaction ends. Its time is never before that of the
   * previous message, even if the clock is set back: `seqAt` relies on that.
   */
  async nextPlace(
    db: Kysely<Schema>,
    roomId: string,
  ): Promise<{ readonly seq: number; readonly createdAt: string }> {
    const { rows } = await TAKE_SEQ.run(db, { room_id: roomId });
    const { last_seq: seq, previous_at: previousAt } = rows[0]!;
    const now = new Date().toISOString();
    return { seq, createdAt: previousAt !== null && previousAt > now ? previousAt : now };
  }

  /** @throws TransactionConflict the author has just posted another message with this client id in another room. */
  async insert(db: Kysely<Schema>, message: Message): Promise<void> {
    const { numAffectedRows } = await INSERT.run(db, {
      id: message.id,
      room_id: message.roomId,
      seq: message.seq,
      author_id: message.authorId,
      client_id: message.clientId,
      text: message.text,
      mentions: JSON.stringify(message.mentions),
      mentions_all: Number(message.mentionsAll),
      reply_to: message.replyTo,
      files: JSON.stringify(message.files),
      thread_of: message.threadOf,
      ...wordsIn(message),
      created_at: message.createdAt,
    });
    if (numAffectedRows === 0n)
      throw new TransactionConflict('The same message was posted through another process.');
    await insertMentions(db, message);
  }
}
