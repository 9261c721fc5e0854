import type { Request } from 'express';
import type { Caller } from './stream/subscriber.js';
import { HUB_PATH } from './topics/hub-topics.js';

/** Milliseconds, or a string such as `500ms`, `15s`, `10m`, `24h` or `7d`. */
export type Duration = number | string;

/** The options `T`, whose times can be written as durations. */
type Given<T, Times extends keyof T> = {
  readonly [K in keyof T]?: (K extends Times ? Duration : T[K]) | undefined;
};

/**
 * The options of `CarillonModule.forRoot`. All except `database` have a default.
 *
 * @example
 * CarillonModule.forRoot({
 *   database: 'sqlite:./data/app.db',
 *   stream: { heartbeat: '15s' },
 *   retention: { age: '7d', count: 1_000_000 },
 *   caller: (request: Request & { user?: { sub: string; exp: number } }) =>
 *     request.user && { id: request.user.sub, expiresAt: request.user.exp * 1000 },
 * });
 */
export interface CarillonModuleOptions {
  /**
   * `sqlite:` and the path of a file, such as `sqlite:./data/app.db`, or the URL of a PostgreSQL database, such as
   * `postgres://user:password@host:5432/app`. The folder and the file are created if they are missing, the PostgreSQL
   * database is not.
   */
  readonly database: string;
  /** The name of `database` in error messages, such as the environment variable that it comes from. */
  readonly databaseSetting?: string | undefined;
  /**
   * The PostgreSQL schema of all tables, created if it is missing; `carillon` by default. Statements look for a table there
   * first and then in `public`, so a transaction can write your own tables, too. SQLite has no schemas and ignores it.
   */
  readonly schema?: string | undefined;
  /** Maximum number of connections of this process to PostgreSQL, plus one for notifications; 10 by default. */
  readonly connections?: number | undefined;
  /**
   * The URL that relative topics and URL patterns are resolved against, such as `orders/42` and `orders/*`;
   * `http://localhost/.well-known/mercure` by default.
   */
  readonly topicBase?: string | undefined;
  /**
   * Names of features that are turned off. Their tables and the erasure of personal data stay as they are. Their topics are
   * reserved: nobody receives them, and no other program can use them. Load their modules without controllers.
   */
  readonly off?: readonly string[] | undefined;
  /** Limits and times of streams. `lifetime` may be `off`. */
  readonly stream?: Given<StreamOptions, 'heartbeat' | 'stallTimeout' | 'lifetime'> | undefined;
  /** How long events are kept: for 7 days and up to a million by default, whichever limit is reached first. */
  readonly retention?: Given<RetentionOptions, 'age'> | undefined;
  /** Times of durable subscriptions: a lease of 6 s, and 10 s for handlers at a shutdown, by default. */
  readonly subscriptions?: Given<SubscriptionTimes, 'lease' | 'shutdownTimeout'> | undefined;
  /** Commands that may wait for their transaction; one more is refused with `TooManyWaiting`. 5000 by default. */
  readonly maxWaitingCommands?: number | undefined;
  /**
   * Identifies the user who opens a stream; returns `undefined` for an anonymous one, which is the default. It runs when a
   * stream is opened, after the guards of its route, so it can read properties that they set on the request.
   */
  caller?(request: Request): Caller | null | undefined;
  /** The network to which `stream.maxPerNetwork` applies; `request.ip` by default, so Express' `trust proxy` matters. */
  network?(request: Request): string;
}

/** The database and its settings. */
export interface DatabaseOptions {
  readonly url: string;
  /** The name of the URL in error messages. */
  readonly setting: string;
  readonly schema: string;
  readonly connections: number;
}

/** Limits and times of streams. Times are in milliseconds. */
export interface StreamOptions {
  /** Silence after which a stream carries a heartbeat. */
  readonly heartbeat: number;
  /** A subscriber whose socket takes nothing for this long is disconnected. */
  readonly stallTimeout: number;
  /** Approximate time after which a stream ends and its client reconnects; 0 for never. */
  readonly lifetime: number;
  /** Streams open at once in this process. */
  readonly max: number;
  /** Streams open at once for one network; 0 for no limit. */
  readonly maxPerNetwork: number;
  /** Streams open at once for one user; 0 for no limit. */
  readonly maxPerUser: number;
  /** Events that an anonymous subscriber may replay; 0 for no limit. */
  readonly anonymousReplay: number;
  /** Bytes of recent events kept in memory for subscribers that are a little behind. */
  readonly recentBytes: number;
  /** Bytes that may wait in all sockets together. Above this limit the longest-waiting subscriber is disconnected. */
  readonly backlogBytes: number;
  /**
   * Whether a stream takes over its socket and writes to it directly. Otherwise it writes to Nest's response, which costs
   * more memory and CPU time for each subscriber.
   */
  readonly direct: boolean;
}

/** How long events are kept. */
export interface RetentionOptions {
  /** Milliseconds. */
  readonly age: number;
  /** Number of events. */
  readonly count: number;
  /**
   * Keeps events that a subscription has not handled, whatever their age and number. Off by default: a subscription that
   * has stopped would fill the disk, and events would be kept for longer than you promised.
   */
  readonly waitForSubscriptions?: boolean;
}

/** Times of durable subscriptions, in milliseconds. Use the same values on all nodes. */
export interface SubscriptionTimes {
  /**
   * Time without a renewal after which another process takes over a subscription. The owner renews its lease every third
   * of this time.
   */
  readonly lease: number;
  /** How long a shutdown waits for handlers that are running. */
  readonly shutdownTimeout: number;
}

/** All options of the engine, with their defaults. Times are in milliseconds. */
export class CarillonOptions {
  readonly database: DatabaseOptions = {
    url: 'sqlite:./data/carillon.db',
    setting: 'database',
    schema: 'carillon',
    connections: 10,
  };
  readonly stream: StreamOptions = {
    heartbeat: 15_000,
    stallTimeout: 60_000,
    lifetime: 0,
    max: 100_000,
    maxPerNetwork: 1000,
    maxPerUser: 100,
    anonymousReplay: 100_000,
    recentBytes: 16 * 1024 * 1024,
    backlogBytes: 256 * 1024 * 1024,
    direct: true,
  };
  readonly retention: RetentionOptions = { age: 7 * 24 * 3_600_000, count: 1_000_000 };
  readonly subscriptions: SubscriptionTimes = { lease: 6000, shutdownTimeout: 10_000 };
  /** Commands that may wait for their transaction; one more is refused. */
  readonly maxWaitingCommands: number = 5000;

  /** Names of features that are turned off. */
  readonly off: readonly string[] = [];

  /** What relative topics and URL patterns are resolved against. */
  readonly topicBase: string = `http://localhost${HUB_PATH}`;

  /** Identifies the subscriber of a request; `undefined` for an anonymous one. */
  readonly caller: (request: Request) => Caller | undefined = () => undefined;
  /** The network to which limits apply. */
  readonly network: (request: Request) => string = (request) => request.ip ?? '';
}
