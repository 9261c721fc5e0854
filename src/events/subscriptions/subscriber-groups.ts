import type { TopicMatcher } from '@carillon/nestjs';
import type { TopicSubscription } from '@carillon/nestjs/internal';
import { isKeyCallerId } from '../keys/key.js';

/** The most groups of one topic that a node sends, and that a response has. */
export const MAX_GROUPS = 1000;

/** The open streams of one caller, or of all anonymous ones, that ask for a topic with the same matcher. */
export interface SubscriberGroup {
  readonly match: string;
  readonly matchType: TopicMatcher['kind'];
  /** The id of a user or of the caller with a key; missing for anonymous subscribers. */
  readonly callerId?: string;
  readonly isService?: boolean;
  readonly connections: number;
  /** When the first of the streams was opened, in milliseconds since the epoch. */
  readonly since: number;
}

/** The subscribers of one topic, in groups. */
export class SubscriberGroups {
  readonly #groups = new Map<string, SubscriberGroup>();
  /** Streams of groups beyond the maximum. */
  omitted = 0;

  static of(subscriptions: Iterable<TopicSubscription>): SubscriberGroups {
    const groups = new SubscriberGroups();
    for (const one of subscriptions) groups.add(groupOf(one));
    return groups;
  }

  get all(): SubscriberGroup[] {
    return [...this.#groups.values()];
  }

  get connections(): number {
    return this.all.reduce((sum, { connections }) => sum + connections, this.omitted);
  }

  add(group: SubscriberGroup): void {
    const key = JSON.stringify([group.matchType, group.match, group.callerId]);
    const known = this.#groups.get(key);
    if (!known && this.#groups.size === MAX_GROUPS) this.omitted += group.connections;
    else this.#groups.set(key, known ? united(known, group) : group);
  }
}

const united = (one: SubscriberGroup, other: SubscriberGroup): SubscriberGroup => ({
  ...one,
  connections: one.connections + other.connections,
  since: Math.min(one.since, other.since),
});

/** Subscribers of the Mercure hub are anonymous: their tokens may come from anyone whom the operator trusts. */
function groupOf({ matcher, caller, since }: TopicSubscription): SubscriberGroup {
  const group = { match: matcher.pattern, matchType: matcher.kind, connections: 1, since };
  if (!caller || (caller.isService && !isKeyCallerId(caller.id))) return group;
  return { ...group, callerId: caller.id, ...(caller.isService && { isService: true }) };
}
