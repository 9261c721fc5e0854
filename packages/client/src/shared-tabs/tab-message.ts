import { FollowError } from '../errors.js';
import type { FollowStatus } from '../options.js';
import type { SharedEvent } from './recent-events.js';

/** What tabs say to each other. `to` names one tab; without it, a message is for all. */
export type TabMessage = { readonly from: string; readonly to?: string } & (
  | { readonly kind: 'events'; readonly events: readonly SharedEvent[] }
  | { readonly kind: 'transient'; readonly type: string; readonly text: string }
  | { readonly kind: 'welcome'; readonly type: string; readonly value: unknown }
  | { readonly kind: 'status'; readonly status: FollowStatus }
  /** Asks the leader for the events after a cursor; `null` asks only whether it is there. */
  | { readonly kind: 'since'; readonly cursor: string | null }
  /** The leader does not have the events that were asked for. */
  | { readonly kind: 'unknown' }
  /** This tab leads from now on. */
  | { readonly kind: 'leading' }
  /** The leader has read a new snapshot. */
  | { readonly kind: 'restarted' }
  /** The leader is to connect now. */
  | { readonly kind: 'reconnect' }
);

/** A status as it can be cloned: of an error, only its standard properties survive. */
export function sendable(status: FollowStatus): FollowStatus {
  if (!('error' in status) || !status.error) return status;
  const { code, message } = status.error;
  return { ...status, error: { code, message } as FollowError };
}

export function received(status: FollowStatus): FollowStatus {
  if (!('error' in status) || !status.error) return status;
  return { ...status, error: new FollowError(status.error.code, status.error.message) };
}
