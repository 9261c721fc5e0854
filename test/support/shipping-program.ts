import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds before the next attempt. */
const PAUSE = 20;

const TABLE = 'create table shop_shipments (name text not null)';
const INSERT = 'insert into shop_shipments (name) values ($1)';

/** A program with a table of its own, each row of which it inserts in one transaction with its event. */
export interface ShippingProgram {
  createTable(): Promise<void>;
  /**
   * Repeats the transaction until it is committed.
   *
   * @returns `false` if the connection was lost during the COMMIT, so that it may be committed or not.
   */
  ship(topic: string, name: string): Promise<boolean>;
  /** Reads any table of the database. */
  query<Row extends object>(text: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** @param stop ends the repeats, when a test has failed. */
export const shippingProgram = (url: string, stop: AbortSignal): ShippingProgram =>
  url.startsWith('sqlite:')
    ? new SqliteProgram(url.slice('sqlite:'.length))
    : new PostgresProgram(url, stop);

class PostgresProgram implements ShippingProgram {
  #client: pg.Client | undefined;

  constructor(
    private readonly url: string,
    private readonly stop: AbortSignal,
  ) {}

  async createTable(): Promise<void> {
    await (await this.#connect()).query(TABLE);
  }

  async ship(topic: string, name: string): Promise<boolean> {
    for (;;) {
      this.stop.throwIfAborted();
      let isCommitting = false;
      try {
        const client = await this.#connect();
        await client.query('begin');
        await client.query(INSERT, [name]);
        await client.query(
          `select carillon.record($1, 'order.shipped', json_build_object('name', $2::text))`,
          [topic, name],
        );
        isCommitting = true;
        await client.query('commit');
        return true;
      } catch {
        await this.close();
        if (isCommitting) return false;
        await sleep(PAUSE);
      }
    }
  }

  async query<Row extends object>(text: string): Promise<Row[]> {
    return (await (await this.#connect()).query<Row>(text)).rows;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client(this.url);
    client.on('error', () => (this.#client = undefined));
    await client.connect();
    return (this.#client = client);
  }
}

class SqliteProgram implements ShippingProgram {
  readonly #database: Sqlite.Database;

  constructor(path: string) {
    this.#database = new Sqlite(path);
  }

  async createTable(): Promise<void> {
    this.#database.exec(TABLE);
  }

  async ship(topic: string, name: string): Promise<boolean> {
    this.#database
      .transaction(() => {
        this.#database.prepare(INSERT).run({ 1: name });
        this.#database
          .prepare(
            `insert into carillon_inbox (topic, type, data) values (?, 'order.shipped', json_object('name', ?))`,
          )
          .run(topic, name);
      })
      .immediate();
    // This process has other work to do.
    await nextTurn();
    return true;
  }

  async query<Row extends object>(text: string): Promise<Row[]> {
    return this.#database.prepare<[], Row>(text).all();
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}
