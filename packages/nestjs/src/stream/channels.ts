import { type Observable, Subject } from 'rxjs';
import { Channel } from './channel.js';
import { ChannelIndex } from './channel-index.js';
import type { TransientEvent } from '../log/transient-events.js';
import type { EncodedPages } from './encoded-pages.js';
import type { EventEncoder } from './event-encoder.js';
import type { EventFeed } from '../log/event-feed.js';
import type { LoggedEvent } from '../log/event-log.js';
import { frame } from './frames.js';
import type { ChangeInOrder, TopicPermissions } from '../log/topic-permissions.js';
import { Deliveries } from './deliveries.js';
import { recordedAt } from './recorded-at.js';
import { type Item, Run } from './run.js';
import { SetIndex } from './set-index.js';
import type { StreamTopicsReader } from './stream-topics.js';
import type { StreamStatistics } from './stream-statistics.js';
import type { StreamView } from './stream-view.js';
import type { Scheduler } from './scheduler.js';
import type { TopicMatcher } from '../topics/topic-matcher.js';

/** What all channels of a process share. */
interface Context {
  readonly feed: EventFeed;
  readonly permissions: TopicPermissions;
  readonly scheduler: Scheduler;
  readonly pages: EncodedPages;
  readonly topicsReader: StreamTopicsReader;
  readonly statistics: StreamStatistics;
}

/** All channels with subscribers, found by topic: an event costs only the channels that include it. */
export class Channels {
  readonly #byKey = new Map<string, Channel>();
  /** How many subscribers a channel has, live or catching up. */
  readonly #sizes = new Map<Channel, number>();
  readonly #index = new ChannelIndex();
  readonly #byUser = new SetIndex<string, Channel>();
  readonly #deliveries: Deliveries;
  readonly #refused = new Subject<Channel>();
  readonly #endedSessions = new Subject<string>();

  constructor(private readonly context: Context) {
    this.#deliveries = new Deliveries(context.scheduler);
  }

  /** Emits a channel whose subscribers named a topic that they have lost: no event of the stream could state that. */
  get refused(): Observable<Channel> {
    return this.#refused;
  }

  /** Emits an ended session, or a user whose sign-ins have all ended, at its place in the order of the events. */
  get endedSessions(): Observable<string> {
    return this.#endedSessions;
  }

  /** Enters one more subscriber to the channel of a view. The feed has reached the position of the user's permissions. */
  enter(view: StreamView): Channel {
    let channel = this.#byKey.get(view.key);
    if (!channel) {
      const { feed, permissions, pages, topicsReader, statistics } = this.context;
      channel = new Channel(view, feed, pages, topicsReader, statistics);
      this.#byKey.set(view.key, channel);
      this.#index.add(channel);
      if (view.user) {
        this.#byUser.add(view.user.userId, channel);
        for (const change of permissions.changesSince(view.user)) this.#change(channel, change);
      }
    }
    this.#sizes.set(channel, (this.#sizes.get(channel) ?? 0) + 1);
    return channel;
  }

  leave(channel: Channel): void {
    const size = this.#sizes.get(channel)! - 1;
    this.#sizes.set(channel, size);
    if (size > 0) return;
    this.#sizes.delete(channel);
    this.#byKey.delete(channel.view.key);
    this.#index.delete(channel);
    if (channel.view.user) this.#byUser.delete(channel.view.user.userId, channel);
  }

  /** Adds events to the channels that include them. A change of permissions applies to the events that follow it. */
  broadcast(events: readonly LoggedEvent[]): void {
    const { permissions } = this.context;
    const empty = Run.empty(recordedAt(events[0]!));
    let group: LoggedEvent[] = [];
    for (const event of events) {
      const changes = permissions.observe(event);
      const ended = permissions.sessionEndedBy(event);
      const isOnlyDelivered = changes.length === 0 && ended === undefined;
      if (group.length > 0 && !(isOnlyDelivered && haveSameTopics(group[0]!, event))) {
        this.#broadcastGroup(group, empty);
        group = [];
      }
      if (isOnlyDelivered) {
        group.push(event);
        continue;
      }
      this.#changeAll(changes);
      this.#broadcastAlone(event, empty);
      if (ended !== undefined) this.#endSession(ended);
    }
    this.#broadcastGroup(group, empty);
    this.#deliveries.start();
  }

