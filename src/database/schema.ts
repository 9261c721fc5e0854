import type { Generated } from 'kysely';

/** A user as it is stored. Times are ISO 8601 in UTC with milliseconds. */
export interface UsersTable {
  id: string;
  firstname: string;
  lastname: string;
  created_at: string;
  updated_at: string;
}

/** The event log: `position` counts from 1 without gaps, in the order of the commits. */
export interface EventsTable {
  position: number;
  topic: string;
  type: string;
  /** JSON. */
  data: string;
  actor: string | null;
  at: string;
}

/** One row. `head` is the last position given, `oldest` the first that is still kept. */
export interface EventLogTable {
  id: Generated<number>;
  /** Eight hex digits, drawn when the database is made: a cursor of another database is told by it. */
  epoch: string;
  head: number;
  oldest: number;
}

/** Answers to requests that carried an Idempotency-Key, stored in the transaction that they speak of. */
export interface IdempotencyKeysTable {
  scope: string;
  key: string;
  fingerprint: string;
  /** JSON of a StoredAnswer. */
  answer: string;
  created_at: string;
}

export interface Schema {
  users: UsersTable;
  events: EventsTable;
  event_log: EventLogTable;
  idempotency_keys: IdempotencyKeysTable;
}
