import { Logger } from '@nestjs/common';
import pg from 'pg';
import { type Observable, Subject } from 'rxjs';

const CHANNEL = 'carillon';
/** Milliseconds in which several commits ring once. */
const COALESCE = 5;
/** Milliseconds before a lost connection is tried again: doubled each time, from the first to the last. */
const BACKOFF = { first: 100, last: 5000 };

/**
 * Tells the other processes on a PostgreSQL of commits, and hears of theirs, on a connection of its own.
 *
 * NOTIFY is sent after the commit and not in it: inside, it takes a lock that all commits of the server wait for. What
 * is lost on the way costs latency and no event, since a poll stands behind the bell.
 */
export class PostgresBell {
  readonly #logger = new Logger(PostgresBell.name);
  readonly #rings = new Subject<void>();
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ringing: NodeJS.Timeout | undefined;
  #wait = BACKOFF.first;
  #closed = false;

  constructor(private readonly options: pg.ClientConfig) {}

  /** Emits when another process has committed, and when it cannot be known whether one has. */
  get rings(): Observable<void> {
    return this.#rings;
  }

  start(): void {
    void this.#listen();
  }

  ring(): void {
    this.#ringing ??= setTimeout(() => {
      this.#ringing = undefined;
      this.#client?.query(`notify ${CHANNEL}`).catch(() => undefined);
    }, COALESCE);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#ringing);
    await this.#client?.end().catch(() => undefined);
  }

  async #listen(): Promise<void> {
    const client = new pg.Client(this.options);
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client));
    client.on('notification', () => this.#rings.next());
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      if (this.#closed) return await client.end();
      this.#client = client;
      this.#wait = BACKOFF.first;
      // Whatever was committed while nobody listened.
      this.#rings.next();
    } catch (error) {
      this.#lost(client, error as Error);
    }
  }

  #lost(client: pg.Client, error?: Error): void {
    if (this.#closed || this.#retry) return;
    if (this.#client === client) this.#logger.warn(`LISTEN was cut: ${error?.message ?? 'ended'}`);
    this.#client = undefined;
    client.end().catch(() => undefined);
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        void this.#listen();
      },
      this.#wait * (0.5 + Math.random()),
    );
    this.#wait = Math.min(this.#wait * 2, BACKOFF.last);
  }
}
