import type { Schema } from '@carillon/nestjs';
import type { Kysely } from 'kysely';
import type { Message } from '../room/message.js';
import { type SearchedMessage, searchedText } from './searched-text.js';
import { WORDS_VERSION, wordsOf } from '../../words/words.js';

/** The words by which a message is found; none once it is deleted. */
export const wordsIn = (message: SearchedMessage) => ({
  words: wordsOf(searchedText(message)).join(' '),
  words_version: WORDS_VERSION,
});

export async function insertMentions(
  db: Kysely<Schema>,
  { roomId, seq, mentions, mentionsAll }: Message,
): Promise<void> {
  if (mentions.length === 0) return;
  const rows = mentions.map((userId) => ({
    room_id: roomId,
    user_id: userId,
    seq,
    with_all: Number(mentionsAll),
  }));
  await db.insertInto('mentions').values(rows).execute();
}
