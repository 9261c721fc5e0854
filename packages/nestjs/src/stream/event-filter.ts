import type { LoggedEvent } from '../log/event-log.js';
import type { ChangeInOrder } from '../log/topic-permissions.js';
import type { StreamTopics } from './stream-topics.js';
import type { StreamView } from './stream-view.js';
import { type TopicPositions, TopicStarts } from './topic-starts.js';

/** Decides which events a view includes, as the permissions of its user change. */
export class EventFilter {
  /**
   * The topics of features that it includes now, each from a position on. They are those of the view until they change: a
   * copy for each stream would take 1 KB for 20 topics.
   */
  #topics: TopicPositions;

  constructor(private readonly view: StreamView) {
    this.#topics = view.topics;
  }

  /** The topics of features that it includes now. */
  get topics(): Iterable<string> {
    return this.#topics.keys();
  }

  hasTopic(topic: string): boolean {
    return this.#topics.has(topic);
  }

  includes(event: LoggedEvent, topics: StreamTopics): boolean {
    for (const topic of topics.all)
      if (event.position > (this.#topics.get(topic) ?? Infinity)) return true;
    return this.#includesOther(topics, event.private === 1);
  }

  /** Whether the view includes a transient event now. */
  includesTransient(topics: StreamTopics, isPrivate: boolean): boolean {
    return (
      topics.all.some((topic) => this.#topics.has(topic)) || this.#includesOther(topics, isPrivate)
    );
  }

  /** Includes a topic from a position on, or no longer. */
  change({ topic, granted, position }: ChangeInOrder): void {
    const topics = new Map(
      Array.from(this.#topics.keys(), (name) => [name, this.#topics.get(name)!]),
    );
    if (granted) topics.set(topic, position);
    else topics.delete(topic);
    this.#topics = TopicStarts.of(topics);
  }

  /** An event is delivered to those who ask for one of its topics; a private one only if one of them is granted, too. */
  #includesOther({ others }: StreamTopics, isPrivate: boolean): boolean {
    if (!others || !this.view.others) return false;
    const { requested, granted } = this.view.others;
    if (!requested.selects(others)) return false;
    return !isPrivate || requested === granted || granted.selects(others);
  }
}
