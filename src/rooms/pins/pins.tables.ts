import type { Tables } from '@carillon/nestjs';

/** A pinned message. The row ends with the text of the message. */
export interface PinsTable {
  room_id: string;
  message_id: string;
  user_id: string;
  created_at: string;
}

declare module '@carillon/nestjs' {
  interface Schema {
    pins: PinsTable;
  }
}

export const PIN_TABLES = {
  pins: {
    columns: { room_id: 'text', message_id: 'text', user_id: 'text', created_at: 'text' },
    key: ['room_id', 'message_id'],
  },
} satisfies Tables;
