import type { Tables } from '@carillon/nestjs';
import type { Generated } from 'kysely';

export interface RoomsTable {
  id: string;
  kind: 'public' | 'private' | 'direct';
  /** `null` for a direct conversation. */
  name: string | null;
  topic: string | null;
  /** The ids of both members of a direct conversation, which keeps it unique; `null` for other rooms. */
  direct_key: string | null;
  /** The `seq` of the last message; 0 if there is none. */
  last_seq: number;
  archived_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface MembersTable {
  room_id: string;
  user_id: string;
  role: 'owner' | 'member';
  /** The `seq` of the last message that the member has read. */
  read_seq: number;
  joined_at: string;
  /** 1 for a direct conversation that the member hides until the next message. */
  hidden: Generated<number>;
}

/** A user accepts no direct messages and no invitations from another one. */
export interface BlocksTable {
  user_id: string;
  blocked_id: string;
  created_at: string;
}

export interface InvitationsTable {
  room_id: string;
  user_id: string;
  invited_by: string;
  created_at: string;
}

/** `seq` counts from 1 without gaps in each room; one that is deleted keeps its place. */
export interface MessagesTable {
  number: Generated<number>;
  id: string;
  room_id: string;
  seq: number;
  author_id: string;
  client_id: string;
  /** `null` once it is deleted. */
  text: string | null;
  /** JSON list of user ids. */
  mentions: string;
  /** 1 if it mentions every member. They have no rows in `mentions` for it. */
  mentions_all: Generated<number>;
  /** The `seq` of the message to which it replies. */
  reply_to: number | null;
  /** The `seq` of the first message of its thread; `null` if it is no reply. */
  thread_of: number | null;
  /** How many replies are in the thread that begins with it, without deleted ones. */
  replies: Generated<number>;
  /** The last of them, also if it is deleted. */
  last_reply_seq: number | null;
  last_reply_at: string | null;
  /** JSON list of `MessageReaction`. */
  reactions: Generated<string>;
  /** JSON list of `MessageFile`. */
  files: Generated<string>;
  /** The indexed words: see `src/words/words.ts`. */
  words: string;
  /** The `WORDS_VERSION` of the process that wrote the words. */
  words_version: number;
  created_at: string;
  edited_at: string | null;
  deleted_at: string | null;
}

/** Of messages that are not deleted. */
export interface MentionsTable {
  room_id: string;
  user_id: string;
  seq: number;
  /** 1 if the message mentions every member, too: it counts once. */
  with_all: Generated<number>;
}

/** A file that a user has uploaded to a room. The column `files` of its message has what others see of it. */
export interface FilesTable {
  id: string;
  /** The key of the content in the store, which nothing had before: an id can be used again after a failed upload. */
  key: string;
  room_id: string;
  owner_id: string;
  /** `null` while it is not posted, and once it is removed. */
  message_id: string | null;
  /** `storing`: its content may be incomplete. `removed`: its content is to be deleted, and then the row. */
  state: 'storing' | 'stored' | 'removed';
  name: string;
  type: string;
  size: number;
  /** SHA-256 of the content. */
  digest: string;
  width: number | null;
  height: number | null;
  /** The bytes of the preview; `null` if there is none. */
  preview_size: number | null;
  created_at: string;
  /** How often its content could not be removed. */
  failures: number;
  /** Its content is not removed before. */
  remove_at: string;
}

/** A reaction of a user, which the column `reactions` of the message also has. */
export interface ReactionsTable {
  user_id: string;
  message_id: string;
  emoji: string;
}

declare module '@carillon/nestjs' {
  interface Schema {
    rooms: RoomsTable;
    members: MembersTable;
    invitations: InvitationsTable;
    messages: MessagesTable;
    mentions: MentionsTable;
    reactions: ReactionsTable;
    files: FilesTable;
    blocks: BlocksTable;
  }
}

export const ROOM_TABLES = {
  rooms: {
    columns: {
      id: 'text',
      kind: 'text',
      name: 'text',
      direct_key: 'text',
      last_seq: 'number',
      archived_at: 'text',
      created_at: 'text',
      updated_at: 'text',
      topic: 'text',
    },
    key: ['id'],
  },
  members: {
    columns: {
      room_id: 'text',
      user_id: 'text',
      role: 'text',
      read_seq: 'number',
      joined_at: 'text',
      hidden: 'number',
    },
    key: ['room_id', 'user_id'],
  },
  invitations: {
    columns: { room_id: 'text', user_id: 'text', invited_by: 'text', created_at: 'text' },
    key: ['room_id', 'user_id'],
  },
  blocks: {
    columns: { user_id: 'text', blocked_id: 'text', created_at: 'text' },
    key: ['user_id', 'blocked_id'],
  },
  messages: {
    columns: {
      number: 'number',
      id: 'text',
      room_id: 'text',
      seq: 'number',
      author_id: 'text',
      client_id: 'text',
      text: 'text',
      mentions: 'text',
      mentions_all: 'number',
      reply_to: 'number',
      thread_of: 'number',
      replies: 'number',
      last_reply_seq: 'number',
      last_reply_at: 'text',
      reactions: 'text',
      files: 'text',
      words: 'text',
      words_version: 'number',
      created_at: 'text',
      edited_at: 'text',
      deleted_at: 'text',
    },
    key: ['number'],
    serial: 'number',
    searchIndex: { sqlite: 'messages_words', postgres: 'words_index' },
  },
  mentions: {
    columns: { room_id: 'text', user_id: 'text', seq: 'number', with_all: 'number' },
    key: ['room_id', 'user_id', 'seq'],
  },
  reactions: {
    columns: { user_id: 'text', message_id: 'text', emoji: 'text' },
    key: ['user_id', 'message_id', 'emoji'],
  },
  files: {
    columns: {
      id: 'text',
      key: 'text',
      room_id: 'text',
      owner_id: 'text',
      message_id: 'text',
      state: 'text',
      name: 'text',
      type: 'text',
      size: 'number',
      digest: 'text',
      width: 'number',
      height: 'number',
      preview_size: 'number',
      created_at: 'text',
      failures: 'number',
      remove_at: 'text',
    },
    key: ['id'],
  },
} satisfies Tables;
