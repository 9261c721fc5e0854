import type { TopicMatcher } from '@carillon/nestjs';
import { uriTemplateMatcher } from './uri-template.js';

/** The type of the authorization details (RFC 9396) of the Mercure protocol. */
const DETAIL = 'https://mercure.rocks/authorization-detail';
/** Authorization details of one token, and topics of each. */
const MAX_DETAILS = 100;
const MAX_TOPICS = 100;
const KINDS: readonly unknown[] = ['exact', 'urlpattern'];

export const ACTIONS = ['publish', 'subscribe'] as const;
type Action = (typeof ACTIONS)[number];

type Claims = Readonly<Record<string, unknown>>;

/** What a token grants, by action. */
export type TokenGrants = Readonly<Record<Action, readonly TopicMatcher[]>>;

/** The grants of a token are malformed, so the whole token is invalid. The message ends a sentence: it states why. */
export class InvalidGrants extends Error {
  override readonly name = 'InvalidGrants';
}

/**
 * The grants in the claims of a token: the authorization details of the Mercure protocol (draft-dunglas-mercure-08), and the
 * claim `mercure` of its earlier versions.
 *
 * @throws InvalidGrants they are malformed. A token is never accepted in part.
 */
export function grantsInClaims(claims: Claims): TokenGrants {
  const details = authorizationDetailsIn(claims);
  const earlier = earlierGrantsIn(claims['mercure']);
  const of = (action: Action): TopicMatcher[] => [
    ...details.filter(({ actions }) => actions.includes(action)).flatMap(({ topics }) => topics),
    ...earlier[action],
  ];
  return { publish: of('publish'), subscribe: of('subscribe') };
}

/**
 * The grants in the claim `mercure` of earlier versions of the protocol.
 *
 * @throws InvalidGrants they are malformed.
 */
export function earlierGrantsIn(mercure: unknown): TokenGrants {
  if (mercure === undefined) return { publish: [], subscribe: [] };
  if (!isObject(mercure)) throw new InvalidGrants('"mercure" must be an object');
  const of = (action: Action): TopicMatcher[] =>
    topicsIn(mercure[action], `"mercure.${action}"`).map(earlierMatcher);
  return { publish: of('publish'), subscribe: of('subscribe') };
}

/** What a token allows: some actions on some topics. */
export interface AuthorizationDetail {
  readonly actions: readonly unknown[];
  readonly topics: readonly TopicMatcher[];
  /** An object that belongs to the subscriptions to these topics. */
  readonly payload?: unknown;
}

/**
 * The authorization details of the Mercure protocol. Details of other types belong to other services.
 *
 * @throws InvalidGrants they are malformed.
 */
export function authorizationDetailsIn(claims: Claims): AuthorizationDetail[] {
  const claim = claims['authorization_details'];
  if (claim === undefined) return [];
  if (!Array.isArray(claim)) throw new InvalidGrants('"authorization_details" must be a list');
  if (!claim.every(isObject))
    throw new InvalidGrants('each entry of "authorization_details" must be an object');
  const own = claim.filter(({ type }) => type === DETAIL);
  if (own.length > MAX_DETAILS)
    throw new InvalidGrants(`"authorization_details" must have at most ${MAX_DETAILS} entries`);
  return own.map(detailOf);
}

function detailOf({ actions, topics, payload }: Json): AuthorizationDetail {
  if (!isFilledList(actions) || !actions.every((action) => typeof action === 'string'))
    throw new InvalidGrants('"actions" must be a list of at least one action');
  if (!isFilledList(topics) || topics.length > MAX_TOPICS)
    throw new InvalidGrants(`"topics" must be a list of 1 to ${MAX_TOPICS} topics`);
  if (payload !== undefined && !isObject(payload))
    throw new InvalidGrants('"payload" must be an object');
  return { actions, topics: topics.map(matcherIn), payload };
}

function matcherIn(topic: unknown): TopicMatcher {
  const { match, match_type: kind = 'exact' } = isObject(topic) ? topic : {};
  if (typeof match !== 'string') throw new InvalidGrants('"match" must be a topic or a pattern');
  if (!KINDS.includes(kind)) throw new InvalidGrants('"match_type" must be exact or urlpattern');
  return { kind: kind as TopicMatcher['kind'], pattern: match };
}

function topicsIn(list: unknown, name: string): string[] {
  if (list === undefined || list === null) return [];
  if (
    !Array.isArray(list) ||
    list.length > MAX_TOPICS ||
    !list.every((one) => typeof one === 'string')
  )
    throw new InvalidGrants(`${name} must be a list of at most ${MAX_TOPICS} topics`);
  return list;
}

/** Earlier versions of the protocol had topics and URI templates (RFC 6570). */
function earlierMatcher(topic: string): TopicMatcher {
  if (!topic.includes('{')) return { kind: 'exact', pattern: topic };
  const matcher = uriTemplateMatcher(topic);
  if (!matcher) throw new InvalidGrants('a URI template has an expression that is not supported');
  return matcher;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isFilledList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && value.length > 0;
