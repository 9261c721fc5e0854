import { isPostgres, type Schema } from '@carillon/nestjs';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { SearchTerms } from '../../words/words.js';

/**
 * The numbers of the messages that contain all terms, in the rooms of a user or in one of them. The index has each word
 * together with its room, so a search reads nothing of other rooms: their messages affect neither its cost nor its
 * duration.
 */
export function messagesWith(
  db: Kysely<Schema>,
  terms: SearchTerms,
  { userId, roomId }: { readonly userId: string; readonly roomId?: string | undefined },
): RawBuilder<{ number: number }> {
  const inRoom = roomId === undefined ? sql`` : sql`and members.room_id = ${roomId}`;
  const mine = sql`members.user_id = ${userId} ${inRoom}`;
  const pattern = patternFor(db, terms);
  // `offset 0`: room by room, whatever the planner estimates. It would read all messages where it takes them for few.
  if (isPostgres(db))
    return sql`
      select found.number from members cross join lateral (
        select messages.number from messages
        where messages.room_id = members.room_id
          and messages.words_index @@ replace(${pattern}, '#', members.room_id)::tsquery
        offset 0
      ) as found
      where ${mine}`;
  return sql`
    select messages_words.rowid as number from members
    cross join messages_words on messages_words match replace(${pattern}, '#', members.room_id)
    where ${mine} and in_time(messages_words.rowid)`;
}

/** The query for the index, with `#` for the id of the room. */
function patternFor(db: Kysely<Schema>, { words, prefixes }: SearchTerms): string {
  const [quote, and, begins] = isPostgres(db) ? ["'", ' & ', ':*'] : ['"', ' AND ', '*'];
  const quoted = (word: string): string => `${quote}#:${word}${quote}`;
  return [...words.map(quoted), ...prefixes.map((prefix) => quoted(prefix) + begins)].join(and);
}
