import type { Tables } from '@carillon/nestjs';

/** Responses to requests with an Idempotency-Key, stored in the same transaction as the changes of the request. */
export interface IdempotencyKeysTable {
  scope: string;
  key: string;
  /** A pseudonym of the user, or of the network of an anonymous caller. */
  owner: string;
  fingerprint: string;
  /** A StoredAnswer as JSON. */
  answer: string;
  created_at: string;
}

declare module '@carillon/nestjs' {
  interface Schema {
    idempotency_keys: IdempotencyKeysTable;
  }
}

export const IDEMPOTENCY_TABLES = {
  idempotency_keys: {
    columns: {
      scope: 'text',
      key: 'text',
      owner: 'text',
      fingerprint: 'text',
      answer: 'text',
      created_at: 'text',
    },
    key: ['scope', 'key'],
  },
} satisfies Tables;
