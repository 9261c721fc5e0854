import { streamsOnly } from './streams-only.js';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type MessageEvent,
  type OnModuleInit,
} from '@nestjs/common';
import type { Request } from 'express';
import { EMPTY, Observable, Subject } from 'rxjs';
import { Config } from '../config.js';
import { DatabaseUnavailable } from '../database/errors.js';
import { networkOf } from '../http/client-address.js';
import { streamMaximum } from '../http/descriptors.js';
import { Backlog } from './backlog.js';
import type { Channel } from './channel.js';
import { Channels } from './channels.js';
import { Chunk } from './chunk.js';
import {
  ClosingFrame,
  jittered,
  requestedCursor,
  retryDelay,
  retryDelayWhenFull,
} from './closing-frame.js';
import { formatCursor, parseCursor } from './cursor.js';
import { Ephemerals } from './ephemerals.js';
import { EncodedPages, PAGES_SHARE } from './encoded-pages.js';
import { EventFeed } from './event-feed.js';
import { EventLog } from './event-log.js';
import { frame, oneLine } from './frames.js';
import { Listener, type Opener, type ResetReason, type StreamContext } from './listener.js';
import { Outlet } from './outlet.js';
import { Places } from './places.js';
import { Replays } from './replays.js';
import { Rights } from './rights.js';
import { beginStream, holdHead } from './stream-head.js';
import { isPersonal, type PersonalView, type StreamView } from './stream-view.js';
import { signInOf, SubscriberRegistry } from './subscriber-registry.js';
import { Turns } from './turns.js';

/** How often all listeners are looked at within the shortest of the times that are watched. */
const LOOKS = 10;
/** Milliseconds between two looks at the most: a stream ends so soon after what its caller signed in with. */
const LONGEST_PAUSE = 500;
/** Listeners that are looked at before the clock is. */
const BATCH = 256;
/** Sessions that are known to have ended, for streams that were on their way when they did. */
const ENDED_SESSIONS = 10_000;
const NOT_OPENED = 'A stream could not be opened.';

interface Start {
  readonly position: number;
  readonly reset?: ResetReason;
}

/** Opens streams, keeps them alive, and ends them. */
@Injectable()
export class Streams implements OnModuleInit, BeforeApplicationShutdown {
  /** Streams that may be open at once. */
  readonly maximum: number;
  readonly #logger = new Logger(Streams.name);
  readonly #subscribers = new SubscriberRegistry<Listener>();
  readonly #arrivals = new Subject<PersonalView>();
  readonly #departures = new Subject<string>();
  readonly #endedSessions = new Set<string>();
  readonly #context: StreamContext;
  readonly #channels: Channels;
  readonly #places: Places;
  readonly #pages: EncodedPages;
  #closing = false;
  #looking = false;
  #timer?: NodeJS.Timeout;

  constructor(
    private readonly config: Config,
    private readonly feed: EventFeed,
    private readonly log: EventLog,
    private readonly ephemerals: Ephemerals,
    private readonly rights: Rights,
    private readonly closing: ClosingFrame,
    turns: Turns,
  ) {
    this.maximum = streamMaximum(config.STREAM_MAX);
    this.#places = new Places(this.maximum, config);
    const replays = new Replays(feed, log, turns);
    this.#context = { feed, replays, turns, backlog: new Backlog(config.STREAM_BACKLOG_BYTES) };
    this.#pages = new EncodedPages(config.STREAM_RING_BYTES * PAGES_SHARE);
    this.#channels = new Channels({ feed, rights, turns, pages: this.#pages });
  }

