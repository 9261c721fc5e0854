import { type Observable, Subject } from 'rxjs';
import { Channel } from './channel.js';
import type { EphemeralFact } from './ephemerals.js';
import type { EncodedPages } from './encoded-pages.js';
import type { EventFeed } from './event-feed.js';
import type { LoggedFact } from './event-log.js';
import { frame } from './frames.js';
import type { ChangeInOrder, Rights } from './rights.js';
import { SetIndex } from './set-index.js';
import { isPersonal, type PersonalView, type StreamView } from './stream-view.js';
import type { Turns } from './turns.js';

/** What all channels share. */
interface Context {
  readonly feed: EventFeed;
  readonly rights: Rights;
  readonly turns: Turns;
  readonly pages: EncodedPages;
}

/** All channels that someone listens to, found by topic: a fact costs only those who hear of it. */
export class Channels {
  readonly #byKey = new Map<string, Channel>();
  /** How many listeners a channel has, live or catching up. */
  readonly #sizes = new Map<Channel, number>();
  readonly #byTopic = new SetIndex<string, Channel>();
  readonly #byPerson = new SetIndex<string, Channel>();
  readonly #refused = new Subject<Channel>();
  readonly #endedSessions = new Subject<string>();

  constructor(private readonly context: Context) {}

  /** One whose listeners have named a topic that is theirs no more, and who hear of nothing that would say so. */
  get refused(): Observable<Channel> {
    return this.#refused;
  }

  /** A session that has ended, or a user whose sign-ins have: all that stands before that was handed on, and nothing behind it. */
  get endedSessions(): Observable<string> {
    return this.#endedSessions;
  }

  /** The views of a person that someone listens to. */
  viewsOf(userId: string): PersonalView[] {
    return Array.from(this.#byPerson.get(userId), ({ view }) => view).filter(isPersonal);
  }

  /** The channel of a view, for one more listener. The feed has reached the position of the person's rights. */
  enter(view: StreamView): Channel {
    let channel = this.#byKey.get(view.key);
    if (!channel) {
      const { feed, rights, turns, pages } = this.context;
      channel = new Channel(view, feed, turns, pages);
      this.#byKey.set(view.key, channel);
      for (const topic of channel.topics) this.#byTopic.add(topic, channel);
      if (view.person) {
        this.#byPerson.add(view.person.userId, channel);
        for (const change of rights.changesSince(view.person)) this.#change(channel, change);
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
    for (const topic of channel.topics) this.#byTopic.delete(topic, channel);
    if (channel.view.person) this.#byPerson.delete(channel.view.person.userId, channel);
  }

  /** Hands facts to those who hear of them. What a fact changes in that holds for those behind it. */
  broadcast(facts: readonly LoggedFact[]): void {
    const touched = new Set<Channel>();
    for (const fact of facts) {
      this.#changeBy(fact);
      for (const channel of this.#withTopic(fact.topic)) {
        if (!channel.includes(fact)) continue;
        channel.add(fact);
        touched.add(channel);
      }
      const ended = this.context.rights.sessionEndedBy(fact);
      if (ended === undefined) continue;
      flush(touched);
      this.#endedSessions.next(ended);
    }
    flush(touched);
  }

  /** Hands an ephemeral fact to those who are live, each once. */
  tell({ topics, view, type, data }: EphemeralFact): void {
    const heard = view === undefined ? this.#granted(topics) : this.#ofView(view);
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

  #granted(topics: readonly string[]): Set<Channel> {
    const granted = new Set<Channel>();
    for (const topic of topics)
      for (const channel of this.#withTopic(topic))
        if (channel.isGranted(topic)) granted.add(channel);
    return granted;
  }

  #ofView(key: string): Set<Channel> {
    const channel = this.#byKey.get(key);
    return new Set(channel ? [channel] : []);
  }

  #withTopic(topic: string): Iterable<Channel> {
    return this.#byTopic.get(topic);
  }

  #changeBy(fact: LoggedFact): void {
    for (const change of this.context.rights.observe(fact))
      for (const channel of this.#byPerson.get(change.userId)) this.#change(channel, change);
  }

  #change(channel: Channel, change: ChangeInOrder): void {
    const { topic, granted } = change;
    const { named } = channel.view;
    if (named && !named.has(topic)) return;
    channel.change(change);
    if (named && !granted) this.#refused.next(channel);
    if (granted) this.#byTopic.add(topic, channel);
    else this.#byTopic.delete(topic, channel);
  }
}

function flush(channels: Set<Channel>): void {
  for (const channel of channels) channel.flush();
  channels.clear();
}
