import { Inject, Injectable } from '@nestjs/common';
import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { Observable } from 'rxjs';
import { isPostgres } from './dialect.js';
import { DatabaseDamaged } from './errors.js';
import type { Histogram } from './histogram.js';
import type { OpenTransaction } from './open-transaction.js';
import type { Schema } from './schema.js';

/** Figures of one engine, for operators. */
export interface ConnectionStatistics {
  /** SQLite: the durations in seconds of the flushes of the WAL. On PostgreSQL, COMMIT includes the flush. */
  readonly flushes?: Histogram;
  /** PostgreSQL: the connections for transactions and reads. */
  readonly pool?: {
    readonly open: number;
    readonly idle: number;
    readonly maximum: number;
    /** Transactions and reads that wait for a connection. */
    readonly waiting: number;
  };
}

/** The connections of one engine. */
export interface Engine {
  /** Only for maintenance. */
  readonly write: Kysely<Schema>;
  /** Each statement sees the state on disk when it starts. */
  readonly read: Kysely<Schema>;
  /** Emits when another process may have committed events. */
  readonly commits: Observable<void>;
  /** Messages of other processes, each once. Some may be lost. */
  readonly messages: Observable<string>;
  /**
   * Sends a message to all other processes. It is not stored, and is lost if the connection to them is down.
   *
   * @throws RangeError the message has more than MAX_MESSAGE_BYTES bytes.
   */
  send(message: string): void;
  /**
   * Begins a transaction of the unit of work.
   *
   * @throws DatabaseUnavailable the database does not respond, or another process has locked it.
   */
  begin(): Promise<OpenTransaction>;
  /**
   * Runs work that can take long, such as a migration, without the timeouts of requests.
   *
   * @param lockTimeout milliseconds to wait for locks of other connections.
   * @throws StartupError the lock was not released in time.
   */
  maintain<T>(lockTimeout: number, work: (db: Kysely<Schema>) => Promise<T>): Promise<T>;
  /** Runs statements that all see the same snapshot. */
  snapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>;
  /**
   * Runs work on one node at a time, on a connection of its own that holds a lock until the work ends. The lock ends with
   * the node. On SQLite, it runs in each process.
   *
   * @returns whether this node ran it; `false` if another node is running it.
   */
  onOneNode(work: (db: Kysely<Schema>) => Promise<void>): Promise<boolean>;
  /** The number of `longRead` calls that may run at a time. */
  readonly longReadsAtOnce: number;
  /**
   * Runs one query outside of the event loop, on a connection that short queries do not wait for. Called by LongReads.
   *
   * @throws DeadlineExceeded the query was interrupted after `milliseconds`.
   */
  longRead<Row>(query: CompiledQuery<Row>, milliseconds: number): Promise<Row[]>;
  readonly statistics: ConnectionStatistics;
  /** Whether damage was found in the database file. */
  readonly isDamaged: boolean;
  /**
   * Resolves when data that was deleted or overwritten before the call is no longer in the files. On SQLite, the WAL
   * keeps it until then, and readers of other processes can delay this. On PostgreSQL it is a VACUUM, which frees the
   * space; the bytes stay in the files until the space is reused.
   *
   * @param tables the names of all tables that features declare.
   */
  scrub(tables: readonly string[]): Promise<void>;
  /** Call this only when all writes have ended. */
  close(): Promise<void>;
}

/** The maximum size in bytes of a message between processes: the payload of a NOTIFY, less the enclosing list. */
export const MAX_MESSAGE_BYTES = 7900;

export const ENGINE = Symbol('ENGINE');

/** All reads use this class; all writes use the UnitOfWork. */
@Injectable()
export class Database {
  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  /** For single statements. Each sees the state on disk when it starts. */
  get read(): Kysely<Schema> {
    return this.engine.read;
  }

  /** Runs several reads that all see the same snapshot. */
  snapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.engine.snapshot(work);
  }

  /** Emits when another process may have committed events. */
  get commits(): Observable<void> {
    return this.engine.commits;
  }

  /** Runs work on one node at a time. */
  onOneNode(work: (db: Kysely<Schema>) => Promise<void>): Promise<boolean> {
    return this.engine.onOneNode(work);
  }

  /** Messages of other processes, each once. Some may be lost. */
  get messages(): Observable<string> {
    return this.engine.messages;
  }

  /** Sends a message of at most MAX_MESSAGE_BYTES bytes to all other processes. It is not stored. */
  send(message: string): void {
    this.engine.send(message);
  }

  /**
   * @returns whether the database is writable; a standby is not.
   * @throws the error that prevents the database from responding.
   */
  async ping(): Promise<boolean> {
    if (this.engine.isDamaged) throw new DatabaseDamaged('The database file is damaged.');
    const isReadOnly = isPostgres(this.engine.read)
      ? sql<boolean>`current_setting('transaction_read_only') = 'on'`
      : sql<boolean>`false`;
    const { readOnly } = await this.engine.read
      .selectFrom('event_log')
      .select(isReadOnly.as('readOnly'))
      .executeTakeFirstOrThrow();
    return !readOnly;
  }
}