  onModuleInit(): void {
    this.feed.facts.subscribe((facts) => this.#channels.broadcast(facts));
    this.ephemerals.facts.subscribe((fact) => this.#channels.tell(fact));
    this.#channels.refused.subscribe((channel) => this.#endAllOf(channel));
    this.#channels.endedSessions.subscribe((sessionId) => this.#endSession(sessionId));
    this.feed.redactions.subscribe(() => this.#pages.clear());
    this.feed.gaps.subscribe(() => {
      this.#channels.fallBehind();
      this.#sendBackPeople();
    });
    this.feed.restarts.subscribe(() => {
      for (const listener of this.#subscribers.all)
        this.#context.turns.add('live', () => listener.startAnew());
      this.#sendBackPeople();
    });
    const { STREAM_HEARTBEAT, STREAM_STALL_TIMEOUT, STREAM_LIFETIME } = this.config;
    const shortest = Math.min(STREAM_HEARTBEAT, STREAM_STALL_TIMEOUT, STREAM_LIFETIME || Infinity);
    const pause = Math.min(shortest / LOOKS, LONGEST_PAUSE);
    this.#timer = setInterval(() => this.#lookAfterAll(), pause);
  }

  beforeApplicationShutdown(): void {
    this.close();
    clearInterval(this.#timer);
  }

  /** How many streams are open, or about to be. */
  get size(): number {
    return this.#places.taken;
  }

  /** Whether one more is told to come back later, whoever asks for it. */
  get isFull(): boolean {
    return this.#places.areAllTaken;
  }

  /** The people who listen to a view of their own, at this process. */
  get people(): Iterable<string> {
    return this.#subscribers.users;
  }

  isListening(userId: string): boolean {
    return this.#subscribers.hasUser(userId);
  }

  /** The view of a person whose stream has become live, each time that one does. */
  get arrivals(): Observable<PersonalView> {
    return this.#arrivals;
  }

  /** The views of a person that are open at this process. */
  viewsOf(userId: string): PersonalView[] {
    return this.#channels.viewsOf(userId);
  }

  /** A person whose last stream has ended. */
  get departures(): Observable<string> {
    return this.#departures;
  }

  /**
   * What an `@EventStream()` endpoint returns: the facts of a view as MessageEvents, from the cursor that the request
   * names, from the first that is kept for `earliest`, else from now on.
   *
   * @throws Problem `not-acceptable`: the client does not take an event stream.
   */
  async open(view: StreamView, request: Request): Promise<Observable<MessageEvent>> {
    if (!request.accepts(['text/event-stream', 'text/event-stream; charset=utf-8']))
      throw streamsOnly();
    const response = request.res!;
    if (request.method === 'HEAD') {
      beginStream(response).end();
      return EMPTY;
    }
    if (this.#closing) return this.#sendBack(request);
    const opener = { caller: request.caller, network: networkOf(request) };
    const place = this.#places.take(opener.network, opener.caller);
    if (!place) return this.#sendBack(request, retryDelayWhenFull());

    const cursor = requestedCursor(request);
    const free = (): void => place.free();
    response.once('close', free);
    const releaseHead = holdHead(response);
    let start: Start;
    try {
      // Its channel is where the feed is: before it was as far, a topic that was lost would still be open.
      if (view.person) await this.feed.reach(view.person.asOf);
      start = await this.#startOf(cursor, view, opener);
    } catch (error) {
      free();
      releaseHead();
      // An EventSource would never come back after an error.
      if (!(error instanceof DatabaseUnavailable)) this.#logger.error({ err: error }, NOT_OPENED);
      return this.#sendBack(request);
    }
    releaseHead();
    if (response.closed) free();
    const opening = { retry: retryDelay(), id: this.#cursorOf(start, cursor) };
    return new Observable<MessageEvent>((nest) => {
      try {
        const outlet = Outlet.takeOver(nest, response, opening);
        if (!outlet) return free();
        // From now on the stream has the place, and no longer its response, which node takes for finished.
        response.off('close', free);
        this.#join(view, start, outlet, opener, free);
      } catch (error) {
        free();
        this.#logger.error({ err: error }, NOT_OPENED);
        request.socket.destroy();
      }
    });
  }

  /** Ends all streams with a farewell, and from now on each new one at once. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    for (const listener of this.#subscribers.all) listener.farewell(retryDelay());
  }

  /** @param retry milliseconds after which the client comes back. */
  #sendBack(request: Request, retry?: number): Observable<never> {
    this.closing.send(request, retry);
    return EMPTY;
  }

  #join(view: StreamView, start: Start, outlet: Outlet, opener: Opener, free: () => void): void {
    const channel = this.#channels.enter(view);
    const due = performance.now() + this.#lifetime();
    const onLive = (): void => {
      if (isPersonal(view)) this.#arrivals.next(view);
    };
    const onLeave = (): void => {
      free();
      this.#subscribers.delete(listener);
      this.#channels.leave(channel);
      if (view.person && !this.isListening(view.person.userId))
        this.#departures.next(view.person.userId);
    };
    const { position } = start;
    const listener = new Listener(
      channel,
      opener,
      outlet,
      this.#context,
      position,
      due,
      onLive,
      onLeave,
    );
    this.#subscribers.add(listener);
    if (this.#isOver(view, channel, opener)) listener.farewell(retryDelay());
    else listener.start(start.reset);
  }

  /** Whether what a stream was opened with has ended while it was on its way. */
  #isOver(view: StreamView, channel: Channel, { caller }: Opener): boolean {
    const isStale = view.person !== undefined && !this.rights.areCurrent(view.person);
    const isEnded = caller !== undefined && this.#endedSessions.has(signInOf(caller));
    // The channel may be that of streams which are closing because they have lost the same topic.
    return this.#closing || isStale || isEnded || !channel.hasAllNamed(view);
  }

  /** Ends the streams that were opened with a session, or by a user who has none, and those that are on their way. */
  #endSession(id: string): void {
    this.#endedSessions.add(id);
    if (this.#endedSessions.size > ENDED_SESSIONS)
      this.#endedSessions.delete(this.#endedSessions.values().next().value!);
    for (const listener of this.#subscribers.ofSignIn(id)) listener.farewell(retryDelay());
  }

  /** In a later turn: some may be about to be opened. They come back, and are refused. */
  #endAllOf(channel: Channel): void {
    this.#context.turns.add('live', () => {
      for (const listener of this.#subscribers.ofChannel(channel)) listener.farewell(retryDelay());
    });
  }

  /** What has changed for those who signed in is not known: they come back, and it is looked up. */
  #sendBackPeople(): void {
    this.rights.startAnew();
    for (const listener of this.#subscribers.all)
      if (listener.caller) this.#context.turns.add('live', () => listener.farewell(retryDelay()));
  }

  async #startOf(
    requested: string | undefined,
    view: StreamView,
    { caller }: Opener,
  ): Promise<Start> {
    if (requested === undefined) return { position: this.feed.head };
    const start = await this.#startFrom(requested, view);
    const { head } = this.feed;
    const limit = caller ? 0 : this.config.STREAM_ANONYMOUS_REPLAY;
    const isTooFar = limit > 0 && start.position < head - limit;
    return isTooFar ? { position: head, reset: 'expired' } : start;
  }

  async #startFrom(requested: string, view: StreamView): Promise<Start> {
    const cursor = parseCursor(requested);
    // A snapshot may be ahead of the feed by what was committed just now.
    if (cursor && cursor.position > this.feed.head) await this.feed.wake();
    const { head, epoch } = this.feed;
    if (requested === 'earliest') return { position: (await this.log.state()).oldest - 1 };
    if (!cursor || cursor.epoch !== epoch || cursor.position > head)
      return { position: head, reset: 'unknown' };
    // It would miss, without a word, what it may not hear any more.
    if (view.named && [...view.topics.values()].some((since) => since > cursor.position))
      return { position: head, reset: 'unknown' };
    // Where what follows it was trimmed, the listener finds out when it reads on.
    return { position: cursor.position };
  }

  /** A cursor that is about to be reset is given back as it came: cut now, its client still gets the reset. */
  #cursorOf({ position, reset }: Start, requested: string | undefined): string {
    if (reset && requested) return oneLine(requested);
    return formatCursor({ epoch: this.feed.epoch, position });
  }

  #lifetime(): number {
    const { STREAM_LIFETIME } = this.config;
    return STREAM_LIFETIME > 0 ? jittered(STREAM_LIFETIME) : Infinity;
  }

  #lookAfterAll(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#lookAfter(this.#subscribers.all.values());
  }

  #lookAfter(rest: SetIterator<Listener>): void {
    const { STREAM_HEARTBEAT, STREAM_STALL_TIMEOUT } = this.config;
    const { head } = this.feed;
    const heartbeat = this.#heartbeat(head);
    const [now, wallClock] = [performance.now(), Date.now()];
    for (let n = 0; n < BATCH; n++) {
      const { value: listener, done } = rest.next();
      if (done) {
        this.#looking = false;
        return;
      }
      if (listener.isStalled(STREAM_STALL_TIMEOUT, now)) {
        this.#logger.log('A listener that took nothing for STREAM_STALL_TIMEOUT was cut off.');
        listener.cut();
      } else if (listener.isDue(now, wallClock)) listener.farewell(retryDelay());
      else listener.beat(STREAM_HEARTBEAT, heartbeat, head, now);
    }
    this.#context.turns.add('live', () => this.#lookAfter(rest));
  }

  #heartbeat(head: number): Chunk {
    const id = formatCursor({ epoch: this.feed.epoch, position: head });
    return Chunk.of([frame({ type: 'heartbeat', id, data: '{}' })]);
  }
}
