import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Request } from 'express';
import { EventFeed } from '../log/event-feed.js';
import { EventLog } from '../log/event-log.js';
import { Topics } from '../log/topics.js';
import { TopicPermissions } from '../log/topic-permissions.js';
import { TransientEvents } from '../log/transient-events.js';
import { CarillonOptions } from '../options.js';
import type { TopicMatcher } from '../topics/topic-matcher.js';
import { TopicSelectors } from '../topics/topic-selectors.js';
import { Backlog } from './backlog.js';
import type { Channel } from './channel.js';
import { Channels } from './channels.js';
import { jittered, retryDelay } from './closing-frame.js';
import { EncodedPages, PAGES_SHARE } from './encoded-pages.js';
import { bytesOfFrames } from './recent-frames.js';
import { Replays } from './replays.js';
import { Scheduler } from './scheduler.js';
import { StreamTopicsReader } from './stream-topics.js';
import type { SseConnection } from './sse-connection.js';
import type { StartPosition } from './start-position.js';
import { type CloseReason, StreamStatistics } from './stream-statistics.js';
import { type StreamContext, StreamSubscription } from './stream-subscription.js';
import type { StreamView } from './stream-view.js';
import type { Caller, Subscriber } from './subscriber.js';
import { signInOf, SubscriberRegistry } from './subscriber-registry.js';

/** Ended sessions that are remembered, for streams that were being opened when they ended. */
const ENDED_SESSIONS = 10_000;

/** A stream whose connection is open. */
export interface OpenStream {
  readonly view: StreamView;
  readonly subscriber: Subscriber;
  readonly connection: SseConnection;
  readonly start: StartPosition;
  /** Its user does not count as arriving: nobody reads the stream. */
  readonly isSilent?: boolean;
  /** Called when the connection has closed. */
  onLeave(): void;
}

/** An open stream that asks for a topic. */
export interface TopicSubscription {
  /** What of its view selects the topic. */
  readonly matcher: TopicMatcher;
  /** `undefined` for an anonymous subscriber. */
  readonly caller: Caller | undefined;
  /** When the stream was opened, in milliseconds since the epoch. */
  readonly since: number;
}

/** The open streams of a process: delivers the feed to them, and ends those that are no longer permitted. */
@Injectable()
export class StreamSubscriptions implements OnModuleInit {
  readonly #endedSessions = new Set<string>();
  readonly statistics = new StreamStatistics();
  readonly #context: StreamContext;
  /** For pages that wait: nothing is sent to their clients. */
  readonly #silentContext: StreamContext;
  readonly #channels: Channels;
  readonly #pages: EncodedPages;
  readonly #replays: Replays;
  #isClosing = false;

  constructor(
    private readonly options: CarillonOptions,
    private readonly feed: EventFeed,
    log: EventLog,
    private readonly transientEvents: TransientEvents,
    private readonly permissions: TopicPermissions,
    private readonly subscribers: SubscriberRegistry,
    private readonly scheduler: Scheduler,
    topics: Topics,
    selectors: TopicSelectors,
  ) {
    const { backlogBytes, recentBytes } = options.stream;
    const { statistics } = this;
    const replays = (this.#replays = new Replays(feed, log, scheduler));
    const backlog = new Backlog(backlogBytes);
    this.#context = {
      feed,
      replays,
      scheduler,
      backlog,
      statistics,
      onLive: (subscription) => subscribers.arrive(subscription),
      onLeave: (subscription) => this.#remove(subscription),
    };
    this.#silentContext = {
      ...this.#context,
      statistics: new StreamStatistics(),
      onLive: () => undefined,
    };
    const topicsReader = new StreamTopicsReader(topics, selectors);
    const pages = (this.#pages = new EncodedPages(recentBytes * PAGES_SHARE));
    const shared = { feed, permissions, scheduler, pages, topicsReader, statistics };
    this.#channels = new Channels(shared);
  }

