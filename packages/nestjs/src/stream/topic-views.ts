import { Injectable, NotFoundException } from '@nestjs/common';
import type { AddressedEvent, LoggedEvent } from '../log/event-log.js';
import {
  TopicPermissions,
  type UserPermissions,
  type UserTopics,
} from '../log/topic-permissions.js';
import { Topics } from '../log/topics.js';
import { ANY_TOPIC, type TopicMatcher } from '../topics/topic-matcher.js';
import { TopicSelector } from '../topics/topic-selector.js';
import { TopicSelectors } from '../topics/topic-selectors.js';
import { EventEncoder } from './event-encoder.js';
import { EventFilter } from './event-filter.js';
import { StreamTopicsReader } from './stream-topics.js';
import type { OtherTopics, StreamView } from './stream-view.js';
import type { Caller } from './subscriber.js';
import { TopicStarts } from './topic-starts.js';

/** The most topics that an error names. */
const MAX_NAMED = 20;

/** Events under their own types, with their own data. Text is a JSON string, so that clients can always parse the data. */
const asRecorded = new EventEncoder('topics', ({ type, data, format }) => ({
  type,
  data: format === 'text' ? JSON.stringify(data) : data,
}));

/** A topic does not exist, or the caller may not see it. The error is the same for both. */
export class UnknownTopic extends NotFoundException {
  constructor(topic: string, visible: Iterable<string>) {
    const some = [...visible].slice(0, MAX_NAMED).join(', ');
    const others = some === '' ? '' : ` You can subscribe to ${some}.`;
    super(`There is no topic "${topic.toWellFormed()}" that you can subscribe to.${others}`);
  }
}

/** A view, or the promise of one that the database decides. */
export type FoundView = StreamView | Promise<StreamView>;

/** What a caller may receive. */
interface Permissions {
  readonly user: UserTopics | undefined;
  /** The features' topics, each with the position after which they are included. */
  readonly visible: ReadonlyMap<string, number>;
  /** All other topics. */
  readonly granted: TopicSelector;
}

/** Finds the view of every event that a caller may see, or of the topics that they name. */
@Injectable()
export class TopicViews {
  readonly #reader: StreamTopicsReader;

  constructor(
    private readonly topics: Topics,
    private readonly permissions: TopicPermissions,
    private readonly selectors: TopicSelectors,
  ) {
    this.#reader = new StreamTopicsReader(topics, selectors);
  }

  /** The view of every event that the caller may see: those of features' topics, and of topics that are granted to them. */
  all(caller: Caller | undefined): FoundView {
    return this.#find(caller, ({ user, visible, granted }) => ({
      ...viewOf('all', user, { requested: granted, granted }),
      snapshot: this.topics.home(user !== undefined),
      topics: TopicStarts.of(visible),
    }));
  }

  /**
   * The view of some topics.
   *
   * @param named a text names a topic of a feature, or one that is granted to the caller. A matcher may select any topic that
   *   no feature has registered, too; of those that are not granted, the view includes the public events. A URL pattern and
   *   `*` select no topics of features.
   * @throws UnknownTopic a topic does not exist, or the caller may not see it. InvalidTopicMatcher a matcher is invalid.
   */
  of(named: readonly (string | TopicMatcher)[], caller: Caller | undefined): FoundView {
    return this.#find(caller, (permissions) => this.#viewOfNamed(named, permissions));
  }

  /** Whether a view includes an event of the log, as of the moment at which the view was found. */
  filterOf(view: StreamView): (event: LoggedEvent) => boolean {
    const filter = new EventFilter(view);
    return (event) => filter.includes(event, this.#reader.ofEvent(event));
  }

  /**
   * Whether the caller of a view may know that an event exists which a program has published: one that is public, or that is
   * granted to the caller. The view may include other topics.
   */
  mayKnow({ others }: StreamView, event: AddressedEvent): boolean {
    if (event.private === 0) return true;
    const topics = this.#reader.ofEvent(event).others;
    return topics !== undefined && others !== undefined && others.granted.selects(topics);
  }

  #viewOfNamed(named: readonly (string | TopicMatcher)[], permissions: Permissions): StreamView {
    const { user, visible, granted } = permissions;
    for (const each of named) this.#check(each, permissions);
    const matchers = named.map((each) => (isText(each) ? exactly(each) : each));
    const topics = [...new Set(matchers.filter(isTopic).map(({ pattern }) => pattern))].toSorted();
    const requested = this.selectors.of(
      matchers.filter((each) => !isTopic(each) || !this.topics.isRegistered(each.pattern)),
    );
    const [snapshot = null] = topics.flatMap((topic) => this.topics.snapshotOf(topic) ?? []);
    return {
      ...viewOf(topics, user, { requested, granted }),
      snapshot,
      topics: new Map([...visible].filter(([topic]) => topics.includes(topic))),
      named: new Set(topics),
    };
  }

  #check(named: string | TopicMatcher, { visible, granted }: Permissions): void {
    const topic = isText(named) ? named : isTopic(named) ? named.pattern : undefined;
    if (topic === undefined || visible.has(topic)) return;
    const isAllowed = !isText(named) || granted.matches([topic]);
    if (this.topics.isRegistered(topic) || !isAllowed)
      throw new UnknownTopic(topic, visible.keys());
  }

  /** Only the topics of a user have to be read. */
  #find(caller: Caller | undefined, viewOf: (permissions: Permissions) => StreamView): FoundView {
    if (!caller || caller.isService) return viewOf(this.#permissionsOf(caller, undefined));
    return this.permissions.of(caller.id).then((user) => viewOf(this.#permissionsOf(caller, user)));
  }

  #permissionsOf(caller: Caller | undefined, user: UserTopics | undefined): Permissions {
    const common = this.topics.common(user !== undefined).map((topic) => [topic, 0] as const);
    return {
      user,
      visible: new Map([...common, ...(user?.topics ?? [])]),
      granted: caller?.grants ?? TopicSelector.none,
    };
  }
}

const isText = (named: string | TopicMatcher): named is string => typeof named === 'string';

const exactly = (pattern: string): TopicMatcher => ({ kind: 'exact', pattern });

const isTopic = ({ kind, pattern }: TopicMatcher): boolean =>
  kind === 'exact' && pattern !== ANY_TOPIC;

/**
 * The key has the generation of the user's permissions: subscribers who come back after events were missed must not share
 * a channel with earlier ones. A topic may contain any character.
 */
function viewOf(
  topics: 'all' | readonly string[],
  user: UserTopics | undefined,
  others: OtherTopics,
): Pick<StreamView, 'key' | 'encoder' | 'user' | 'others'> {
  const { requested, granted } = others;
  const key = JSON.stringify([topics, requested.matchers, granted.matchers]);
  return {
    key: `topics ${user?.generation ?? 0} of ${user?.userId ?? 'anyone'}: ${key}`,
    encoder: asRecorded,
    // Without the topics, which take 1 KB for 20 rooms: the view has its own.
    ...(user && { user: withoutTopics(user) }),
    ...(!requested.isEmpty && { others }),
  };
}

const withoutTopics = ({ userId, asOf, generation }: UserTopics): UserPermissions => ({
  userId,
  asOf,
  generation,
});
