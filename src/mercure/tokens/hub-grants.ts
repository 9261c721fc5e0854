import { TopicSelectors } from '@carillon/nestjs';
import type { JWTPayload } from 'jose';
import {
  authorizationDetailsIn,
  earlierGrantsIn,
  InvalidGrants,
  type TokenGrants,
} from '../../events/grants/token-grants.js';
import type { HubCaller, SubscriptionPayload } from './hub-caller.js';
import type { VerifiedToken } from './token-verifier.js';

/** The name of the claim of earlier versions at issuers that accept only URLs as names of own claims. */
const NAMESPACED = 'https://mercure.rocks/';
const ANY = { kind: 'exact', pattern: '*' } as const;

/**
 * What a verified token grants.
 *
 * @throws InvalidGrants or InvalidTopicMatcher: a part of its grants is malformed, so nothing of it counts.
 */
export function grantsOf(
  { claims, isEarlier }: VerifiedToken,
  selectors: TopicSelectors,
): Pick<HubCaller, 'publish' | 'subscribe' | 'payloads'> {
  const details = authorizationDetailsIn(claims);
  const earlier = isEarlier ? earlierClaimIn(claims) : undefined;
  const of = (action: keyof TokenGrants) =>
    selectors.of([
      ...details.filter(({ actions }) => actions.includes(action)).flatMap(({ topics }) => topics),
      ...(earlier?.grants[action] ?? []),
    ]);
  const payloads: SubscriptionPayload[] = details
    .filter(({ actions }) => actions.includes('subscribe'))
    .map(({ topics, payload }) => ({ topics: selectors.of(topics), payload }));
  if (earlier?.payload !== undefined)
    payloads.push({ topics: selectors.of([ANY]), payload: earlier.payload });
  return { publish: of('publish'), subscribe: of('subscribe'), payloads };
}

/** The claim `mercure` of earlier versions, which some issuers can only write as a text. Its payload is for all subscriptions. */
function earlierClaimIn(claims: JWTPayload): { grants: TokenGrants; payload: unknown } {
  const claim = claims[NAMESPACED] ?? claims['mercure'];
  const mercure = typeof claim === 'string' ? parsed(claim) : claim;
  return {
    grants: earlierGrantsIn(mercure),
    payload: (Object(mercure) as { payload?: unknown }).payload,
  };
}

function parsed(claim: string): unknown {
  try {
    return JSON.parse(claim);
  } catch {
    throw new InvalidGrants('"mercure" must be an object');
  }
}
