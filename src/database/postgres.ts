import { Logger } from '@nestjs/common';
import {
  CompiledQuery,
  type ControlledTransaction,
  Kysely,
  PostgresDialect,
  type PostgresPoolClient,
  sql,
} from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Observable } from 'rxjs';
import { StartupError, withoutPassword } from '../startup-error.js';
import type { Engine, RecordedFact } from './database.js';
import { DatabaseUnavailable, DeadlineExceeded, TransactionConflict } from './errors.js';
import { PostgresBell } from './postgres-bell.js';
import { vacuum } from './postgres-scrub.js';
import type { Schema } from './schema.js';

/** Milliseconds: no request waits longer for the database, whatever its state. */
export interface Timeouts {
  readonly connect: number;
  readonly statement: number;
  /** For a server that does not even report its own timeout. It bounds the wait of a COMMIT for a standby, too. */
  readonly answer: number;
}

const TIMEOUTS: Timeouts = { connect: 3000, statement: 5000, answer: 6000 };
const IDLE_IN_TRANSACTION_TIMEOUT = 10_000;

const OLDEST_VERSION = 14;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: `lock_timeout` is over. */
const LOCK_NOT_AVAILABLE = '55P03';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: the server cannot serve, or not this. */
const UNAVAILABLE = /^(08|53|57P0|58)|^(57014|25006|25P0[34])$/;
/** Two transactions were in each other's way, and this one gave way. */
const CONFLICT = /^(40001|40P01|55P03)$/;

/**
 * The function of the server that reports a COMMIT which stopped waiting for the synchronous standby. It succeeds with
 * this warning, but what it wrote is lost when the standby takes over. Unlike the text, the name is not translated.
 */
const NOT_REPLICATED = 'SyncRepWaitForLSN';

/**
 * In one statement, so that the row of `event_log` is held for the COMMIT behind it and for nothing else.
 * The facts come as a list for each column.
 */
const APPEND = `
  with log as (update event_log set head = head + $1::bigint returning head)
  insert into events (position, topic, type, data, actor, subject, redacts, at)
  select log.head - $1::bigint + fact.n, fact.topic, fact.type, fact.data, fact.actor,
    fact.subject, fact.redacts, $8
  from log, unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    with ordinality as fact (topic, type, data, actor, subject, redacts, n)`;

/** https://www.postgresql.org/docs/current/libpq-ssl.html, less `allow`, which would ask for no TLS first. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'];
/** What the driver says where the server has no TLS. */
const NO_TLS = 'The server does not support SSL connections';

/**
 * Connects to the PostgreSQL of a URL `postgres://…`, version 14 or newer. What it says of TLS (`sslmode`,
 * `sslrootcert`, …) means what it means to libpq.
 *
 * @param connections how many, at the most, beside the one that listens for other processes.
 * @throws StartupError it cannot be reached, refuses, or is too old.
 */
export async function openPostgres(
  url: string,
  connections: number,
  timeouts: Timeouts = TIMEOUTS,
): Promise<Engine> {
  try {
    return await open(asLibpqMeansIt(url), connections, timeouts);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(`DATABASE_URL is "${withoutPassword(url)}": ${reasonOf(error)}`);
  }
}

async function open(url: string, connections: number, timeouts: Timeouts): Promise<Engine> {
  const engine = new PostgresEngine(url, connections, timeouts);
  try {
    await engine.open();
    return engine;
  } catch (error) {
    await engine.close();
    const isPreferred = parsed(url).searchParams.get('sslmode') === 'prefer';
    if (!isPreferred || (error as Error).message !== NO_TLS) throw error;
    return open(url.replace('sslmode=prefer', 'sslmode=disable'), connections, timeouts);
  }
}

/** The driver takes all but `disable` for `verify-full`, unless it is asked to do as libpq does. */
function asLibpqMeansIt(url: string): string {
  const { searchParams } = parsed(url);
  const mode = searchParams.get('sslmode');
  if (mode === null || searchParams.has('uselibpqcompat')) return url;
  const shown = `DATABASE_URL is "${withoutPassword(url)}": sslmode is "${mode}"`;
  if (!SSL_MODES.includes(mode))
    throw new StartupError(`${shown}; it must be one of ${SSL_MODES.join(', ')}.`);
  if (mode === 'verify-ca' && !searchParams.has('sslrootcert'))
    throw new StartupError(`${shown}, which needs sslrootcert, the file with that CA.`);
  return `${url}&uselibpqcompat=true`;
}

