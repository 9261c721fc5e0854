import { Injectable } from '@nestjs/common';
import { topicMistake } from '../engine/topic-name.js';
import { CarillonOptions } from '../options.js';
import { EventTopics } from './event-topics.js';
import { ANY_TOPIC, InvalidTopicMatcher, type TopicMatcher } from './topic-matcher.js';
import { TopicSelector } from './topic-selector.js';
import { UrlPattern } from './url-pattern.js';

/** The most URL patterns of one selector. */
const MAX_PATTERNS = 1000;
/** The most instructions of all of them: what they cost for each character of a topic. */
const MAX_SIZE = 2000;
/** Compiled patterns that are kept for the next selector with the same ones. */
const KEPT = 10_000;

/** Builds selectors from matchers. Relative URL patterns and topics are resolved against the option `topicBase`. */
@Injectable()
export class TopicSelectors {
  /** The least recently used pattern comes first. */
  readonly #patterns = new Map<string, UrlPattern>();
  readonly #base: string;

  constructor({ topicBase }: CarillonOptions) {
    this.#base = topicBase;
  }

  /**
   * @throws InvalidTopicMatcher a matcher is malformed, or its evaluation would cost too much.
   */
  of(matchers: Iterable<TopicMatcher>): TopicSelector {
    const exact = new Set<string>();
    const patterns = new Map<string, UrlPattern>();
    let isAll = false;
    for (const { kind, pattern } of matchers) {
      if (pattern === ANY_TOPIC) isAll = true;
      else if (kind === 'exact') exact.add(checked({ kind, pattern }).pattern);
      else patterns.set(pattern, this.#compiled(pattern));
    }
    checkCost([...patterns.values()]);
    // In order, so that selectors of the same matchers have the same key.
    const inOrder = (one: UrlPattern, other: UrlPattern) => (one.source < other.source ? -1 : 1);
    return new TopicSelector(
      isAll,
      new Set([...exact].toSorted()),
      [...patterns.values()].toSorted(inOrder),
      this.#base,
    );
  }

  /** The topics of one event, for the evaluation of any number of selectors. */
  eventTopics(topics: readonly string[]): EventTopics {
    return new EventTopics(topics, this.#base);
  }

  #compiled(source: string): UrlPattern {
    const known = this.#patterns.get(source);
    const pattern = known ?? new UrlPattern(source, this.#base);
    this.#patterns.delete(source);
    this.#patterns.set(source, pattern);
    if (this.#patterns.size > KEPT) this.#patterns.delete(this.#patterns.keys().next().value!);
    return pattern;
  }
}

function checked(matcher: TopicMatcher): TopicMatcher {
  const mistake = topicMistake(matcher.pattern);
  if (mistake !== undefined) throw new InvalidTopicMatcher(matcher, mistake);
  return matcher;
}

/** @throws InvalidTopicMatcher it names the pattern at which the maximum is exceeded. */
function checkCost(patterns: readonly UrlPattern[]): void {
  let size = 0;
  for (const [index, pattern] of patterns.entries()) {
    const { matcher } = pattern;
    if (index === MAX_PATTERNS)
      throw new InvalidTopicMatcher(matcher, `must be one of ${MAX_PATTERNS} patterns at most`);
    size += pattern.size;
    if (size > MAX_SIZE)
      throw new InvalidTopicMatcher(
        matcher,
        'must be simpler, or one of fewer with regular expressions or optional parts',
      );
  }
}
