import { Logger } from '@nestjs/common';
import pg from 'pg';
import { type Observable, Subject } from 'rxjs';
import { Outbox } from './outbox.js';

/** Rings: a commit, of this program or of another. */
const CHANNEL = 'carillon';
const NOTIFY = 'select pg_notify($1, $2)';
/** Carries lists of messages. */
const MESSAGES = 'carillon_messages';
/** Milliseconds in which several commits ring once, and messages leave together. */
const COALESCE = 5;
/** Milliseconds before a lost connection is tried again: doubled each time, from the first to the last. */
const BACKOFF = { first: 100, last: 5000 };

/**
 * Tells the other processes on a PostgreSQL of commits, and hears of theirs, on a connection of its own; carries
 * messages between them, too.
 *
 * NOTIFY is sent after the commit and not in it: inside, it takes a lock that all commits of the server wait for. What
 * is lost on the way costs latency and no event, since a poll stands behind the bell.
 */
export class PostgresBell {
  readonly #logger = new Logger(PostgresBell.name);
  readonly #rings = new Subject<void>();
  readonly #messages = new Subject<string>();
  readonly #outbox = new Outbox(COALESCE, (list) => this.#notify(MESSAGES, list));
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #ringing: NodeJS.Timeout | undefined;
  #wait = BACKOFF.first;
  #notifying: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(private readonly options: pg.ClientConfig) {}

  /** Emits when another process has committed, and when it cannot be known whether one has. */
  get rings(): Observable<void> {
    return this.#rings;
  }

  /** What other processes have sent. */
  get messages(): Observable<string> {
    return this.#messages;
  }

  start(): void {
    void this.#listen();
  }

  ring(): void {
    this.#ringing ??= setTimeout(() => {
      this.#ringing = undefined;
      this.#notify(CHANNEL, '');
    }, COALESCE);
  }

  /** @throws RangeError the message is too long. */
  send(message: string): void {
    this.#outbox.add(message);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#ringing);
    this.#outbox.close();
    await this.#client?.end().catch(() => undefined);
  }

  /** One after the other, as the driver wants it. What cannot be sent is lost. */
  #notify(channel: string, payload: string): void {
    const client = this.#client;
    this.#notifying = this.#notifying
      .then(async () => {
        // Not on the connection that came after it: what is as old is of no use.
        if (client && client === this.#client) await client.query(NOTIFY, [channel, payload]);
      })
      .catch((error: unknown) => this.#lost(client!, error as Error));
  }

  #hear({ channel, payload = '', processId }: pg.Notification, own: number | undefined): void {
    if (channel === CHANNEL) return this.#rings.next();
    // PostgreSQL tells it to who sent it, too.
    if (processId === own) return;
    for (const message of textsIn(payload)) this.#messages.next(message);
  }

  async #listen(): Promise<void> {
    const client = new pg.Client(this.options);
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client));
    client.on('notification', (told) => this.#hear(told, processIdOf(client)));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}; listen ${MESSAGES}`);
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

/** The id that its server process is told by; the driver's types leave it out. */
const processIdOf = (client: pg.Client): number | undefined =>
  (client as pg.Client & { processID?: number }).processID;

/** Any role of the database may send anything: what is no list of messages has none. */
function textsIn(payload: string): string[] {
  try {
    const list = JSON.parse(payload) as unknown;
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
