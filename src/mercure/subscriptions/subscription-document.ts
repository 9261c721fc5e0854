import type { PublishedEvent } from '@carillon/nestjs';
import { HUB_PATH, HUB_TYPE } from '@carillon/nestjs/internal';
import { randomUUID } from 'node:crypto';
import type { StoredSubscription } from './subscriptions.repository.js';

export const SUBSCRIPTIONS_PATH = `${HUB_PATH}/subscriptions`;

type Name = Pick<StoredSubscription, 'match_type' | 'match'> & { readonly subscriber?: string };

/** A subscription as the API and the events of subscriptions show it. */
export interface SubscriptionDocument {
  readonly id: string;
  readonly type: 'subscription';
  readonly match_type: string;
  readonly match: string;
  readonly subscriber: string;
  readonly active: boolean;
  readonly payload?: unknown;
}

/** The address of a subscription, or of all subscriptions with one matcher. It is a topic, too. */
export const pathOf = ({ match_type, match, subscriber }: Name): string =>
  [
    SUBSCRIPTIONS_PATH,
    ...[match_type, match, ...(subscriber ? [subscriber] : [])].map(expanded),
  ].join('/');

/** Percent-encodes everything that is not unreserved (RFC 6570, 3.2.2). */
const expanded = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.codePointAt(0)!.toString(16).toUpperCase()}`,
  );

export function documentOf(row: StoredSubscription, active: boolean): SubscriptionDocument {
  const { match_type, match, subscriber, payload } = row;
  return {
    id: pathOf(row),
    type: 'subscription',
    match_type,
    match,
    subscriber,
    active,
    ...(payload !== null && { payload: JSON.parse(payload) as unknown }),
  };
}

/** The update that a subscription was created or has ended. */
export const changeOf = (row: StoredSubscription, active: boolean): PublishedEvent => ({
  topics: [pathOf(row)],
  type: HUB_TYPE,
  data: JSON.stringify(documentOf(row, active)),
  format: 'json',
  private: true,
  publicId: `urn:uuid:${randomUUID()}`,
});
