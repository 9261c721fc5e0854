import { Channel } from './channel.js';
import type { EphemeralFact } from './ephemerals.js';
import type { EventFeed } from './event-feed.js';
import type { LoggedFact } from './event-log.js';
import { frame } from './frames.js';
import type { StreamView } from './stream-view.js';
import type { Turns } from './turns.js';

/** Stands for all topics in the index. */
const ALL = Symbol('all topics');

/** All channels that someone listens to, found by topic: a fact costs only those who hear of it. */
export class Channels {
  readonly #byKey = new Map<string, Channel>();
  /** How many listeners a channel has, live or catching up. */
  readonly #sizes = new Map<Channel, number>();
  readonly #byTopic = new Map<string | typeof ALL, Set<Channel>>();

  constructor(
    private readonly feed: EventFeed,
    private readonly turns: Turns,
  ) {}

  /** The channel of a view, for one more listener. */
  enter(view: StreamView): Channel {
    let channel = this.#byKey.get(view.key);
    if (!channel) {
      channel = new Channel(view, this.feed, this.turns);
      this.#byKey.set(view.key, channel);
      for (const topic of topicsOf(channel)) this.#at(topic).add(channel);
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
    for (const topic of topicsOf(channel)) {
      const channels = this.#at(topic);
      channels.delete(channel);
      if (channels.size === 0) this.#byTopic.delete(topic);
    }
  }

  /** Hands facts to those who hear of them. */
  broadcast(facts: readonly LoggedFact[]): void {
    const touched = new Set<Channel>();
    for (const fact of facts)
      for (const topic of [fact.topic, ALL] as const)
        for (const channel of this.#byTopic.get(topic) ?? []) {
          channel.add(fact);
          touched.add(channel);
        }
    for (const channel of touched) channel.flush();
  }

  /** Hands an ephemeral fact to those who are live, each once. */
  tell({ topics, type, data }: EphemeralFact): void {
    const heard = new Set<Channel>();
    for (const topic of [...topics, ALL] as const)
      for (const channel of this.#byTopic.get(topic) ?? []) heard.add(channel);
    if (heard.size === 0) return;
    const bytes = frame({ type, data: JSON.stringify(data) });
    for (const channel of heard) {
      channel.addEphemeral(bytes);
      channel.flush();
    }
  }

  /** Has all listeners read on by themselves: the feed could not see what comes next for them. */
  fallBehind(): void {
    for (const channel of this.#byKey.values()) channel.fallBehind();
  }

  #at(topic: string | typeof ALL): Set<Channel> {
    let channels = this.#byTopic.get(topic);
    if (!channels) this.#byTopic.set(topic, (channels = new Set()));
    return channels;
  }
}

const topicsOf = ({ view }: Channel): Iterable<string | typeof ALL> => view.topics ?? [ALL];
