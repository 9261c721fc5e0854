import type { Tables } from '@carillon/nestjs';

/** A notification as one recipient gets it. Times are ISO 8601 in UTC with milliseconds. */
export interface NotificationsTable {
  /** The id of a user, `everyone`, or a user who has not signed in yet: see `recipients.ts`. */
  recipient: string;
  /** A UUIDv7. The ids follow the order of the commits. */
  id: string;
  kind: string;
  title: string;
  body: string | null;
  url: string | null;
  /** JSON. */
  data: string | null;
  created_at: string;
  /** The caller who sent it: only they can get it by its id. */
  sender: string;
}

/** How far a user has read. A user without a row has read nothing. */
export interface NotificationReadersTable {
  user_id: string;
  /** The last notification when the account was created: earlier ones for everyone are not the user's. */
  since_id: string;
  read_id: string;
}

/** One row, which a command locks to add to the order of the notifications. */
export interface NotificationOrderTable {
  id: number;
  last_id: string;
}

declare module '@carillon/nestjs' {
  interface Schema {
    notifications: NotificationsTable;
    notification_readers: NotificationReadersTable;
    notification_order: NotificationOrderTable;
  }
}

export const NOTIFICATION_TABLES = {
  notifications: {
    columns: {
      recipient: 'text',
      id: 'text',
      kind: 'text',
      title: 'text',
      body: 'text',
      url: 'text',
      data: 'text',
      created_at: 'text',
      sender: 'text',
    },
    key: ['recipient', 'id'],
  },
  notification_readers: {
    columns: { user_id: 'text', since_id: 'text', read_id: 'text' },
    key: ['user_id'],
  },
  notification_order: { columns: { id: 'number', last_id: 'text' }, key: ['id'] },
} satisfies Tables;
