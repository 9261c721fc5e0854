import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { filter, firstValueFrom, type Observable, Subject, timeout } from 'rxjs';
import { MessageBatcher } from '../engine/message-batcher.js';
import { streamOf } from './guarded-client.js';

const NOTIFY = 'select pg_notify($1, $2)';
/** Milliseconds in which commits cause one notification, and messages are sent together. */
const COALESCE = 5;
/** Milliseconds before a reconnect. Doubles from the first to the last value. */
const BACKOFF = { first: 100, last: 5000 };
/** Milliseconds after which a missing notification counts as lost. */
const PROBE_TIMEOUT = 5000;

/** Milliseconds for the server to close a connection. */
const END_TIMEOUT = 1000;

/** Sends a notification on some connection other than the one that listens. */
export type NotifyElsewhere = (notify: string, values: string[]) => Promise<unknown>;

/**
 * Notifies the other processes on a PostgreSQL database of commits, receives their notifications on a connection of its
 * own, and exchanges messages with them. PostgreSQL also notifies the sender, so each process adds an id to its
 * notifications and skips its own. Server process ids do not work for this, because PgBouncer replaces them.
 *
 * NOTIFY is sent after the commit, not inside the transaction: there it takes a lock that all commits of the server
 * wait for. A lost notification costs latency, but no event, because the feed also polls.
 */
export class PostgresNotifier {
  readonly #logger = new Logger(PostgresNotifier.name);
  /** The channel for commits of this and other programs. */
  readonly #channel: string;
  /** The channel for lists of messages, each prefixed with the id of the sender. */
  readonly #messagesChannel: string;
  /** The channel for probes, which check whether notifications arrive. */
  readonly #probesChannel: string;
  readonly #id = randomBytes(8).toString('hex');
  readonly #notifications = new Subject<void>();
  readonly #messages = new Subject<string>();
  readonly #probes = new Subject<string>();
  readonly #outbox = new MessageBatcher(COALESCE, (list) =>
    this.#notify(this.#messagesChannel, this.#id + list),
  );
  /** The newest connection. An older one may still report its end or an error. */
  #client: pg.Client | undefined;
  #isListening = false;
  #isProbed = false;
  #hasOwnSessions = false;
  #retry: NodeJS.Timeout | undefined;
  #notifyTimer: NodeJS.Timeout | undefined;
  #wait = BACKOFF.first;
  #notifying: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly options: pg.ClientConfig,
    private readonly notifyElsewhere: NotifyElsewhere,
    /** Channels belong to the database, which can contain the tables of several applications. */
    schema: string,
    private readonly probeTimeout: number = PROBE_TIMEOUT,
  ) {
    this.#channel = schema;
    this.#messagesChannel = `${this.#channel}_messages`;
    this.#probesChannel = `${this.#channel}_probes`;
  }

  /** Emits when another process has committed, or may have committed. */
  get commits(): Observable<void> {
    return this.#notifications;
  }

  /** Messages of other processes. */
  get messages(): Observable<string> {
    return this.#messages;
  }

  /** Whether a connection is a session of the server, as the probe has shown, and not shared by a pooler. */
  get hasOwnSessions(): boolean {
    return this.#hasOwnSessions;
  }

  start(): void {
    void this.#listen();
  }

  notify(): void {
    this.#notifyTimer ??= setTimeout(() => {
      this.#notifyTimer = undefined;
      this.#notify(this.#channel, this.#id);
    }, COALESCE);
  }

  /** @throws RangeError the message is too long. */
  send(message: string): void {
    this.#outbox.add(message);
  }

  /** Closes the connection, even if it is still being opened. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#notifyTimer);
    this.#outbox.close();
    this.#probes.complete();
    if (this.#client) await end(this.#client);
  }

  /** Sends notifications one at a time, as the driver requires. A notification that cannot be sent is lost. */
  #notify(channel: string, payload: string): void {
    const client = this.#client;
    if (!client || !this.#isListening) return;
    this.#notifying = this.#notifying
      .then(async () => {
        // Do not send it on a newer connection: it is out of date.
        if (client === this.#client) await client.query(NOTIFY, [channel, payload]);
      })
      .catch((error: unknown) => this.#lost(client, error as Error));
  }

  #receive({ channel, payload = '' }: pg.Notification): void {
    if (channel === this.#probesChannel) return this.#probes.next(payload);
    if (payload.startsWith(this.#id)) return;
    if (channel === this.#channel) return this.#notifications.next();
    for (const message of textsIn(payload.slice(this.#id.length))) this.#messages.next(message);
  }

  async #listen(): Promise<void> {
    const client = new pg.Client(this.options);
    this.#client = client;
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client));
    client.on('notification', (delivered) => this.#receive(delivered));
    try {
      await client.connect();
      await client.query(
        `listen "${this.#channel}"; listen "${this.#messagesChannel}"; listen "${this.#probesChannel}"`,
      );
      if (client !== this.#client || this.#closed) return;
      this.#isListening = true;
      this.#wait = BACKOFF.first;
      // Commits may have been missed while the connection was down.
      this.#notifications.next();
      if (!this.#isProbed) await this.#probe();
    } catch (error) {
      this.#lost(client, error as Error);
    }
  }

  /** Runs once: the path to the database does not change. */
  async #probe(): Promise<void> {
    const own = this.#probes.pipe(
      filter((payload) => payload === this.#id),
      timeout({ first: this.probeTimeout }),
    );
    const arrival = firstValueFrom(own, { defaultValue: undefined }).then(
      () => true,
      () => false,
    );
    const isSent = await this.notifyElsewhere(NOTIFY, [this.#probesChannel, this.#id]).then(
      () => true,
      () => false,
    );
    const hasArrived = await arrival;
    // A failing database or a lost connection gives no result.
    if (!isSent || !this.#isListening) return;
    this.#isProbed = true;
    this.#hasOwnSessions = hasArrived;
    if (hasArrived) return;
    this.#logger.warn(
      'LISTEN does not work on this connection to the database, so this process sees the commits of other processes up to a second ' +
        'late. Set pool_mode = session in PgBouncer, or connect to PostgreSQL directly.',
    );
  }

  #lost(client: pg.Client, error?: Error): void {
    if (this.#closed || client !== this.#client) return;
    if (this.#isListening)
      this.#logger.warn(`The LISTEN connection was lost: ${error?.message ?? 'ended'}`);
    this.#client = undefined;
    this.#isListening = false;
    void end(client);
    this.#retry = setTimeout(() => void this.#listen(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(this.#wait * 2, BACKOFF.last);
  }
}

/** Ends the connection gracefully, or destroys it if the server or the network does not respond. */
async function end(client: pg.Client): Promise<void> {
  const stream = streamOf(client);
  const timer = setTimeout(() => stream.destroy(), END_TIMEOUT);
  await client.end().catch(() => undefined);
  clearTimeout(timer);
}

/** Any role of the database can send anything, so an invalid list counts as empty. */
function textsIn(payload: string): string[] {
  try {
    const list = JSON.parse(payload) as unknown;
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
