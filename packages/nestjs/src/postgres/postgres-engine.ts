import { Logger } from '@nestjs/common';
import { type CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Observable } from 'rxjs';
import type { ConnectionStatistics, Engine } from '../engine/database.js';
import { DirectDatabases } from '../engine/direct-database.js';
import { DeadlineExceeded } from '../engine/errors.js';
import type { OpenTransaction } from '../engine/open-transaction.js';
import type { Schema } from '../engine/schema.js';
import { StartupError } from '../engine/startup-error.js';
import { createSchema } from './create-schema.js';
import { guarded, translated } from './guarded-client.js';
import { PostgresNotifier } from './postgres-notifier.js';
import { PostgresTransaction } from './postgres-transaction.js';
import { vacuum } from './rewrite-tables.js';
import { getTypeParser, prepareSession, settingsOf, type Timeouts } from './session.js';
import { StatementNames } from './statement-names.js';

/** How a PostgreSQL database is used. */
export interface PostgresOptions {
  /** The maximum number of connections, in addition to one for notifications and one for the inbox; 10 by default. */
  readonly connections?: number | undefined;
  /** The schema of all tables, created if it is missing; `carillon` by default. */
  readonly schema?: string | undefined;
  /** What errors call the URL, such as `DATABASE_URL`; `database` by default. */
  readonly setting?: string | undefined;
  readonly timeouts?: Timeouts | undefined;
}

const CONNECTIONS = 10;
const SCHEMA = 'carillon';
const TIMEOUTS: Timeouts = { connect: 3000, statement: 5000, answer: 6000 };
const OLDEST_VERSION = 14;

/** An arbitrary number. The second one of the lock is the schema, since several applications can share a database. */
const ONE_NODE = 1_667_854_457;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: `lock_timeout` expired. */
const LOCK_NOT_AVAILABLE = '55P03';

export class PostgresEngine implements Engine {
  readonly write: Kysely<Schema>;
  readonly read: Kysely<Schema>;
  readonly #logger = new Logger('PostgreSQL');
  readonly #pool: pg.Pool;
  readonly #databases: DirectDatabases;
  readonly #notifier: PostgresNotifier;
  readonly #names = new StatementNames(() => this.#notifier.hasOwnSessions);
  readonly #schema: string;
  readonly #timeouts: Timeouts;
  /** The remaining connections serve short queries. */
  readonly longReadsAtOnce: number;
  readonly isDamaged = false;

