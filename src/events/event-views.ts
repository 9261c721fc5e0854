import { InvalidTopicMatcher, type TopicMatcher, TopicSelector } from '@carillon/nestjs';
import { type FoundView, Topics, TopicViews, UnknownTopic } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import { type Caller, subscriberOf, unauthenticated } from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { invalidParameters } from '../http/validation.js';
import { canonicalTopic } from './grants/canonical-topic.js';
import { checkSpelling } from './grants/topic-spelling.js';
import type { TopicsQuery } from './stream-query.js';

/** Finds the view of every event that a caller may see, or of the topics that they name. */
@Injectable()
export class EventViews {
  constructor(
    private readonly topics: Topics,
    private readonly views: TopicViews,
  ) {}

  /**
   * @param query the topics and patterns of the request. If it names none, the view includes every event that the caller
   *   may see.
   * @throws Problem `not-found`: a topic does not exist, or the caller may not see it. `invalid-parameter`: a topic or
   *   pattern is invalid. `unauthenticated`: the topics of features are closed to anonymous callers, who must name topics of
   *   other programs.
   */
  of(query: TopicsQuery, caller: Caller | undefined): FoundView {
    const subscriber = caller && {
      ...subscriberOf(caller),
      ...(query.granted === 'false' && NO_GRANTS),
    };
    const topics = query.topic.map((topic) => matcher('exact', canonicalTopic(topic, this.topics)));
    const patterns = query.match_urlpattern.map((pattern) => matcher('urlpattern', pattern));
    const named = [...topics, ...patterns];
    if (!caller && this.#needsSignIn(named)) throw unauthenticated(SIGN_IN_OR_NAME);
    try {
      named.forEach(checkSpelling);
      const view =
        named.length === 0 ? this.views.all(subscriber) : this.views.of(named, subscriber);
      return view instanceof Promise ? view.catch(throwProblem) : view;
    } catch (error) {
      return throwProblem(error);
    }
  }

  /** Whether no feature has a topic for anonymous callers, and they ask for one. */
  #needsSignIn(named: readonly TopicMatcher[]): boolean {
    if (this.topics.common(false).length > 0) return false;
    const isOfFeature = ({ kind, pattern }: TopicMatcher): boolean =>
      kind === 'exact' && this.topics.isRegistered(pattern);
    return named.length === 0 || named.some(isOfFeature);
  }
}

const SIGN_IN_OR_NAME =
  'Sign in, and send the token as Authorization: Bearer or in the session cookie. Without it, name topics of other programs: they deliver their public events.';

const NO_GRANTS = { grants: TopicSelector.none };

const matcher = (kind: TopicMatcher['kind'], pattern: string): TopicMatcher => ({ kind, pattern });

function throwProblem(error: unknown): never {
  if (error instanceof UnknownTopic) throw new Problem('not-found', error.message);
  if (!(error instanceof InvalidTopicMatcher)) throw error;
  const field = error.matcher.kind === 'exact' ? 'topic' : 'match_urlpattern';
  throw invalidParameters([{ field, detail: error.mistake }]);
}
