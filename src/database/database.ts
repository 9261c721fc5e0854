import { Inject, Injectable } from '@nestjs/common';
import { type CompiledQuery, type ControlledTransaction, type Kysely, sql } from 'kysely';
import type { Observable } from 'rxjs';
import { isPostgres } from './dialect.js';
import { DatabaseDamaged } from './errors.js';
import type { Schema } from './schema.js';

/** A fact on its way into the log. `data` is JSON. */
export interface RecordedFact {
  readonly topic: string;
  readonly type: string;
  readonly data: string;
  /** Who did it; `null` when nobody signed in. */
  readonly actor: string | null;
  readonly subject: string | null;
  readonly redacts: string | null;
}

/** The connections of one engine. */
export interface Engine {
  /** For the unit of work alone. */
  readonly write: Kysely<Schema>;
  /** Each statement sees what is on disk when it starts. */
  readonly read: Kysely<Schema>;
  /** Emits when another process may have committed facts. */
  readonly rings: Observable<void>;
  /** What other processes have sent, each message once; some may be lost. */
  readonly messages: Observable<string>;
  /**
   * Sends every other process a message that nobody stores. It is lost where the way to them is broken.
   *
   * @throws RangeError it has more than MOST_OF_MESSAGE bytes.
   */
  send(message: string): void;
  /**
   * Gives facts the next positions, as the last thing before the commit. The row lock that this takes is held until
   * then, so positions become visible in their order, and a reader of `position > cursor` never misses one.
   *
   * Without facts, too, the commit that follows writes: what it is answered with may rest on an earlier commit that has
   * not reached the synchronous standby, and only a commit that writes waits for it.
   */
  append(transaction: Kysely<Schema>, facts: readonly RecordedFact[]): Promise<void>;
  /** Resolves when the transaction is on disk. Nobody reads what is in it before. */
  commit(transaction: ControlledTransaction<Schema>): Promise<void>;
  /**
   * Runs work that may take long, such as a migration, outside the timeouts of requests.
   *
   * @param lockTimeout milliseconds to wait for what another connection has locked.
   * @throws StartupError the lock was not released in time.
   */
  maintain<T>(lockTimeout: number, work: (db: Kysely<Schema>) => Promise<T>): Promise<T>;
  /** All statements of `work` see the same moment. */
  snapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>;
  /** How many `longRead` may run at a time. */
  readonly longReadsAtOnce: number;
  /**
   * Runs one query beside the event loop, on a connection that nobody waits for. Call it by way of LongReads.
   *
   * @throws DeadlineExceeded it was interrupted after `milliseconds`.
   */
  longRead<Row>(query: CompiledQuery<Row>, milliseconds: number): Promise<Row[]>;
  /** Whether the database file has turned out to be damaged. */
  readonly isDamaged: boolean;
  /**
   * Resolves when what was deleted or overwritten before the call is not in the files any more: SQLite's WAL keeps it until
   * then, and it may take as long as another process reads. On PostgreSQL it is a VACUUM, which frees the space; the bytes
   * stay in the files until it is used again.
   */
  scrub(): Promise<void>;
  /** Call it when nothing is written any more. */
  close(): Promise<void>;
}

/** Bytes of a message between processes: what a NOTIFY of PostgreSQL carries, less the list around it. */
export const MOST_OF_MESSAGE = 7900;

export const ENGINE = Symbol('ENGINE');

/** Everything that reads goes through here; everything that writes goes through the UnitOfWork. */
@Injectable()
export class Database {
  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  /** Reads single statements, each of which sees what is on disk when it starts. */
  get read(): Kysely<Schema> {
    return this.engine.read;
  }

  /** Runs several reads that all see the same moment. */
  snapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.engine.snapshot(work);
  }

  /** Emits when another process may have committed facts. */
  get rings(): Observable<void> {
    return this.engine.rings;
  }

  /** What other processes have sent, each message once; some may be lost. */
  get messages(): Observable<string> {
    return this.engine.messages;
  }

  /** Sends every other process a message of at most MOST_OF_MESSAGE bytes, which nobody stores. */
  send(message: string): void {
    this.engine.send(message);
  }

  /**
   * @returns whether it can be written, as a standby cannot.
   * @throws whatever keeps the database from answering.
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
