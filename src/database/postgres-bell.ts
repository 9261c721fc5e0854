import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { filter, firstValueFrom, type Observable, Subject, timeout } from 'rxjs';
import { Outbox } from './outbox.js';

/** Rings: a commit, of this program or of another. */
const CHANNEL = 'carillon';
const NOTIFY = 'select pg_notify($1, $2)';
/** Carries lists of messages, behind the id of the sender. */
const MESSAGES = 'carillon_messages';
/** Carries what finds out whether notifications arrive. */
const PROBES = 'carillon_probes';
/** Milliseconds in which several commits ring once, and messages leave together. */
const COALESCE = 5;
/** Milliseconds before a lost connection is tried again: doubled each time, from the first to the last. */
const BACKOFF = { first: 100, last: 5000 };
/** Milliseconds after which a notification that has not arrived never will. */
const PROBE_TIMEOUT = 5000;

/** Milliseconds for the server to close a connection that is ended. */
const END_TIMEOUT = 1000;

/** Sends a notification on some connection other than the one that listens. */
export type NotifyElsewhere = (notify: string, values: string[]) => Promise<unknown>;

/**
 * Notifies the other processes on a PostgreSQL of commits, and receives their notifications, on a connection of its own;
 * carries messages between them, too. PostgreSQL notifies the sender as well, so each process signs with an id and skips
 * its own: process ids of the server would not do, since PgBouncer makes up others.
 *
 * NOTIFY is sent after the commit and not in it: inside, it takes a lock that all commits of the server wait for. What
 * is lost on the way costs latency and no event, since a poll stands behind the bell.
 */
export class PostgresBell {
  readonly #logger = new Logger(PostgresBell.name);
  readonly #id = randomBytes(8).toString('hex');
  readonly #rings = new Subject<void>();
  readonly #messages = new Subject<string>();
  readonly #probes = new Subject<string>();
  readonly #outbox = new Outbox(COALESCE, (list) => this.#notify(MESSAGES, this.#id + list));
  /** The newest connection; that of before may still have an end or an error to report. */
  #client: pg.Client | undefined;
  #isListening = false;
  #isProbed = false;
  #retry: NodeJS.Timeout | undefined;
  #ringing: NodeJS.Timeout | undefined;
  #wait = BACKOFF.first;
  #notifying: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly options: pg.ClientConfig,
    private readonly notifyElsewhere: NotifyElsewhere,
    private readonly probeTimeout: number = PROBE_TIMEOUT,
  ) {}

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
      this.#notify(CHANNEL, this.#id);
    }, COALESCE);
  }

  /** @throws RangeError the message is too long. */
  send(message: string): void {
    this.#outbox.add(message);
  }

  /** Closes its connection, also one that is being opened. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#ringing);
    this.#outbox.close();
    this.#probes.complete();
    if (this.#client) await end(this.#client);
  }

  /** One after the other, as the driver wants it. What cannot be sent is lost. */
  #notify(channel: string, payload: string): void {
    const client = this.#client;
    if (!client || !this.#isListening) return;
    this.#notifying = this.#notifying
      .then(async () => {
        // Not on the connection that came after it: what is as old is of no use.
        if (client === this.#client) await client.query(NOTIFY, [channel, payload]);
      })
      .catch((error: unknown) => this.#lost(client, error as Error));
  }

  #hear({ channel, payload = '' }: pg.Notification): void {
    if (channel === PROBES) return this.#probes.next(payload);
    if (payload.startsWith(this.#id)) return;
    if (channel === CHANNEL) return this.#rings.next();
    for (const message of textsIn(payload.slice(this.#id.length))) this.#messages.next(message);
  }

  async #listen(): Promise<void> {
    const client = new pg.Client(this.options);
    this.#client = client;
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client));
    client.on('notification', (told) => this.#hear(told));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}; listen ${MESSAGES}; listen ${PROBES}`);
      if (client !== this.#client || this.#closed) return;
      this.#isListening = true;
      this.#wait = BACKOFF.first;
      // Whatever was committed while nobody listened.
      this.#rings.next();
      if (!this.#isProbed) await this.#probe();
    } catch (error) {
      this.#lost(client, error as Error);
    }
  }

  /** Once: what is between this process and the database stays what it is. */
  async #probe(): Promise<void> {
    const own = this.#probes.pipe(
      filter((payload) => payload === this.#id),
      timeout({ first: this.probeTimeout }),
    );
    const arrival = firstValueFrom(own, { defaultValue: undefined }).then(
      () => true,
      () => false,
    );
    const isSent = await this.notifyElsewhere(NOTIFY, [PROBES, this.#id]).then(
      () => true,
      () => false,
    );
    const hasArrived = await arrival;
    // A database that fails, or a connection that was lost meanwhile, tells nothing.
    if (!isSent || !this.#isListening) return;
    this.#isProbed = true;
    if (hasArrived) return;
    this.#logger.warn(
      'LISTEN does not work on this connection to the database, so this process sees what others commit up to a second ' +
        'late: let PgBouncer pool by session (pool_mode = session), or connect to PostgreSQL itself.',
    );
  }

  #lost(client: pg.Client, error?: Error): void {
    if (this.#closed || client !== this.#client) return;
    if (this.#isListening) this.#logger.warn(`LISTEN was cut: ${error?.message ?? 'ended'}`);
    this.#client = undefined;
    this.#isListening = false;
    void end(client);
    this.#retry = setTimeout(() => void this.#listen(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(this.#wait * 2, BACKOFF.last);
  }
}

/** Ends in order, or by itself where the server or the network does not take part in it. */
async function end(client: pg.Client): Promise<void> {
  // The driver's types leave it out.
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  const timer = setTimeout(() => stream.destroy(), END_TIMEOUT);
  await client.end().catch(() => undefined);
  clearTimeout(timer);
}

/** Any role of the database may send anything: what is no list of messages has none. */
function textsIn(payload: string): string[] {
  try {
    const list = JSON.parse(payload) as unknown;
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
