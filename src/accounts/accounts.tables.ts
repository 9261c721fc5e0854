import type { Tables } from '@carillon/nestjs';

/** argon2id in the PHC string format. */
export interface PasswordsTable {
  user_id: string;
  hash: string;
}

/** Users of an external issuer. */
export interface IdentitiesTable {
  issuer: string;
  subject: string;
  user_id: string;
}

/** A session. Only a digest of its token is stored. */
export interface SessionsTable {
  id: string;
  user_id: string;
  token_hash: string;
  client: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
}

/** Failed sign-ins by key: a pseudonym of an account, a network, or both. Times are ISO 8601. */
export interface SignInFailuresTable {
  key: string;
  forgotten_at: string;
  blocked_until: string;
}

/** Networks and devices from which users signed in, as pseudonyms. */
export interface SignInSourcesTable {
  user_id: string;
  source: string;
  last_used_at: string;
}

declare module '@carillon/nestjs' {
  interface Schema {
    passwords: PasswordsTable;
    identities: IdentitiesTable;
    sessions: SessionsTable;
    sign_in_failures: SignInFailuresTable;
    sign_in_sources: SignInSourcesTable;
  }
}

export const ACCOUNT_TABLES = {
  passwords: { columns: { user_id: 'text', hash: 'text' }, key: ['user_id'] },
  identities: {
    columns: { issuer: 'text', subject: 'text', user_id: 'text' },
    key: ['issuer', 'subject'],
  },
  sessions: {
    columns: {
      id: 'text',
      user_id: 'text',
      token_hash: 'text',
      client: 'text',
      created_at: 'text',
      last_used_at: 'text',
      expires_at: 'text',
    },
    key: ['id'],
  },
  sign_in_failures: {
    columns: { key: 'text', forgotten_at: 'text', blocked_until: 'text' },
    key: ['key'],
  },
  sign_in_sources: {
    columns: { user_id: 'text', source: 'text', last_used_at: 'text' },
    key: ['user_id', 'source'],
  },
} satisfies Tables;
