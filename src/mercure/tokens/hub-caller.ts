import type { Caller, TopicSelector } from '@carillon/nestjs';

/** What a token says about the subscriptions that some matchers select. */
export interface SubscriptionPayload {
  readonly topics: TopicSelector;
  /** JSON; `undefined` for none. */
  readonly payload: unknown;
}

/** The holder of an access token. */
export interface HubCaller {
  /** Identifies the caller in the log and in limits. */
  readonly id: string;
  /** When the token expires, in milliseconds since the epoch; `Infinity` for never. */
  readonly expiresAt: number;
  readonly publish: TopicSelector;
  readonly subscribe: TopicSelector;
  /** In the order of the token: the first that selects a matcher counts. */
  readonly payloads: readonly SubscriptionPayload[];
}

/** The caller as the engine identifies the owner of a stream. */
export const subscriberOf = ({ id, expiresAt, subscribe }: HubCaller): Caller => ({
  id,
  expiresAt: Number.isFinite(expiresAt) ? expiresAt : undefined,
  grants: subscribe,
  isService: true,
});

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by `HubAccess`; `undefined` for an anonymous subscriber. */
    hubCaller?: HubCaller;
  }
}
