import type { Tables } from '@carillon/nestjs';
import type { Generated } from 'kysely';

/** A user as it is stored. Times are ISO 8601 in UTC with milliseconds. */
export interface UsersTable {
  id: string;
  firstname: string;
  lastname: string;
  /** The username of a user who can sign in with a password. */
  username: string | null;
  created_at: string;
  updated_at: string;
  /** When the user deleted their account; the row stays, as a pseudonym. */
  erased_at: Generated<string | null>;
}

/** The words by which users are found: `src/users/name-words.ts`. */
export interface UserWordsTable {
  word: string;
  user_id: string;
}

/** Users who are being erased. The row is deleted at the end. */
export interface ErasuresTable {
  user_id: string;
  /** The previous username, whose mentions are replaced. */
  username: string | null;
  /** Whether the user's messages are kept or deleted. */
  messages: 'keep' | 'delete';
  /** The next step of the erasure, and where it continues; empty for its start. */
  step: string;
  after: string;
  /** When all steps are repeated, to erase what requests in flight have stored; `null` the first time. */
  again_at: string | null;
}

declare module '@carillon/nestjs' {
  interface Schema {
    users: UsersTable;
    user_words: UserWordsTable;
    erasures: ErasuresTable;
  }
}

export const USER_TABLES = {
  users: {
    columns: {
      id: 'text',
      firstname: 'text',
      lastname: 'text',
      username: 'text',
      created_at: 'text',
      updated_at: 'text',
      erased_at: 'text',
    },
    key: ['id'],
  },
  user_words: {
    columns: { word: 'text', user_id: 'text' },
    key: ['word', 'user_id'],
  },
  erasures: {
    columns: {
      user_id: 'text',
      username: 'text',
      messages: 'text',
      step: 'text',
      after: 'text',
      again_at: 'text',
    },
    key: ['user_id'],
  },
} satisfies Tables;