/** @throws StartupError a user or password that is not percent-encoded has made it another URL, or none. */
function parsed(text: string): URL {
  // As the driver does it: without a host there is one in the query, the folder of a socket.
  const url = URL.parse(text) ?? URL.parse(text.replace('@/', '@localhost/'));
  const isWhole = url && url.hash === '' && !/@/.test(url.pathname + url.search);
  if (isWhole && isDecodable(url.username) && isDecodable(url.password)) return url;
  throw new StartupError(
    'DATABASE_URL cannot be read as a URL: write what is special in it percent-encoded, such as %40 for @, %3A for :, ' +
      '%2F for /, %3F for ?, %23 for # and %25 for %.',
  );
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

class PostgresEngine implements Engine {
  readonly write: Kysely<Schema>;
  readonly read: Kysely<Schema>;
  readonly #logger = new Logger('PostgreSQL');
  readonly #pool: pg.Pool;
  readonly #bell: PostgresBell;
  /** The others stay for what is short. */
  readonly longReadsAtOnce: number;
  readonly isDamaged = false;

  constructor(
    private readonly url: string,
    connections: number,
    private readonly timeouts: Timeouts,
  ) {
    this.longReadsAtOnce = Math.max(1, Math.floor(connections / 4));
    this.#pool = this.#poolOf(connections, timeouts);
    this.write = this.read = dbOn(this.#pool);
    this.#bell = new PostgresBell(
      { ...this.#options(timeouts), application_name: 'carillon bell' },
      (notify, values) => this.#pool.query(notify, values),
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
        `The encoding of the database is ${encoding}; Carillon needs UTF8: create it with createdb --encoding=UTF8 --template=template0.`,
      );
    this.#bell.start();
  }

  async maintain<T>(lockTimeout: number, work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const { connect } = this.timeouts;
    const pool = this.#poolOf(1, { connect, statement: 0, answer: 0 }, lockTimeout);
    try {
      return await work(dbOn(pool));
    } catch (error) {
      if (((error as Error).cause as pg.DatabaseError | undefined)?.code !== LOCK_NOT_AVAILABLE)
        throw error;
      throw new StartupError(
        `Another connection has held a lock on the database for ${lockTimeout / 1000} s, such as a node that brings it up ` +
          'to date, or a long transaction (pg_stat_activity shows them). Start again when it has ended.',
      );
    } finally {
      await pool.end();
    }
  }

  /** A `statement` or `answer` of 0 is no limit. */
  #poolOf(connections: number, timeouts: Timeouts, lockTimeout = 0): pg.Pool {
    const settings = { ...settingsOf(timeouts), lock_timeout: `${lockTimeout}` };
    const pool = new pg.Pool({
      ...this.#options(timeouts),
      max: connections,
      onConnect: (client) => prepareSession(client, settings),
    });
    // A connection that breaks while nobody uses it; the pool makes a new one when it is needed.
    pool.on('error', (error) => this.#logger.warn(`A connection broke: ${error.message}`));
    return pool;
  }

  #options({ connect, answer }: Timeouts): pg.PoolConfig {
    return {
      connectionString: this.url,
      application_name: 'carillon',
      connectionTimeoutMillis: connect,
      query_timeout: answer,
      keepAlive: true,
      types: { getTypeParser },
    };
  }

  get rings(): Observable<void> {
    return this.#bell.rings;
  }

  get messages(): Observable<string> {
    return this.#bell.messages;
  }

  send(message: string): void {
    this.#bell.send(message);
  }

  async append(transaction: Kysely<Schema>, facts: readonly RecordedFact[]): Promise<void> {
    const column = <K extends keyof RecordedFact>(name: K) => facts.map((fact) => fact[name]);
    await transaction.executeQuery(
      CompiledQuery.raw(APPEND, [
        facts.length,
        column('topic'),
        column('type'),
        column('data'),
        column('actor'),
        column('subject'),
        column('redacts'),
        new Date().toISOString(),
      ]),
    );
  }

  async commit(transaction: ControlledTransaction<Schema>): Promise<void> {
    await transaction.commit().execute();
    this.#bell.ring();
  }

  snapshot<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.read
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(work);
  }

  scrub(): Promise<void> {
    return this.maintain(0, vacuum);
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

  /** In order, where the server takes part in it; otherwise the end of the process closes what is left. */
  async close(): Promise<void> {
    const closed = Promise.all([this.#bell.close(), this.#pool.end()]);
    await Promise.race([closed, sleep(this.timeouts.connect, undefined, { ref: false })]);
  }
}

/** What a server reports of a statement besides its result; the driver's types have it in no public module. */
type Notice = Readonly<{ routine?: string | undefined; message?: string | undefined }>;

const dbOn = (pool: pg.Pool): Kysely<Schema> =>
  new Kysely<Schema>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => guarded(await translated(pool.connect())),
        end: () => pool.end(),
        options: pool.options,
      },
    }),
  });

