import type { Tables } from '@carillon/nestjs';

/** The keys (RFC 8292) with which this installation identifies itself to push services: one row, base64url. */
export interface PushKeysTable {
  id: number;
  public_key: string;
  private_key: string;
}

/** The push subscription of a browser (RFC 8030), which ends with its session. Times are ISO 8601. */
export interface PushSubscriptionsTable {
  session_id: string;
  user_id: string;
  endpoint: string;
  /** The host of the endpoint. */
  service: string;
  /** The public key of the browser (RFC 8291), base64url. */
  p256dh: string;
  /** The secret of the browser (RFC 8291), base64url. */
  auth: string;
  created_at: string;
  /** Consecutive failures of the push service. */
  failures: number;
  /** Nothing is sent before: the service has failed, or a process is sending until then. */
  retry_at: string;
  /** When to send the next message of the queue; `null` if there is none. */
  next_at: string | null;
}

/** Messages of which to notify a browser. */
export interface PushQueueTable {
  session_id: string;
  message_id: string;
  room_id: string;
  seq: number;
  created_at: string;
  /** Not to be sent before. */
  due_at: string;
}

declare module '@carillon/nestjs' {
  interface Schema {
    push_keys: PushKeysTable;
    push_subscriptions: PushSubscriptionsTable;
    push_queue: PushQueueTable;
  }
}

export const PUSH_TABLES = {
  push_keys: {
    columns: { id: 'number', public_key: 'text', private_key: 'text' },
    key: ['id'],
  },
  push_subscriptions: {
    columns: {
      session_id: 'text',
      user_id: 'text',
      endpoint: 'text',
      service: 'text',
      p256dh: 'text',
      auth: 'text',
      created_at: 'text',
      failures: 'number',
      retry_at: 'text',
      next_at: 'text',
    },
    key: ['session_id'],
  },
  push_queue: {
    columns: {
      session_id: 'text',
      message_id: 'text',
      room_id: 'text',
      seq: 'number',
      created_at: 'text',
      due_at: 'text',
    },
    key: ['session_id', 'message_id'],
  },
} satisfies Tables;
