import { EventTopics } from './event-topics.js';
import { ANY_TOPIC, type TopicMatcher } from './topic-matcher.js';
import type { UrlPattern } from './url-pattern.js';

/** A set of topics, as matchers select it. `TopicSelectors.of` builds it; requests may share one. */
export class TopicSelector {
  /** Selects no topic. */
  static readonly none = new TopicSelector(false, new Set(), [], '');

  constructor(
    /** Whether it selects every topic. */
    readonly isAll: boolean,
    readonly exact: ReadonlySet<string>,
    readonly patterns: readonly UrlPattern[],
    private readonly base: string,
  ) {}

  get isEmpty(): boolean {
    return !this.isAll && this.exact.size === 0 && this.patterns.length === 0;
  }

  get matchers(): readonly TopicMatcher[] {
    return [
      ...(this.isAll ? [{ kind: 'exact', pattern: ANY_TOPIC } as const] : []),
      ...[...this.exact].map((pattern) => ({ kind: 'exact', pattern }) as const),
      ...this.patterns.map(({ source }) => ({ kind: 'urlpattern', pattern: source }) as const),
    ];
  }

  /** Whether it selects one of some topics. */
  matches(topics: readonly string[]): boolean {
    return this.selects(new EventTopics(topics, this.base));
  }

  /** Whether it selects one of an event's topics. */
  selects(event: EventTopics): boolean {
    if (this.isAll) return true;
    if (this.exact.size > 0 && event.topics.some((topic) => this.exact.has(topic))) return true;
    return this.patterns.some((pattern) => event.match(pattern));
  }

  /** A matcher that selects one of an event's topics: an exact one if possible, `*` only if there is no other. */
  matcherFor(event: EventTopics): TopicMatcher | undefined {
    const topic = event.topics.find((each) => this.exact.has(each));
    if (topic !== undefined) return { kind: 'exact', pattern: topic };
    const pattern = this.patterns.find((each) => event.match(each));
    if (pattern) return { kind: 'urlpattern', pattern: pattern.source };
    return this.isAll ? { kind: 'exact', pattern: ANY_TOPIC } : undefined;
  }
}
