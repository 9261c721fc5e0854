import { dialectOf, isPostgres } from '@carillon/nestjs';
import { type Kysely, sql } from 'kysely';

export async function createRooms(db: Kysely<any>): Promise<void> {
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

  // The event from which on a member may receive the events of a room.
  await db.schema
    .createIndex('events_joined')
    .on('events')
    .columns(['topic', 'position'])
    .where(sql<boolean>`type = 'room.joined'`)
    .execute();
}

export async function createBlocks(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
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
}

export async function createMessages(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
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
    .addColumn('words_version', integer, (column) => column.notNull())
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

  // Finds the messages whose words are of an earlier definition.
  await db.schema
    .createIndex('messages_words_version')
    .on('messages')
    .columns(['words_version', 'number'])
    .execute();
}

export async function createMentions(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
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
}

export async function createReactions(db: Kysely<any>): Promise<void> {
  const { key, tableEnd } = dialectOf(db);
  await db.schema
    .alterTable('messages')
    .addColumn('reactions', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
  await db.schema
    .createTable('reactions')
    .addColumn('user_id', key, (column) => column.notNull().references('users.id'))
    .addColumn('message_id', key, (column) => column.notNull().references('messages.id'))
    .addColumn('emoji', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('reactions_pk', ['user_id', 'message_id', 'emoji'])
    .modifyEnd(tableEnd)
    .execute();

  // Removes the reactions to a message that is deleted.
  await db.schema.createIndex('reactions_message').on('reactions').column('message_id').execute();
}

export async function createMentionsOfAll(db: Kysely<any>): Promise<void> {
  const { integer } = dialectOf(db);
  await db.schema
    .alterTable('messages')
    .addColumn('mentions_all', integer, (column) => column.notNull().defaultTo(0))
    .execute();

  await db.schema
    .alterTable('mentions')
    .addColumn('with_all', integer, (column) => column.notNull().defaultTo(0))
    .execute();

  // Counts those that are unread.
  await db.schema
    .createIndex('messages_mentioning_all')
    .on('messages')
    .columns(['room_id', 'seq', 'author_id'])
    .where(sql<boolean>`mentions_all = 1`)
    .execute();
}

export async function createReplies(db: Kysely<any>): Promise<void> {
  const { integer } = dialectOf(db);
  await db.schema.alterTable('messages').addColumn('reply_to', integer).execute();
}

export async function createFiles(db: Kysely<any>): Promise<void> {
  const { integer, key, tableEnd } = dialectOf(db);
  await db.schema
    .alterTable('messages')
    .addColumn('files', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
  await db.schema
    .createTable('files')
    .addColumn('id', key, (column) => column.primaryKey().notNull())
    .addColumn('key', key, (column) => column.notNull().unique())
    .addColumn('room_id', key, (column) => column.notNull().references('rooms.id'))
    .addColumn('owner_id', key, (column) => column.notNull().references('users.id'))
    .addColumn('message_id', key, (column) => column.references('messages.id'))
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('size', integer, (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('width', integer)
    .addColumn('height', integer)
    .addColumn('preview_size', integer)
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('failures', integer, (column) => column.notNull())
    .addColumn('remove_at', 'text', (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema.createIndex('files_owner').on('files').columns(['owner_id', 'id']).execute();
  await db.schema.createIndex('files_message').on('files').column('message_id').execute();

  // Finds what is to be removed without a look at the files of messages.
  await db.schema
    .createIndex('files_unposted')
    .on('files')
    .columns(['state', 'created_at'])
    .where(sql<boolean>`message_id is null`)
    .execute();
}

export async function createTopics(db: Kysely<any>): Promise<void> {
  await db.schema.alterTable('rooms').addColumn('topic', 'text').execute();
}
