import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { callerIdOf } from '../keys/key.js';
import { KeysRepository } from '../keys/keys.repository.js';
import { MAX_GROUPS, type SubscriberGroup } from './subscriber-groups.js';
import { TopicSubscribers } from './topic-subscribers.js';
import type { SubscriptionToTopic, TopicSubscriptions } from './topic-subscriptions.js';

/** Who is subscribed to a topic, at all nodes. */
export class ListSubscriptions extends Query<TopicSubscriptions> {
  constructor(readonly topic: string) {
    super();
  }
}

@QueryHandler(ListSubscriptions)
export class ListSubscriptionsHandler implements IQueryHandler<ListSubscriptions> {
  constructor(
    private readonly subscribers: TopicSubscribers,
    private readonly database: Database,
    private readonly keys: KeysRepository,
  ) {}

  async execute({ topic }: ListSubscriptions): Promise<TopicSubscriptions> {
    const { groups, nodes } = await this.subscribers.of(topic);
    const all = groups.all.toSorted((one, other) => one.since - other.since);
    const names = all.some(({ isService }) => isService) ? await this.#keyNames() : new Map();
    return {
      topic,
      subscriptions: all.slice(0, MAX_GROUPS).map((group) => subscriptionOf(group, names)),
      connections: groups.connections,
      nodes,
    };
  }

  async #keyNames(): Promise<ReadonlyMap<string, string>> {
    const keys = await this.keys.all(this.database.read);
    return new Map(keys.map(({ id, name }) => [callerIdOf(id), name]));
  }
}

function subscriptionOf(
  { callerId, isService, match, matchType, connections, since }: SubscriberGroup,
  keyNames: ReadonlyMap<string, string>,
): SubscriptionToTopic {
  const rest = { match, matchType, connections, since: new Date(since).toISOString() };
  if (callerId === undefined) return { kind: 'anonymous', ...rest };
  if (!isService) return { kind: 'user', userId: callerId, ...rest };
  // A key that was revoked in the meantime has no name any more.
  const key = keyNames.get(callerId);
  return { kind: 'key', ...(key !== undefined && { key }), ...rest };
}
