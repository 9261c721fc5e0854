import { type Kysely, type RawBuilder, sql } from 'kysely';
import { isPostgres } from './dialect.js';
import type { Schema } from './schema.js';

/**
 * The words of a text as they are indexed: runs of letters and digits in lower case, the same on both engines and
 * whatever the database's locale is.
 */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

/** That a message has all these words, the last of them as a beginning. At least one must be there. */
export function hasWords(db: Kysely<Schema>, words: readonly string[]): RawBuilder<boolean> {
  if (isPostgres(db))
    return sql<boolean>`messages.words_index @@ to_tsquery('simple', ${`${words.join(' & ')}:*`})`;
  const query = `${words.map((word) => `"${word}"`).join(' AND ')}*`;
  return sql<boolean>`messages.number in (select rowid from messages_words where messages_words match ${query})`;
}
