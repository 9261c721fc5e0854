import type { AddressedEvent } from '../log/event-log.js';
import type { Topics } from '../log/topics.js';
import { topicsOf } from '../log/topics-of.js';
import type { EventTopics } from '../topics/event-topics.js';
import type { TopicSelectors } from '../topics/topic-selectors.js';

/** The topics of one event. */
export interface StreamTopics {
  readonly all: readonly string[];
  /** Those that no feature has registered; `undefined` if there are none. Only they are compared with matchers. */
  readonly others: EventTopics | undefined;
}

/** Finds out which topics of events belong to features. */
export class StreamTopicsReader {
  constructor(
    private readonly topics: Topics,
    private readonly selectors: TopicSelectors,
  ) {}

  ofEvent(event: AddressedEvent): StreamTopics {
    return this.of(topicsOf(event));
  }

  of(all: readonly string[]): StreamTopics {
    const others = all.filter((topic) => !this.topics.isRegistered(topic));
    return { all, others: others.length > 0 ? this.selectors.eventTopics(others) : undefined };
  }
}
