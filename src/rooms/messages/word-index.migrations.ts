import { isPostgres } from '@carillon/nestjs';
import { type Kysely, sql } from 'kysely';

export const createWordIndex = (db: Kysely<any>): Promise<void> =>
  isPostgres(db) ? indexWordsOnPostgres(db) : indexWordsOnSqlite(db);

/** Each word with the room that it stands in, `<room id>:<word>`: a search reads the rooms of one person only. */
const wordsIn = (room: string, words: string): string =>
  `case ${words} when '' then '' else ${room} || ':' || replace(${words}, ' ', ' ' || ${room} || ':') end`;

async function indexWordsOnPostgres(db: Kysely<any>): Promise<void> {
  const words = sql.raw(wordsIn('room_id', 'words'));
  await sql`
    alter table messages add column words_index tsvector
      generated always as (array_to_tsvector(string_to_array(${words}, ' '))) stored`.execute(db);
  // Without a list of what is pending, which each search would have to read.
  await sql`
    create index messages_words on messages using gin (words_index)
      with (fastupdate = off)`.execute(db);
}

/**
 * Kept by triggers: https://sqlite.org/fts5.html#contentless_tables. The words come from `wordsOf`, so what is not
 * ASCII is part of a word, whatever version of Unicode SQLite knows.
 */
async function indexWordsOnSqlite(db: Kysely<any>): Promise<void> {
  const [before, after] = ['old', 'new'].map((row) =>
    sql.raw(wordsIn(`${row}.room_id`, `${row}.words`)),
  );
  await sql`
    create virtual table messages_words using fts5 (
      words, content = '', detail = none, tokenize = "ascii tokenchars '-:'"
    )`.execute(db);
  // Else the words of a text that was deleted stay in the index until it is merged.
  await sql`insert into messages_words (messages_words, rank) values ('secure-delete', 1)`.execute(
    db,
  );
  // Each word that is deleted is looked for in every segment of the index, so there should be few.
  await sql`insert into messages_words (messages_words, rank) values ('automerge', 2)`.execute(db);
  await sql`
    create trigger messages_words_insert after insert on messages begin
      insert into messages_words (rowid, words) values (new.number, ${after});
    end`.execute(db);
  await sql`
    create trigger messages_words_update after update of words on messages begin
      insert into messages_words (messages_words, rowid, words) values ('delete', old.number, ${before});
      insert into messages_words (rowid, words) values (new.number, ${after});
    end`.execute(db);
}
