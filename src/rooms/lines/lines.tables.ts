import type { Tables } from '@carillon/nestjs';
import type { LineKind } from './line-change.js';

/** A line of the history of a room, after the message `seq`. */
export interface HistoryLinesTable {
  room_id: string;
  seq: number;
  kind: LineKind;
  count: number;
  /** A JSON array of up to three ids. */
  user_ids: string;
  text: string | null;
}

declare module '@carillon/nestjs' {
  interface Schema {
    history_lines: HistoryLinesTable;
  }
}

export const LINE_TABLES = {
  history_lines: {
    columns: {
      room_id: 'text',
      seq: 'number',
      kind: 'text',
      count: 'number',
      user_ids: 'text',
      text: 'text',
    },
    key: ['room_id', 'seq', 'kind'],
  },
} satisfies Tables;
