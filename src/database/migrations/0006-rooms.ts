import { type Kysely, sql } from 'kysely';
import { dialectOf, isPostgres } from '../dialect.js';

export async function up(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .createTable('rooms')
    .addColumn('id', key, (column) => column.primaryKey().notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('direct_key', key, (column) => column.unique())
    .addColumn('last_seq', integer, (column) => column.notNull())
    .addColumn('archived_at', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex('rooms_kind').on('rooms').columns(['kind', 'id']).execute();

  await db.schema
    .createTable('members')
    .addColumn('room_id', key, (column) => column.notNull().references('rooms.id'))
    .addColumn('user_id', key, (column) => column.notNull().references('users.id'))
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('read_seq', integer, (column) => column.notNull())
    .addColumn('joined_at', 'text', (column) => column.notNull())
    .addColumn('hidden', integer, (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('members_pk', ['room_id', 'user_id'])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createIndex('members_user')
    .on('members')
    .columns(['user_id', 'room_id'])
    .execute();

  await db.schema
    .createTable('invitations')
    .addColumn('room_id', key, (column) => column.notNull().references('rooms.id'))
    .addColumn('user_id', key, (column) => column.notNull().references('users.id'))
    .addColumn('invited_by', key, (column) => column.notNull().references('users.id'))
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('invitations_pk', ['room_id', 'user_id'])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createIndex('invitations_user')
    .on('invitations')
    .columns(['user_id', 'room_id'])
    .execute();
  await db.schema
    .createIndex('invitations_invited_by')
    .on('invitations')
    .columns(['invited_by', 'user_id'])
    .execute();

  await db.schema
    .createTable('blocks')
    .addColumn('user_id', key, (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('blocked_id', key, (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('blocks_pk', ['user_id', 'blocked_id'])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex('blocks_blocked').on('blocks').column('blocked_id').execute();

  await db.schema
    .createTable('messages')
    // A number for the index of words; `id` is what the API tells.
    .addColumn('number', integer, (column) =>
      isPostgres(db) ? column.primaryKey().generatedByDefaultAsIdentity() : column.primaryKey(),
    )
    .addColumn('id', key, (column) => column.notNull().unique())
    .addColumn('room_id', key, (column) => column.notNull().references('rooms.id'))
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('author_id', key, (column) => column.notNull().references('users.id'))
    .addColumn('client_id', key, (column) => column.notNull())
    .addColumn('text', 'text')
    .addColumn('mentions', 'text', (column) => column.notNull())
    .addColumn('words', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('edited_at', 'text')
    .addColumn('deleted_at', 'text')
    .addUniqueConstraint('messages_place', ['room_id', 'seq'])
    .addUniqueConstraint('messages_client_id', ['author_id', 'client_id'])
    .modifyEnd(tableEnd)
    .execute();

  // Counts what is unread without a look at the messages.
  await db.schema
    .createIndex('messages_counted')
    .on('messages')
    .columns(['room_id', 'seq', 'author_id'])
    .where(sql<boolean>`deleted_at is null`)
    .execute();

  // From where on a person hears of a room.
  await db.schema
    .createIndex('events_joined')
    .on('events')
    .columns(['topic', 'position'])
    .where(sql<boolean>`type = 'room.joined'`)
    .execute();

  await db.schema
    .createTable('mentions')
    .addColumn('room_id', key, (column) => column.notNull().references('rooms.id'))
    .addColumn('user_id', key, (column) => column.notNull().references('users.id'))
    .addColumn('seq', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('mentions_pk', ['room_id', 'user_id', 'seq'])
    .modifyEnd(tableEnd)
    .execute();

  // What is left of a person when they are erased.
  await db.schema.createIndex('mentions_user').on('mentions').column('user_id').execute();

  await (isPostgres(db) ? indexWordsOnPostgres(db) : indexWordsOnSqlite(db));
}

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
