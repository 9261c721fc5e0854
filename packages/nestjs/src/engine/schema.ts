import type { Generated } from 'kysely';

/** The event log: `position` counts from 1 without gaps, in the order of the commits. */
export interface EventsTable {
  position: number;
  /** The first topic. */
  topic: string;
  /** A JSON array of all topics, the first of them included; `null` if there is one only. `topicsOf` reads it. */
  topics: string | null;
  type: string;
  /** According to `format`. */
  data: string;
  /** `json`: an object. `text`: any text, with line breaks as LF, of other programs. */
  format: Generated<'json' | 'text'>;
  actor: string | null;
  at: string;
  /** 0 if another program published the event for every subscriber of its topic; otherwise 1. */
  private: Generated<number>;
  /** The id that the publisher gave the event, an alias of its position. The earliest event with an id counts. */
  public_id: string | null;
  /**
   * Of an event that another program recorded: the id of its transaction on PostgreSQL, the id of its inbox row on SQLite.
   * `null` for events of a unit of work.
   */
  xid: number | null;
  /** Milliseconds after which clients that lose their connection are to come back, as the publisher has set them. */
  retry: number | null;
  /** The resource whose content `data` contains, such as `message/<id>`; `null` if it contains none, or no longer. */
  subject: string | null;
  /** The subject whose earlier events were redacted in the transaction that recorded this one. */
  redacts: string | null;
}

/** One row. `head` is the last assigned position, `oldest` the first position that is kept. */
export interface EventLogTable {
  id: Generated<number>;
  /** Eight hex digits, generated with the database. They identify cursors of another database. */
  epoch: string;
  head: number;
  oldest: number;
}

/** An event that another program has inserted in its own transaction, and that is not in the log yet. */
export interface InboxTable {
  id: Generated<number>;
  topic: string;
  /** As in `events`. */
  topics: string | null;
  type: string;
  data: string;
  format: Generated<'json' | 'text'>;
  private: Generated<number>;
  public_id: string | null;
  actor: string | null;
  /** The id of its transaction on PostgreSQL; `null` on SQLite. */
  xid: Generated<number | null>;
  /** 1 for a row that needs no check; else `null`. */
  checked: number | null;
}

/** On PostgreSQL, a role may record on topics that match a pattern, in which `*` stands for any characters. */
export interface InboxPermissionsTable {
  role: string;
  pattern: string;
}

/**
 * The topics and the types of events that features have registered. Only the owner of the tables may record on the topics.
 * The types cannot be used on other topics.
 */
export interface RegisteredNamesTable {
  name: string;
}

/** Data that all processes of an installation share: its `key`, 64 hex digits. */
export interface InstallationTable {
  name: 'key';
  value: string;
}

/** The migrations that the database has, by the feature that owns them. */
export interface MigrationsTable {
  owner: string;
  name: string;
  applied_at: string;
}

/** A durable subscription: everything up to `position` is handled. */
export interface SubscriptionsTable {
  name: string;
  position: number;
  /** The process that runs it: host, process id and a random number; `null` if none does. */
  owner: string | null;
  /** The number of owners so far. A process of an earlier term cannot move the position. */
  term: number;
  /** The number of renewals by the owner. Other processes take over if it does not change. */
  renewals: number;
}

/** An event that a subscription failed on. */
export interface DeadLettersTable {
  subscription: string;
  position: number;
  /** `retrying`: the subscription waits at it. `requested`: an operator has asked for another attempt. */
  state: 'retrying' | 'dead' | 'requested';
  topic: string;
  /** As in `events`. */
  topics: string | null;
  type: string;
  /** According to `format`; `null` while the event itself is in the log. */
  data: string | null;
  format: 'json' | 'text';
  /** As in `events`. */
  private: number;
  actor: string | null;
  at: string;
  /** As in `events`; `null` once it is redacted. */
  subject: string | null;
  /** The message of the last error. */
  error: string;
  attempts: number;
  first_failed_at: string;
  last_failed_at: string;
}

/**
 * Every table of the application by its name. A feature adds its own by declaration merging:
 *
 * ```ts
 * declare module '@carillon/nestjs' {
 *   interface Schema {
 *     orders: OrdersTable;
 *   }
 * }
 * ```
 */
export interface Schema {
  events: EventsTable;
  event_log: EventLogTable;
  carillon_inbox: InboxTable;
  inbox_permissions: InboxPermissionsTable;
  registered_topics: RegisteredNamesTable;
  registered_types: RegisteredNamesTable;
  installation: InstallationTable;
  carillon_migrations: MigrationsTable;
  subscriptions: SubscriptionsTable;
  dead_letters: DeadLettersTable;
}
