import type { TopicMatcher } from '@carillon/nestjs';
import { uriTemplateMatcher } from '../../events/grants/uri-template.js';
import { invalidParameters } from '../../http/validation.js';
import { type FormParameters, parseForm, valuesOf } from '../hub/form-parameters.js';

/** The most matchers of one stream. */
const MAX_MATCHERS = 100;

const KINDS: Readonly<Record<string, TopicMatcher['kind']>> = {
  match: 'exact',
  match_exact: 'exact',
  match_urlpattern: 'urlpattern',
};
/** The whole namespace is reserved, so that a wrong name does not go unnoticed. */
const RESERVED = /^match/i;
const EARLIER = 'topic';

/** A matcher of a request, and the name of its parameter. */
export interface RequestedMatcher extends TopicMatcher {
  readonly parameter: string;
}

/** What a subscriber asks for. */
export interface SubscriptionQuery {
  readonly matchers: readonly RequestedMatcher[];
  readonly lastEventId: string | undefined;
}

/**
 * Reads the query of a subscription.
 *
 * @param isCompatible whether parameters of earlier versions are read.
 * @throws Problem `invalid-parameter`
 */
export function subscriptionQuery(query: string, isCompatible: boolean): SubscriptionQuery {
  const parameters = formOf(query);
  const matchers = parameters.flatMap(([name, value]) => matcherOf(name, value, isCompatible));
  if (matchers.length === 0) throw wrong('match', 'is missing');
  if (matchers.length > MAX_MATCHERS)
    throw wrong('match', `must not be repeated more than ${MAX_MATCHERS} times`);
  const names = ['last_event_id', ...(isCompatible ? ['lastEventID', 'Last-Event-ID'] : [])];
  const lastEventId = names.flatMap((name) => valuesOf(parameters, name)).find(Boolean);
  return { matchers, lastEventId };
}

function formOf(query: string): FormParameters {
  try {
    return parseForm(query);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw wrong('The query', 'must be UTF-8');
  }
}

function matcherOf(name: string, pattern: string, isCompatible: boolean): RequestedMatcher[] {
  if (name === EARLIER) return isCompatible ? [earlierMatcher(pattern)] : [];
  if (!RESERVED.test(name)) return [];
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (!kind)
    throw wrong(name, 'is an unknown kind of matcher; there are match and match_urlpattern');
  return [{ parameter: name, kind, pattern }];
}

/** Earlier versions of the protocol had topics and URI templates (RFC 6570). */
function earlierMatcher(topic: string): RequestedMatcher {
  if (!topic.includes('{')) return { parameter: EARLIER, kind: 'exact', pattern: topic };
  const matcher = uriTemplateMatcher(topic);
  if (!matcher) throw wrong(EARLIER, 'has an expression that is not supported');
  return { parameter: EARLIER, ...matcher };
}

export const wrong = (field: string, detail: string) => invalidParameters([{ field, detail }]);