const settingsOf = ({ statement }: Timeouts): Record<string, string> => ({
  statement_timeout: `${statement}`,
  idle_in_transaction_session_timeout: `${IDLE_IN_TRANSACTION_TIMEOUT}`,
  // Less, and a commit that is not replicated would not be told from one that is.
  client_min_messages: 'warning',
});

/**
 * Makes the settings of a session once it is connected: PgBouncer refuses most of them as startup parameters. What is
 * answered 2xx has to survive a power cut, whatever the default of the server, so `synchronous_commit` is never `off`.
 */
async function prepareSession(
  client: pg.ClientBase,
  settings: Record<string, string>,
): Promise<void> {
  await client.query(
    `select set_config(name, value, false) from unnest($1::text[], $2::text[]) as setting (name, value)
    union all
    select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
    [Object.keys(settings), Object.values(settings)],
  );
}

/** Positions are far below 2^53, so a `bigint` is a number here. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) =>
  oid === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(oid, format) as unknown);

/**
 * Tells a failing server from a failing statement, and a commit that is not replicated from one that is. A connection
 * that the server has failed on is closed when it is released. One that gives no answer is not asked again, not even
 * for the ROLLBACK: that would take a second timeout.
 */
function guarded(client: pg.PoolClient): PostgresPoolClient {
  let broken: Error | undefined;
  let lost: Error | undefined;
  // Without a listener, a connection that breaks between two statements would end the process.
  const onError = (error: Error): void => void (lost = error);
  const onNotice = ({ routine, message }: Notice): void => {
    if (routine === NOT_REPLICATED) lost = new DatabaseUnavailable(message);
  };
  client.on('error', onError).on('notice', onNotice);
  const ask = async (...args: unknown[]): Promise<unknown> => {
    if (lost) throw lost;
    const result = await client.query(...(args as [string, unknown[]]));
    if (lost) throw lost;
    return result;
  };
  return {
    query: async (...args: unknown[]) => {
      try {
        return await translated(ask(...args));
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable) || error instanceof TransactionConflict)
          throw error;
        if (error.cause instanceof pg.DatabaseError) broken ??= error;
        else lost ??= error;
        throw error;
      }
    },
    release: () => {
      client.off('error', onError).off('notice', onNotice);
      client.release(lost ?? broken);
    },
  } as unknown as PostgresPoolClient;
}

async function translated<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    const { code, message } = error as pg.DatabaseError;
    if (CONFLICT.test(code ?? '')) throw new TransactionConflict(message, { cause: error });
    if (error instanceof pg.DatabaseError && !UNAVAILABLE.test(code ?? '')) throw error;
    // What does not come from the server comes from the way to it: refused, reset, timed out.
    throw new DatabaseUnavailable(message, { cause: error });
  }
}

/** One line for the operator. */
function reasonOf(error: unknown): string {
  const cause = error instanceof DatabaseUnavailable ? error.cause : error;
  const { code = '', message } = (
    cause instanceof AggregateError ? cause.errors[0] : cause
  ) as NodeJS.ErrnoException;
  if (code === '3D000') return `${message}; create it first, with createdb.`;
  if (/^(28|42501)/.test(code)) return `${message}; check user, password and rights.`;
  if (code === 'ENOTFOUND') return 'there is no host of that name.';
  return `it cannot be reached: ${message}.`;
}
