import { Backoff } from './backoff.js';
import { watchPage } from './page-signals.js';
import { Patience } from './patience.js';

export type LiveStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** `retryAt` is a time as of `Date.now()`. */
  | { readonly state: 'reconnecting'; readonly retryAt: number }
  /** The page has been hidden for a while; nothing is lost, the cursor is kept. */
  | { readonly state: 'paused' }
  | { readonly state: 'offline' };

export interface LiveStreamOptions<Events extends object> {
  readonly url: string;
  /**
   * Fetches and applies the present state, and resolves to the cursor at which it was read.
   * Called at the start and whenever the server no longer knows the cursor. A rejection is
   * retried with backoff. Give the request a time limit of your own, and the signal.
   */
  readonly snapshot: (signal: AbortSignal) => Promise<string>;
  /** A handler per event name; it gets the event's JSON, and the cursor behind the event. */
  readonly on: { readonly [Name in keyof Events]: (data: Events[Name], cursor: string) => void };
  /** Where to go on without a snapshot, for who has the state as of there. */
  readonly cursor?: string | null;
  /** The server was silent but is there, and all up to the cursor has been heard. */
  readonly onHeartbeat?: (cursor: string) => void;
  readonly onStatus?: (status: LiveStatus) => void;
  /** The server's heartbeat, in ms. Back in sight, a stream silent for longer is reopened. */
  readonly heartbeat?: number;
  /** Silence after which the stream is taken for dead, in ms. */
  readonly silence?: number;
  /** How long a hidden page keeps its stream, in ms; Infinity where others depend on it. */
  readonly hiddenFor?: number;
  /** Ceiling of the first reconnection delay, in ms; see {@link Backoff}. */
  readonly retry?: number;
}

export interface LiveStream {
  /** Connects now, whatever the stream is waiting for. */
  reconnect(): void;
  /** Ends the stream for good. No callback runs afterwards. */
  close(): void;
}

/**
 * Follows a state over HTTP: reads a snapshot, then the events since, and stays with it.
 *
 * ```ts
 * const stream = openLiveStream<{ update: User; remove: { id: string } }>({
 *   url: '/api/users/event',
 *   snapshot: async (signal) => {
 *     const response = await fetch('/api/users', { signal });
 *     if (!response.ok) throw new Error(response.statusText);
 *     replaceAll(await response.json());
 *     return response.headers.get('Last-Event-ID')!;
 *   },
 *   on: { update: upsert, remove: ({ id }) => drop(id) },
 *   onStatus: ({ state }) => console.log(state),
 * });
 * stream.close();
 * ```
 *
 * Every event since the snapshot reaches its handler once and in order, however often the
 * connection breaks. What that takes:
 *
 * - Whatever ends the stream, it is opened again from the last event seen, with {@link Backoff}.
 *   This includes what the native EventSource gives up on: 204, 4xx, 5xx, another content type.
 * - `event: reset` (the cursor is of no use to the server) and an event that cannot be applied
 *   fetch the snapshot again. The stream is closed meanwhile, so no event meets the old state.
 * - A stream that is silent for too long is reopened (see {@link Patience}); the server is
 *   expected to send `event: heartbeat` when it has nothing else to say.
 * - It reopens at once when the network is back and when the page comes back into sight. A
 *   page that stays hidden gives its connection back, as a browser has only six per origin on
 *   HTTP/1.1, and a page in the bfcache may hold none.
 *
 * EventSource does not tell what `retry:` said, so `retry` is the place to repeat it.
 */
export function openLiveStream<Events extends object>(
  options: LiveStreamOptions<Events>,
): LiveStream {
  return new Follower(options);
}

/** A stream that has been open for this long, in ms, has proved good. */
const PROBATION = 5_000;

class Follower<Events extends object> implements LiveStream {
  readonly #options: LiveStreamOptions<Events>;
  readonly #backoff: Backoff;
  readonly #patience: Patience;
  readonly #unwatchPage: () => void;
  #status: LiveStatus | null = null;
  #cursor: string | null = null;
  #lastHeard = 0;
  #startedOver = false;
  // Set by the event, not from navigator.onLine, which is false on a machine that has only its
  // loopback, where a server may well be.
  #offline = false;
  #closed = false;
  #hideTimer: ReturnType<typeof setTimeout> | undefined;
  /** Ends what is under way: a wait, a snapshot request or a stream. */
  #stop = () => {};

