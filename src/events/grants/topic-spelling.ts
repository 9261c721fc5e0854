import { InvalidTopicMatcher, type TopicMatcher } from '@carillon/nestjs';

const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const DOT_SEGMENT = /^(\.|%2e){1,2}$/i;

/**
 * Says what is wrong with the spelling of a topic or pattern, as the end of a sentence: `must …`. URL patterns match a topic as
 * a URL, which has none of this, while exact subscribers compare its characters: they would miss what a pattern permits.
 */
export function spellingMistake(topic: string): string | undefined {
  if (topic.trim() !== topic) return 'must not start or end with white space';
  const [path] = topic.split(/[?#]/, 1);
  const isRelative = !SCHEME.test(topic);
  return isRelative && path!.split(/[/\\]/).some((segment) => DOT_SEGMENT.test(segment))
    ? 'must be the whole path, such as orders/42, without the segments "." and ".."'
    : undefined;
}

/** @throws InvalidTopicMatcher its spelling is wrong. */
export function checkSpelling(matcher: TopicMatcher): void {
  const mistake = spellingMistake(matcher.pattern);
  if (mistake !== undefined) throw new InvalidTopicMatcher(matcher, mistake);
}
