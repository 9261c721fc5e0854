import { PatternIndex } from '../topics/pattern-index.js';
import type { Channel } from './channel.js';
import { SetIndex } from './set-index.js';
import type { StreamTopics } from './stream-topics.js';

/** Finds the channels that may include an event: it costs only those, and one evaluation of each distinct pattern. */
export class ChannelIndex {
  /** By the features' topics that they include. */
  readonly #byTopic = new SetIndex<string, Channel>();
  /** By the other topics that they name. */
  readonly #byRequested = new SetIndex<string, Channel>();
  readonly #byPattern = new PatternIndex<Channel>();
  /** Those that ask for every topic. */
  readonly #ofAll = new Set<Channel>();

  add(channel: Channel): void {
    for (const topic of channel.topics) this.#byTopic.add(topic, channel);
    const requested = channel.view.others?.requested;
    if (requested?.isAll) this.#ofAll.add(channel);
    for (const topic of requested?.exact ?? []) this.#byRequested.add(topic, channel);
    for (const pattern of requested?.patterns ?? []) this.#byPattern.add(pattern, channel);
  }

  delete(channel: Channel): void {
    for (const topic of channel.topics) this.#byTopic.delete(topic, channel);
    const requested = channel.view.others?.requested;
    this.#ofAll.delete(channel);
    for (const topic of requested?.exact ?? []) this.#byRequested.delete(topic, channel);
    for (const pattern of requested?.patterns ?? []) this.#byPattern.delete(pattern, channel);
  }

  /** A topic of a feature was granted to a channel. */
  addTopic(topic: string, channel: Channel): void {
    this.#byTopic.add(topic, channel);
  }

  /** A topic of a feature was revoked. */
  deleteTopic(topic: string, channel: Channel): void {
    this.#byTopic.delete(topic, channel);
  }

  /** Each channel once. Those that it finds for features' topics alone include them now. */
  find({ all, others }: StreamTopics): Iterable<Channel> {
    const areNamesEnough = this.#byPattern.isEmpty && this.#ofAll.size === 0;
    if (all.length === 1 && !others) return this.#byTopic.get(all[0]!);
    if (all.length === 1 && areNamesEnough) return this.#byRequested.get(all[0]!);
    const found = new Set(all.flatMap((topic) => [...this.#byTopic.get(topic)]));
    if (!others) return found;
    for (const topic of others.topics)
      for (const channel of this.#byRequested.get(topic)) found.add(channel);
    for (const channel of this.#ofAll) found.add(channel);
    for (const channel of this.#byPattern.find(others)) found.add(channel);
    return found;
  }
}
