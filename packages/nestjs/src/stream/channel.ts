import type { Chunk } from './chunk.js';
import type { EncodedPages } from './encoded-pages.js';
import type { LoggedEvent } from '../log/event-log.js';
import type { ChangeInOrder } from '../log/topic-permissions.js';
import { EventFilter } from './event-filter.js';
import type { StreamStatistics } from './stream-statistics.js';
import type { StreamTopics, StreamTopicsReader } from './stream-topics.js';
import type { StreamView } from './stream-view.js';
import type { Item, Run } from './run.js';
import type { TopicMatcher } from '../topics/topic-matcher.js';

/** The most data in one run, in UTF-16 code units. Each subscriber reads a longer one page by page, as its connection drains. */
const RUN_LENGTH = 256 * 1024;

/** A subscription that has been handed everything it includes up to `position`. */
export interface LiveSubscription {
  readonly position: number;
  /** Takes a run of events that ends at `head`. `now` is by the monotonic clock. */
  receive(run: Chunk, head: number, now: number): void;
  /** Takes a run of transient events only. They have no position. */
  receiveTransient(run: Chunk, now: number): void;
  /** Reads on from its own position: the next run starts before it and ends after it, or is not delivered. */
  fallBehind(): void;
}

/** A run on its way to the live subscribers. */
interface Delivery {
  readonly chunk: Chunk;
  readonly positions: Run['positions'];
  readonly since: number;
  readonly rest: SetIterator<LiveSubscription>;
}

/** The subscribers to one view. Their frames are built once for all of them. */
export class Channel {
  readonly #filter: EventFilter;
  readonly #live = new Set<LiveSubscription>();
  /** What is delivered next. */
  #run: Run | undefined;
  #delivery: Delivery | undefined;

  constructor(
    readonly view: StreamView,
    private readonly feed: { readonly epoch: string },
    private readonly pages: EncodedPages,
    private readonly topicsReader: StreamTopicsReader,
    private readonly statistics: StreamStatistics,
  ) {
    this.#filter = new EventFilter(view);
  }

  get epoch(): string {
    return this.feed.epoch;
  }

  /** The features' topics that it includes now. They change with the permissions of its user. */
  get topics(): Iterable<string> {
    return this.#filter.topics;
  }

  /** Whether its subscribers receive an event. */
  includes(event: LoggedEvent, topics = this.topicsReader.ofEvent(event)): boolean {
    return this.#filter.includes(event, topics);
  }

  /** Whether its subscribers receive a transient event now. */
  includesTransient(topics: StreamTopics, isPrivate: boolean): boolean {
    return this.#filter.includesTransient(topics, isPrivate);
  }

  /** What selects one of some topics: a matcher of the view, or the name of a feature's topic. */
  matcherFor({ all, others }: StreamTopics): TopicMatcher | undefined {
    const topic = all.find((each) => this.#filter.hasTopic(each));
    if (topic !== undefined) return { kind: 'exact', pattern: topic };
    return others && this.view.others?.requested.matcherFor(others);
  }

  /** Whether no topic that a view names has been revoked since its permissions were read. */
  hasAllNamed({ named, topics }: StreamView): boolean {
    return !named || [...topics.keys()].every((topic) => this.#filter.hasTopic(topic));
  }

  /** Includes a topic from a position on, or no longer. */
  change(change: ChangeInOrder): void {
    this.#filter.change(change);
  }

  join(subscription: LiveSubscription): void {
    this.#live.add(subscription);
  }

  leave(subscription: LiveSubscription): void {
    this.#live.delete(subscription);
  }

  /** Whether a subscription has been handed everything there is. */
  isUpToDate(subscription: LiveSubscription): boolean {
    return !this.#delivery && !this.#run && this.#live.has(subscription);
  }

  isLive(subscription: LiveSubscription): boolean {
    return this.#live.has(subscription);
  }

  /** Whether it has something that is to be delivered. */
  get isWaiting(): boolean {
    return this.#run !== undefined || this.#delivery !== undefined;
  }

  /**
   * Adds to the next run events that the view includes, or the frame of a transient event, which subscribers receive that
   * are live then.
   *
   * @param empty the run to which the first item is added; the same for all channels, so that they share their runs.
   */
  add(item: Item, empty: Run): void {
    this.#run = (this.#run ?? empty).with(item);
  }

  /** Subscribers that join while a run is delivered have read it already. */
  deliver(limit: number, now: number): number {
    this.#delivery ??= this.#next();
    if (!this.#delivery) return 0;
    const { rest } = this.#delivery;
    for (let n = 0; n < limit; n++) {
      const { value: subscription, done } = rest.next();
      if (done) {
        this.#delivered(this.#delivery, now);
        return n;
      }
      handTo(subscription, this.#delivery, now);
    }
    return limit;
  }

  #delivered({ positions, since }: Delivery, now: number): void {
    this.#delivery = undefined;
    if (positions) this.statistics.lag.observe((now - since) / 1000);
  }

  #next(): Delivery | undefined {
    const run = this.#run;
    this.#run = undefined;
    if (!run || this.#live.size === 0) return undefined;
    if (run.length > RUN_LENGTH) {
      this.fallBehind();
      return undefined;
    }
    const chunk = run.encode(this.view.encoder, this.epoch);
    return { chunk, positions: run.positions, since: run.since, rest: this.#live.values() };
  }

  /** Lets all live subscribers read on from their own positions. */
  fallBehind(): void {
    // A copy: a subscriber that is at the head already joins again immediately.
    const behind = Array.from(this.#live);
    for (const subscription of behind) subscription.fallBehind();
  }

  /** The frames of a page of a replay. */
  encodePage(events: readonly LoggedEvent[]): Chunk {
    return this.pages.of(this.view.encoder, events, this.epoch);
  }
}

function handTo(subscription: LiveSubscription, { chunk, positions }: Delivery, now: number): void {
  if (!positions) subscription.receiveTransient(chunk, now);
  else if (subscription.position < positions.first)
    subscription.receive(chunk, positions.last, now);
  else if (subscription.position < positions.last) subscription.fallBehind();
}