  /** Delivers a transient event to live subscribers, once to each. */
  deliverTransient(event: TransientEvent): void {
    const { view, type, data } = event;
    const delivered = view === undefined ? this.#including(event) : this.#ofView(view);
    if (delivered.length === 0) return;
    const empty = Run.empty(performance.now());
    const bytes = frame({ type, data: JSON.stringify(data) });
    for (const channel of delivered) this.#deliver(channel, bytes, empty);
    this.#deliveries.start();
  }

  /** The kinds of streams that are open. */
  get encoders(): ReadonlySet<EventEncoder> {
    return new Set(Array.from(this.#byKey.values(), ({ view }) => view.encoder));
  }

  /** The channels that ask for a topic, each with what selects it. */
  *askingFor(topic: string): Iterable<readonly [Channel, TopicMatcher]> {
    const topics = this.context.topicsReader.of([topic]);
    for (const channel of this.#index.find(topics)) {
      const matcher = channel.matcherFor(topics);
      if (matcher) yield [channel, matcher];
    }
  }

  /** Lets all live subscribers read on from their own positions: the feed has skipped some. */
  fallBehind(): void {
    for (const channel of this.#byKey.values()) channel.fallBehind();
  }

  /**
   * Adds events with the same topics to the channels that include them, all at once: with 16 writers in a room of 1,000
   * members, a commit has up to 16 events for each channel.
   */
  #broadcastGroup(group: readonly LoggedEvent[], empty: Run): void {
    const [first] = group;
    if (!first) return;
    const topics = this.context.topicsReader.ofEvent(first);
    for (const channel of this.#index.find(topics))
      if (!topics.others || channel.includes(first, topics)) this.#deliver(channel, group, empty);
  }

  /** Adds an event that has changed permissions itself: what it grants are the events after it. */
  #broadcastAlone(event: LoggedEvent, empty: Run): void {
    const topics = this.context.topicsReader.ofEvent(event);
    const alone = [event];
    for (const channel of this.#index.find(topics))
      if (channel.includes(event, topics)) this.#deliver(channel, alone, empty);
  }

  #endSession(id: string): void {
    this.#deliveries.serveAll();
    this.#endedSessions.next(id);
  }

  #deliver(channel: Channel, item: Item, empty: Run): void {
    channel.add(item, empty);
    this.#deliveries.add(channel);
  }

  #including({ topics: all, private: isPrivate = true }: TransientEvent): Channel[] {
    const topics = this.context.topicsReader.of(all);
    return [...this.#index.find(topics)].filter((channel) =>
      channel.includesTransient(topics, isPrivate),
    );
  }

  #ofView(key: string): Channel[] {
    const channel = this.#byKey.get(key);
    return channel ? [channel] : [];
  }

  #changeAll(changes: readonly ChangeInOrder[]): void {
    for (const change of changes)
      for (const channel of this.#byUser.get(change.userId)) this.#change(channel, change);
  }

  #change(channel: Channel, change: ChangeInOrder): void {
    const { topic, granted } = change;
    const { named } = channel.view;
    if (named && !named.has(topic)) return;
    channel.change(change);
    if (named && !granted) this.#refused.next(channel);
    if (granted) this.#index.addTopic(topic, channel);
    else this.#index.deleteTopic(topic, channel);
  }
}

/** Whether two events have the same subscribers while no permissions change. */
const haveSameTopics = (one: LoggedEvent, other: LoggedEvent): boolean =>
  one.topic === other.topic && one.topics === other.topics && one.private === other.private;
