import type { SubscriptionsTable } from '../engine/schema.js';

interface Sight {
  readonly term: number;
  readonly renewals: number;
  /** When this state was first seen, by the monotonic clock. */
  readonly since: number;
}

/** Measures how long ago the owners of subscriptions renewed their leases. */
export class SilenceMeter {
  readonly #seen = new Map<string, Sight>();

  /** @param lease milliseconds without a renewal after which an owner counts as dead. */
  constructor(private readonly lease: number) {}

  /** Whether a subscription, in the state that was just read, can be claimed. */
  isFree({ name, owner, term, renewals }: SubscriptionsTable): boolean {
    const now = performance.now();
    const seen = this.#seen.get(name);
    const isSame = seen?.term === term && seen.renewals === renewals;
    if (!isSame) this.#seen.set(name, { term, renewals, since: now });
    return owner === null || (isSame && now - seen.since >= this.lease);
  }
}
