import type { Tables } from '@carillon/nestjs';

/** A message that a member has saved for later. The row ends with the text of the message, and with the membership. */
export interface SavedMessagesTable {
  user_id: string;
  room_id: string;
  /** The `seq` of the message. */
  seq: number;
  saved_at: string;
}

declare module '@carillon/nestjs' {
  interface Schema {
    saved_messages: SavedMessagesTable;
  }
}

export const SAVED_TABLES = {
  saved_messages: {
    columns: { user_id: 'text', room_id: 'text', seq: 'number', saved_at: 'text' },
    key: ['user_id', 'room_id', 'seq'],
  },
} satisfies Tables;
