import type { Tables } from '@carillon/nestjs';

/** The credential of a program. Only a digest of the key is stored. */
export interface KeysTable {
  id: string;
  name: string;
  digest: string;
  /** JSON arrays of patterns. */
  publish: string;
  subscribe: string;
  /** 1 if the program may send notifications. */
  notify: number;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

declare module '@carillon/nestjs' {
  interface Schema {
    keys: KeysTable;
  }
}

export const KEY_TABLES = {
  keys: {
    columns: {
      id: 'text',
      name: 'text',
      digest: 'text',
      publish: 'text',
      subscribe: 'text',
      notify: 'number',
      created_at: 'text',
      expires_at: 'text',
      last_used_at: 'text',
    },
    key: ['id'],
  },
} satisfies Tables;
