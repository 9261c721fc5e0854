import type { Tables } from '@carillon/nestjs';
import type { Level } from '../room/notification-level.js';

/** A member without a row has the default level. The row ends with the membership. */
export interface NotificationLevelsTable {
  room_id: string;
  user_id: string;
  level: Level;
  muted_until: string | null;
}

declare module '@carillon/nestjs' {
  interface Schema {
    notification_levels: NotificationLevelsTable;
  }
}

export const LEVEL_TABLES = {
  notification_levels: {
    columns: { room_id: 'text', user_id: 'text', level: 'text', muted_until: 'text' },
    key: ['room_id', 'user_id'],
  },
} satisfies Tables;
