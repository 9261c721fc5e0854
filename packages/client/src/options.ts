import type { FollowError } from './errors.js';
import type { Token } from './token.js';

/**
 * One event.
 *
 * `cursor` names the place after this event. It is `null` for a transient event before the first cursor
 * is known. `transient` events (typing, presence) are not stored and have no place in the log.
 */
export type FollowEvent<Events extends object = Record<string, unknown>> = {
  readonly [Type in keyof Events & string]: {
    readonly type: Type;
    readonly data: Events[Type];
    readonly cursor: string | null;
    readonly transient: boolean;
  };
}[keyof Events & string];

/** A handler for each type of event; `*` receives the events of all types. */
export type Handlers<Events extends object> = {
  readonly [Type in keyof Events & string]?:
    | ((data: Events[Type], event: Extract<FollowEvent<Events>, { readonly type: Type }>) => void)
    | undefined;
} & {
  readonly '*'?:
    ((data: Events[keyof Events & string], event: FollowEvent<Events>) => void) | undefined;
};

export type FollowStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** `retryAt` is a time as of `Date.now()`; `error` is why the last attempt ended, if that is known. */
  | {
      readonly state: 'reconnecting';
      readonly retryAt: number;
      readonly error: FollowError | null;
    }
  /** The page has been hidden for a while, or the buffer is full. Nothing is lost. */
  | { readonly state: 'paused'; readonly reason: 'hidden' | 'buffer' }
  | { readonly state: 'offline' }
  /** It has stopped; `reconnect()` tries again. */
  | { readonly state: 'failed'; readonly error: FollowError }
  | { readonly state: 'closed' };

/** What a snapshot request needs. */
export interface SnapshotRequest {
  /** Aborted when the snapshot is no longer needed. */
  readonly signal: AbortSignal;
  /** Those of the options, and `Authorization` with the current token. */
  readonly headers: Record<string, string>;
}

/** What an error can change. */
export interface Recovery {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly token?: Token | undefined;
  readonly params?: Params | undefined;
  readonly topic?: string | readonly string[] | undefined;
  /** Continues there, without a snapshot; `null` forgets the cursor. */
  readonly cursor?: string | null | undefined;
}

export type Params = Readonly<Record<string, string | readonly string[]>>;

export interface ShareTabs {
  /** The same in all tabs that share one stream. Include the user, if tabs may have different ones. */
  readonly name: string;
  /** Transient events that a tab needs when it joins, such as who is online. Read in the tab that leads. */
  readonly welcome?:
    (() => readonly { readonly type: string; readonly data: unknown }[]) | undefined;
}

export interface FollowOptions<Events extends object = Record<string, unknown>> {
  /** The stream, such as `/api/events`. Outside a browser it has to be absolute. */
  readonly url: string;
  /** Topics to follow; without any, everything that the caller may see. */
  readonly topic?: string | readonly string[] | undefined;
  /** Further parameters of the URL. */
  readonly params?: Params | undefined;
  /** Headers of the stream. They need the transport `fetch`, which is then used. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Sent as `Authorization: Bearer …`. A function is called for the first request, again after a 401, and
   * shortly before the token expires, if it is a JWT with `exp`.
   */
  readonly token?: Token | undefined;
  /** Cookies: see the Fetch standard. `same-origin` by default. */
  readonly credentials?: RequestCredentials | undefined;
  /**
   * Reads and applies the current state, and resolves to its cursor: the header `Last-Event-ID` of the
   * response. Called at the start, unless there is a `cursor`, and whenever the server no longer knows the cursor
   * or a handler threw. A `ProblemError` with a 4xx status goes to `onError`; any other rejection is retried
   * with backoff, and so is a snapshot that takes longer than `silence`.
   */
  readonly snapshot?: ((request: SnapshotRequest) => Promise<string>) | undefined;
  /** Where to start without a snapshot: a cursor, or `earliest` for everything that is kept. */
  readonly cursor?: string | null | undefined;
  /** Handlers. A handler that throws has not handled its event: the state is read again. */
  readonly on?: Handlers<Events> | undefined;
  /** Reads the data of an event; `JSON.parse` by default. */
  readonly parse?: ((data: string, type: string) => unknown) | undefined;
  readonly onStatus?: ((status: FollowStatus) => void) | undefined;
  /**
   * An error that another attempt does not change: a `ProblemError` with a 4xx status, a `ResetError`, a
   * `HandlerError`, or a token that cannot be sent. Return what to change (`{}` to try the same again), or nothing to
   * stop.
   */
  readonly onError?:
    ((error: FollowError) => Recovery | void | Promise<Recovery | void>) | undefined;
  /** One stream for all tabs of a browser. Requires `snapshot`. A name alone is enough. */
  readonly shareTabs?: string | ShareTabs | undefined;
  /**
   * `event-source` where a browser has it and nothing needs `fetch`: no `headers`, no `token`, no `*` handler,
   * no `for await`, and a `snapshot` or `cursor` to start from. `event-source` with any of the first four is a
   * `TypeError`.
   */
  readonly transport?: 'auto' | 'fetch' | 'event-source' | undefined;
  /** Events that may wait for a `for await` loop; 256 by default. */
  readonly buffer?: number | undefined;
  /** The server's heartbeat, in ms; 15,000 by default. */
  readonly heartbeat?: number | undefined;
  /** Silence after which a stream counts as dead, in ms; 40,000 by default. */
  readonly silence?: number | undefined;
  /** How long a hidden page keeps its stream, in ms; 60,000 by default. Ignored with `shareTabs`. */
  readonly hiddenFor?: number | undefined;
  /** Ceiling of the first reconnection delay, in ms; 1,000 by default. The server's `retry` is the least. */
  readonly retry?: number | undefined;
  /** Closes the stream when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** A `fetch` to use instead of the global one. */
  readonly fetch?: typeof fetch | undefined;
}

/** A stream that is being followed. It is also an `AsyncIterable` of its events. */
export interface Following<Events extends object = Record<string, unknown>> extends AsyncIterable<
  FollowEvent<Events>
> {
  readonly status: FollowStatus;
  /** The place after the last event that was handled; store it to continue there later. */
  readonly cursor: string | null;
  /** Whether this tab holds the connection; always true without `shareTabs`. */
  readonly leads: boolean;
  /** Connects now, whatever it is waiting for. */
  reconnect(): void;
  /** Ends it for good. No callback runs afterwards. */
  close(): void;
  [Symbol.dispose](): void;
}