  constructor(options: LiveStreamOptions<Events>) {
    this.#options = options;
    this.#cursor = options.cursor ?? null;
    this.#backoff = new Backoff({ base: options.retry ?? 1_000 });
    this.#patience = new Patience({ base: options.silence ?? 40_000 });
    this.#unwatchPage = watchPage({
      online: () => this.#onOnline(),
      offline: () => this.#onOffline(),
      shown: () => this.#onShown(),
      hidden: () => this.#onHidden(),
      left: () => this.#pause(),
    });
    this.reconnect();
  }

  reconnect(): void {
    if (this.#closed) return;
    this.#stop();
    this.#lastHeard = Date.now();
    this.#report({ state: 'connecting' });
    if (this.#cursor === null) this.#fetchSnapshot();
    else this.#openStream(this.#cursor);
  }

  close(): void {
    this.#closed = true;
    this.#unwatchPage();
    clearTimeout(this.#hideTimer);
    this.#stop();
  }

  #fetchSnapshot(): void {
    const request = new AbortController();
    this.#stop = () => request.abort();
    this.#options.snapshot(request.signal).then(
      (cursor) => {
        if (request.signal.aborted) return;
        this.#cursor = cursor;
        this.#openStream(cursor);
      },
      () => {
        if (!request.signal.aborted) this.#retryLater();
      },
    );
  }

  #openStream(cursor: string): void {
    const source = new EventSource(withCursor(this.#options.url, cursor));
    let probation: ReturnType<typeof setTimeout> | undefined;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const watch = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => this.#onSilence(), this.#patience.limit);
    };
    this.#stop = () => {
      source.close();
      clearTimeout(probation);
      clearTimeout(watchdog);
    };
    const listen = (name: string, handle: (data: string, cursor: string) => void) =>
      source.addEventListener(name, (event: MessageEvent<string>) => {
        this.#hear(event.lastEventId);
        watch();
        this.#apply(() => handle(event.data, this.#cursor ?? cursor));
      });

    // From the attempt on, not from its success: a connection can also hang before it opens.
    watch();
    source.onopen = () => {
      this.#report({ state: 'live' });
      probation = setTimeout(() => this.#onGood(), PROBATION);
    };
    // The native one might reconnect by itself, at a time that it keeps to itself.
    source.onerror = () => this.#retryLater();
    source.addEventListener('reset', () => this.#startOver());
    listen('heartbeat', (_, heard) => this.#options.onHeartbeat?.(heard));
    for (const name of eventNames(this.#options.on)) {
      listen(name, (data, heard) =>
        this.#options.on[name](JSON.parse(data) as Events[typeof name], heard),
      );
    }
  }

  #hear(lastEventId: string): void {
    // Also right when events that nobody listens to lie between: the id tells the latest of all.
    if (lastEventId !== '') this.#cursor = lastEventId;
    const now = Date.now();
    this.#patience.heard(now - this.#lastHeard);
    this.#lastHeard = now;
    this.#onGood();
  }

  #apply(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      console.error('An event could not be applied', error);
      if (!this.#closed) this.#startOver();
    }
  }

  /** Only now, since a server under overload accepts a stream just to end it. */
  #onGood(): void {
    this.#backoff.reset();
    this.#startedOver = false;
  }

  #onSilence(): void {
    this.#patience.ranOut();
    this.reconnect();
  }

  #startOver(): void {
    this.#cursor = null;
    // A second time in a row the snapshot's own cursor was refused: do not spin.
    if (this.#startedOver) this.#retryLater();
    else this.reconnect();
    this.#startedOver = true;
  }

  #retryLater(): void {
    this.#stop();
    if (this.#offline) {
      this.#report({ state: 'offline' });
      return;
    }
    const delay = this.#backoff.next();
    const timer = setTimeout(() => this.reconnect(), delay);
    this.#stop = () => clearTimeout(timer);
    this.#report({ state: 'reconnecting', retryAt: Date.now() + delay });
  }

  #onOnline(): void {
    this.#offline = false;
    if (this.#status?.state !== 'paused') this.#refresh();
  }

  #onOffline(): void {
    this.#offline = true;
    if (this.#status?.state === 'paused') return;
    this.#stop();
    this.#report({ state: 'offline' });
  }

  #onShown(): void {
    clearTimeout(this.#hideTimer);
    this.#refresh();
  }

  #onHidden(): void {
    clearTimeout(this.#hideTimer);
    const { hiddenFor = 60_000 } = this.#options;
    // A timer cannot wait for ever: it would go off at once.
    if (hiddenFor === Infinity) return;
    this.#hideTimer = setTimeout(() => this.#pause(), hiddenFor);
  }

  #pause(): void {
    this.#stop();
    this.#report({ state: 'paused' });
  }

  #refresh(): void {
    const connected = this.#status?.state === 'live' || this.#status?.state === 'connecting';
    const silence = Date.now() - this.#lastHeard;
    if (!connected || silence > (this.#options.heartbeat ?? 15_000)) this.reconnect();
  }

  #report(status: LiveStatus): void {
    this.#status = status;
    this.#options.onStatus?.(status);
  }
}

function withCursor(url: string, cursor: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}lastEventId=${encodeURIComponent(cursor)}`;
}

function eventNames<Events extends object>(on: LiveStreamOptions<Events>['on']) {
  return Object.keys(on) as (keyof Events & string)[];
}