  constructor(
    private readonly url: string,
    { connections = CONNECTIONS, schema = SCHEMA, timeouts = TIMEOUTS }: PostgresOptions,
  ) {
    [this.#schema, this.#timeouts] = [schema, timeouts];
    this.longReadsAtOnce = Math.max(1, Math.floor(connections / 4));
    // One is for `onOneNode`.
    this.#pool = this.#poolOf(connections + 1, timeouts);
    this.write = this.read = dbOn(this.#pool);
    this.#databases = new DirectDatabases(dialectOn(this.#pool));
    this.#notifier = new PostgresNotifier(
      { ...this.#options(timeouts), application_name: 'carillon notifier' },
      (notify, values) => this.#pool.query(notify, values),
      schema,
    );
  }

  async open(): Promise<void> {
    const { rows } = await this.#pool.query<{ version: number; encoding: string }>(`
      select current_setting('server_version_num')::int / 10000 as version,
        current_setting('server_encoding') as encoding`);
    const { version, encoding } = rows[0]!;
    if (version < OLDEST_VERSION)
      throw new StartupError(
        `The database is PostgreSQL ${version}; Carillon needs ${OLDEST_VERSION} or newer.`,
      );
    if (encoding !== 'UTF8')
      throw new StartupError(
        `The encoding of the database is ${encoding}; Carillon needs UTF8. Create it with createdb --encoding=UTF8 --template=template0.`,
      );
    await createSchema(this.#pool, this.#schema);
    this.#notifier.start();
  }

  async maintain<T>(lockTimeout: number, work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const { connect } = this.#timeouts;
    const pool = this.#poolOf(1, { connect, statement: 0, answer: 0 }, lockTimeout);
    try {
      return await work(dbOn(pool));
    } catch (error) {
      if (((error as Error).cause as pg.DatabaseError | undefined)?.code !== LOCK_NOT_AVAILABLE)
        throw error;
      throw new StartupError(
        `Another connection has held a lock on the database for ${lockTimeout / 1000} s: another node that runs migrations, or a ` +
          'long transaction (see pg_stat_activity). Start again when it has ended.',
      );
    } finally {
      await pool.end();
    }
  }

  /** A `statement` or `answer` of 0 means no limit. */
  #poolOf(connections: number, timeouts: Timeouts, lockTimeout = 0): pg.Pool {
    const settings = {
      ...settingsOf(timeouts),
      lock_timeout: `${lockTimeout}`,
      // An application may have tables of its own in `public`.
      search_path: `"${this.#schema}", public`,
    };
    const pool = new pg.Pool({
      ...this.#options(timeouts),
      max: connections,
      onConnect: (client) => prepareSession(client, settings),
    });
    // An idle connection broke. The pool opens a new one when it needs it.
    pool.on('error', (error) => this.#logger.warn(`A connection was lost: ${error.message}`));
    return pool;
  }

  #options({ connect, answer }: Timeouts): pg.PoolConfig {
    return {
      connectionString: this.url,
      application_name: 'carillon',
      connectionTimeoutMillis: connect,
      query_timeout: answer,
      keepAlive: true,
      pipeline: true,
      types: { getTypeParser },
    };
  }

  get statistics(): ConnectionStatistics {
    const { totalCount: open, idleCount: idle, waitingCount: waiting, options } = this.#pool;
    return { pool: { open, idle, waiting, maximum: options.max } };
  }

  get commits(): Observable<void> {
    return this.#notifier.commits;
  }

  get messages(): Observable<string> {
    return this.#notifier.messages;
  }

  send(message: string): void {
    this.#notifier.send(message);
  }

  async begin(): Promise<OpenTransaction> {
    const client = guarded(await translated(this.#pool.connect()));
    return PostgresTransaction.begin(client, this.#databases, this.#names, () =>
      this.#notifier.notify(),
    );
  }

  snapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.read
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(work);
  }

  scrub(tables: readonly string[]): Promise<void> {
    return this.maintain(0, (db) => vacuum(db, tables));
  }

  /** The open transaction has no snapshot between its statements, so it keeps no old rows from being removed. */
  onOneNode(work: (db: Kysely<Schema>) => Promise<void>): Promise<boolean> {
    return this.read
      .transaction()
      .setIsolationLevel('read committed')
      .setAccessMode('read only')
      .execute(async (trx) => {
        const { rows } = await sql<{ isAlone: boolean }>`
          select pg_try_advisory_xact_lock(${ONE_NODE}, current_schema()::regnamespace::oid::int) as "isAlone"`.execute(
          trx,
        );
        if (rows[0]!.isAlone) await work(trx);
        return rows[0]!.isAlone;
      });
  }

  async longRead<Row>(query: CompiledQuery<Row>, milliseconds: number): Promise<Row[]> {
    const end = performance.now() + milliseconds;
    try {
      const { rows } = await this.read
        .transaction()
        .setAccessMode('read only')
        .execute(async (trx) => {
          await sql`set local statement_timeout = ${sql.lit(milliseconds)}`.execute(trx);
          return trx.executeQuery(query);
        });
      return rows;
    } catch (error) {
      if (performance.now() < end) throw error;
      throw new DeadlineExceeded('The query took too long.', { cause: error });
    }
  }

  /** Closes connections in order if the server cooperates; otherwise the end of the process closes the rest. */
  async close(): Promise<void> {
    const closed = Promise.all([this.#notifier.close(), this.#pool.end()]);
    await Promise.race([closed, sleep(this.#timeouts.connect, undefined, { ref: false })]);
  }
}

const dialectOn = (pool: pg.Pool): PostgresDialect =>
  new PostgresDialect({
    pool: {
      connect: async () => guarded(await translated(pool.connect())),
      end: () => pool.end(),
      options: pool.options,
    },
  });

const dbOn = (pool: pg.Pool): Kysely<Schema> => new Kysely<Schema>({ dialect: dialectOn(pool) });
