import { type Kysely, type RawBuilder, sql } from 'kysely';
import { isPostgres } from './dialect.js';
import type { Schema } from './schema.js';

/** Unicode code points of a word that are indexed and looked for. PostgreSQL takes 2 KiB, with the id of the room. */
const LONGEST_WORD = 64;
/** Scripts whose words are as short as one character, and written without spaces between them. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}]/u;

/** What a message must have to be found. */
export interface SearchTerms {
  readonly words: readonly string[];
  /** The beginning of one more word; two characters or more. */
  readonly prefix?: string | undefined;
}

/**
 * The words of a text as they are indexed: runs of letters and digits in lower case, the same on both engines and
 * whatever the database's locale is. No word has a space, a quote, a backslash or a `#`.
 */
export const wordsOf = (text: string): string[] =>
  (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  ).map((word) => [...word].slice(0, LONGEST_WORD).join(''));

/**
 * What a query asks for: all its words, the last of them as a prefix unless it is a single character.
 *
 * @returns `undefined` where it is too short: it has no word, or a single letter of an alphabet and nothing else. Almost
 *   every message has that, and whoever types it means the beginning of a word.
 */
export function termsOf(query: string): SearchTerms | undefined {
  const words = wordsOf(query);
  const last = words.at(-1);
  if (last === undefined) return undefined;
  if ([...last].length > 1) return { words: words.slice(0, -1), prefix: last };
  return words.length > 1 || UNSPACED.test(last) ? { words } : undefined;
}

/**
 * The numbers of the messages that have all these terms, in the rooms of a person or in one of them.
 *
 * The index has each word together with its room, so a search reads what stands in these rooms and nothing else: what
 * others say costs it nothing, and its duration tells nothing of that.
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

/** What the index is asked for, with `#` for the id of the room. */
function patternFor(db: Kysely<Schema>, { words, prefix }: SearchTerms): string {
  const [quote, and, begins] = isPostgres(db) ? ["'", ' & ', ':*'] : ['"', ' AND ', '*'];
  const quoted = (word: string): string => `${quote}#:${word}${quote}`;
  return [...words.map(quoted), ...(prefix ? [quoted(prefix) + begins] : [])].join(and);
}
