import type { TopicMatcher } from '@carillon/nestjs';

/** What makes a text a URL pattern: a wildcard, a group, an escape, or a named segment such as `/:id`. */
const PATTERN_SYNTAX = /[*(){}\\]|(^|\/):[\p{ID_Start}$_]/u;

/**
 * Whether a topic, or every topic of a pattern, belongs to a feature.
 *
 * @param reserved the first segments of the topics of features.
 */
export const isOfFeature = (pattern: string, reserved: readonly string[]): boolean =>
  reserved.includes(pattern.split('/', 1)[0]!);

/** Every character with a meaning in URL patterns. */
const SPECIAL = /[*+?:{}()\\]/g;
/** Even an escaped one would end a scheme, a host or a path, but not in a group. */
const DELIMITERS = ':?';

/**
 * A topic, or the URL pattern of several topics, as operators write it: `orders/42`, `orders/*`, or `*` for every topic.
 */
export const matcherOf = (pattern: string): TopicMatcher => ({
  kind: PATTERN_SYNTAX.test(pattern) ? 'urlpattern' : 'exact',
  pattern,
});

/** A text as a part of a URL pattern that stands for itself. */
export const escapedInPattern = (text: string): string =>
  text.replace(SPECIAL, (character) =>
    DELIMITERS.includes(character) ? `{\\${character}}` : `\\${character}`,
  );
