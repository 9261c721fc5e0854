import { checkOptions } from './check-options.js';
import { Credentials } from './credentials.js';
import type { FollowError } from './errors.js';
import { EventQueue } from './event-queue.js';
import type { FollowEvent, Following, FollowOptions, FollowStatus } from './options.js';
import { OwnStream } from './own-stream.js';
import { reporting } from './reporting.js';
import { canShareTabs } from './shared-tabs/leadership.js';
import { SharedStream } from './shared-tabs/shared-stream.js';
import type { Source, SourceEvent, SourceEvents } from './source.js';

/**
 * Follows a state over HTTP: reads a snapshot, then the events since, and stays up to date.
 *
 * ```ts
 * const users = new Map<string, User>();
 * const following = follow<{ update: User; remove: { id: string } }>({
 *   url: '/api/users/event',
 *   snapshot: async ({ signal, headers }) => {
 *     const { body, cursor } = await readJson<User[]>('/api/users', { signal, headers });
 *     users.clear();
 *     for (const user of body) users.set(user.id, user);
 *     return cursor;
 *   },
 *   on: {
 *     update: (user) => users.set(user.id, user),
 *     remove: ({ id }) => users.delete(id),
 *   },
 *   onStatus: ({ state }) => console.log(state),
 * });
 * following.close();
 * ```
 *
 * Every event since the snapshot reaches its handler once and in order, however often the connection
 * breaks:
 *
 * - Whatever ends the stream, it is opened again at the last event that was handled, with {@link Backoff}
 *   and not before the server's `retry` (WHATWG HTML, 9.2.3).
 * - `event: reset` (the cursor is of no use to the server) and a handler that throws read the snapshot
 *   again. The stream is closed meanwhile, so no event meets the old state.
 * - A stream that is silent for too long is reopened (see {@link SilenceTimeout}).
 * - It reconnects at once when the network is back and when the page is visible again. A page that stays
 *   hidden gives its connection back: a browser has only six per origin on HTTP/1.1.
 * - What another attempt does not change, such as a 4xx problem document (RFC 9457), goes to `onError`.
 *
 * The result is also an `AsyncIterable`. The loop receives the events from then on; if it is slower than
 * the stream, at most `buffer` events wait, and the stream pauses. Leaving the loop does not close the
 * stream.
 *
 * @throws TypeError if an option is of no use, or the options contradict each other
 */
export function follow<Events extends object = Record<string, unknown>>(
  options: FollowOptions<Events>,
): Following<Events> {
  return new Follower(options);
}

const DEFAULT_BUFFER = 256;

const parseJson = (text: string): unknown => JSON.parse(text);

/** An `EventSource` would leave out the token, and events of types it does not know, silently. */
function refuseContradiction({ transport, token, headers, on = {} }: FollowOptions<any>): void {
  if (transport !== 'event-source') return;
  if (token !== undefined || headers !== undefined)
    throw new TypeError(
      'An EventSource sends no headers: leave out transport, or token and headers.',
    );
  if (Object.hasOwn(on, '*')) throw unknownTypes();
}

const unknownTypes = (): TypeError =>
  new TypeError(
    'An EventSource delivers only types that `on` names: leave out transport, or replace `*` or the loop by handlers.',
  );

class Follower<Events extends object> implements Following<Events> {
  readonly #options: FollowOptions<Events>;
  readonly #source: Source;
  readonly #own: OwnStream | null = null;
  readonly #onAbort = () => this.close();
  #queue: EventQueue<FollowEvent<Events>> | null = null;
  #failure: FollowError | null = null;

  constructor(options: FollowOptions<Events>) {
    checkOptions({ ...options, url: options.url ?? null });
    refuseContradiction(options);
    this.#options = options;
    const { shareTabs, signal, on: _, onStatus: __, ...stream } = options;
    // A tab that can share keeps its stream while it is hidden, whether the browser lets it share or not.
    const rest = shareTabs === undefined ? stream : { ...stream, hiddenFor: Infinity };
    const credentials = new Credentials(options);
    if (shareTabs !== undefined && canShareTabs())
      this.#source = new SharedStream({ ...rest, shareTabs }, credentials, this.#events());
    else this.#source = this.#own = new OwnStream(rest, credentials, this.#events());
    if (signal?.aborted) this.close();
    signal?.addEventListener('abort', this.#onAbort);
    this.#source.start();
  }

  get status(): FollowStatus {
    return this.#source.status;
  }

  get cursor(): string | null {
    return this.#source.cursor;
  }

  get leads(): boolean {
    return this.#source.leads;
  }

  reconnect(): void {
    this.#source.reconnect();
  }

  close(): void {
    // A signal may outlive many streams.
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#source.close();
    this.#queue?.end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<FollowEvent<Events>, undefined> {
    const own = this.#own;
    if (!own) throw new TypeError('A shared stream cannot be iterated: leave out shareTabs.');
    if (this.#options.transport === 'event-source') throw unknownTypes();
    if (this.#queue) throw new TypeError('There is a loop over these events already.');
    const queue = new EventQueue<FollowEvent<Events>>(
      this.#options.buffer ?? DEFAULT_BUFFER,
      () => own.setFull(false),
      () => this.#leaveLoop(own),
    );
    if (this.#failure || this.status.state === 'closed') queue.end(this.#failure);
    this.#queue = queue;
    own.widen();
    return queue;
  }

  #leaveLoop(own: OwnStream): void {
    this.#queue = null;
    own.setFull(false);
  }

  #events(): SourceEvents {
    return {
      types: () => this.#types(),
      onEvent: (event) => this.#dispatch(event),
      onStatus: (status) => this.#onStatus(status),
    };
  }

  #types(): readonly string[] | null {
    const { on = {} } = this.#options;
    const types = Object.keys(on);
    return types.length === 0 || types.includes('*') ? null : types;
  }

  #dispatch({ type, text, value, cursor, transient }: SourceEvent): void {
    const { on = {}, parse = parseJson } = this.#options;
    const data = text === undefined ? value : parse(text, type);
    const event = { type, data, cursor, transient } as FollowEvent<Events>;
    const handlers = on as Record<string, ((data: unknown, event: unknown) => void) | undefined>;
    for (const name of [type, '*']) if (Object.hasOwn(on, name)) handlers[name]?.(data, event);
    this.#enqueue(event);
  }

  #enqueue(event: FollowEvent<Events>): void {
    this.#queue?.push(event);
    if (this.#queue?.isFull) this.#own?.setFull(true);
  }

  #onStatus(status: FollowStatus): void {
    this.#failure = status.state === 'failed' ? status.error : null;
    if (this.#failure) this.#queue?.end(this.#failure);
    reporting('onStatus', () => this.#options.onStatus?.(status));
  }
}