  onModuleInit(): void {
    this.feed.events.subscribe((events) => this.#channels.broadcast(events));
    this.transientEvents.events.subscribe((event) => this.#channels.deliverTransient(event));
    this.#channels.refused.subscribe((channel) => this.#endAllOf(channel));
    this.#channels.endedSessions.subscribe((sessionId) => this.#endSession(sessionId));
    this.feed.redactions.subscribe(() => this.#pages.clear());
    this.feed.gaps.subscribe(() => this.#skip());
    this.feed.restarts.subscribe(() => this.#restart());
  }

  /** Bytes of encoded pages, and of the events in them. */
  get pageBytes(): number {
    return this.#pages.bytes;
  }

  /** Bytes of memory that wait in sockets, that frames of recent events take, and that encoded pages take. */
  get retained(): { readonly backlog: number; readonly frames: number; readonly pages: number } {
    const { recent } = this.feed;
    return {
      backlog: this.#context.backlog.retained,
      frames: bytesOfFrames(recent, this.#channels.encoders),
      pages: this.#pages.retained((position) => recent.holds(position)),
    };
  }

  /** Pages of replays that wait to be read from the database. */
  get waitingReads(): number {
    return this.#replays.waitingReads;
  }

  /** Whether new streams are closed immediately. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Identifies the client of a request. */
  subscriberOf(request: Request): Subscriber {
    const { generation } = this.permissions;
    return {
      caller: this.options.caller(request),
      network: this.options.network(request),
      generation,
    };
  }

  /** Starts to deliver to an open stream, or closes it if it has become outdated while it was being opened. */
  add(stream: OpenStream): void {
    const { view, subscriber, start } = stream;
    const channel = this.#channels.enter(view);
    const context = stream.isSilent ? this.#silentContext : this.#context;
    const due = performance.now() + this.#lifetime();
    const subscription = new StreamSubscription(channel, subscriber, stream, context, due);
    this.subscribers.add(subscription);
    const outdated = this.#outdatedBy(view, channel, subscriber);
    if (outdated) subscription.close(outdated, retryDelay());
    else subscription.start(start.reset);
  }

  /** The open streams of this process that ask for a topic, whether or not they receive its private events. */
  *subscribedTo(topic: string): Iterable<TopicSubscription> {
    for (const [channel, matcher] of this.#channels.askingFor(topic))
      for (const { caller, since } of this.subscribers.ofChannel(channel))
        yield { matcher, caller, since };
  }

  /** Ends all streams with a closing frame. */
  close(): void {
    this.#isClosing = true;
    for (const subscription of this.subscribers.all) subscription.close('shutdown', retryDelay());
  }

  /** What has ended, while a stream was being opened, of what it was opened with. */
  #outdatedBy(view: StreamView, channel: Channel, subscriber: Subscriber): CloseReason | undefined {
    const { caller, generation } = subscriber;
    // The end of the session, or of the key, may be among events that were missed since then.
    const isUncertain = caller !== undefined && generation !== this.permissions.generation;
    const isStale = view.user !== undefined && !this.permissions.areCurrent(view.user);
    const isEnded = caller !== undefined && this.#endedSessions.has(signInOf(caller));
    if (this.#isClosing) return 'shutdown';
    if (isEnded) return 'sign-in';
    // The channel may belong to streams that are closing because they lost the same topic.
    return isUncertain || isStale || !channel.hasAllNamed(view) ? 'permissions' : undefined;
  }

  /** Ends the streams of a session, or of a user who signed in without one, and those that are being opened. */
  #endSession(id: string): void {
    this.#endedSessions.add(id);
    if (this.#endedSessions.size > ENDED_SESSIONS)
      this.#endedSessions.delete(this.#endedSessions.values().next().value!);
    for (const subscription of this.subscribers.ofSignIn(id))
      subscription.close('sign-in', retryDelay());
  }

  /** In a later turn, since some may be about to be added. Their clients come back, and are refused. */
  #endAllOf(channel: Channel): void {
    this.scheduler.add('live', () => {
      for (const subscription of this.subscribers.ofChannel(channel))
        subscription.close('permissions', retryDelay());
    });
  }

  /** Events are missing: every subscriber reads on from its cursor. */
  #skip(): void {
    this.#channels.fallBehind();
    this.#sendBackCallers();
  }

  /** The log is another one. */
  #restart(): void {
    for (const subscription of this.subscribers.all)
      this.scheduler.add('live', () => subscription.restart());
    this.#sendBackCallers();
  }

  /** What has changed for signed-in users is unknown: they come back, and their permissions are read again. */
  #sendBackCallers(): void {
    this.permissions.reset();
    for (const subscription of this.subscribers.all)
      if (subscription.caller)
        this.scheduler.add('live', () => subscription.close('permissions', retryDelay()));
  }

  #remove(subscription: StreamSubscription): void {
    this.#channels.leave(subscription.channel);
    this.subscribers.delete(subscription);
  }

  #lifetime(): number {
    const { lifetime } = this.options.stream;
    return lifetime > 0 ? jittered(lifetime) : Infinity;
  }
}
