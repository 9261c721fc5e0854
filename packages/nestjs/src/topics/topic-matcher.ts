/** An expression that selects topics. The pattern `*` selects every topic, whatever its kind is. */
export interface TopicMatcher {
  /**
   * `exact`: the topic itself. `urlpattern`: a pattern of the URL Pattern Standard, such as `https://example.com/orders/:id`
   * or `orders/*`. Relative patterns and relative topics are resolved against the option `topicBase`.
   */
  readonly kind: 'exact' | 'urlpattern';
  readonly pattern: string;
}

export const ANY_TOPIC = '*';

const SHOWN = 100;

/** A matcher is malformed or too long, or its evaluation would cost too much. */
export class InvalidTopicMatcher extends Error {
  override readonly name = 'InvalidTopicMatcher';

  /** @param mistake the end of a sentence: `must …`. */
  constructor(
    readonly matcher: TopicMatcher,
    readonly mistake: string,
  ) {
    const { kind, pattern } = matcher;
    const shown = pattern.length > SHOWN ? `${pattern.slice(0, SHOWN)}…` : pattern;
    super(`The ${kind} matcher "${shown.toWellFormed()}" ${mistake}.`);
  }
}
