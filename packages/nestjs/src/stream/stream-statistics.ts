import { Histogram, SECONDS } from '../engine/histogram.js';

/** Why a client got a reset: its cursor is older than the events that are kept, or it does not belong to the log. */
export type ResetReason = 'expired' | 'unknown';

/**
 * Why a stream has closed.
 *
 * - `client`: the client has left, or the network broke.
 * - `shutdown`, `lifetime`: it got a closing frame and comes back.
 * - `sign-in`: the sign-in of its caller has ended or expired.
 * - `permissions`: a topic that it names was revoked, or its permissions are to be read again.
 * - `stalled`: the client took nothing for too long.
 * - `backlog`: too many bytes waited in all sockets together.
 * - `unreadable`: the log could not be read.
 */
export type CloseReason =
  | 'client'
  | 'shutdown'
  | 'lifetime'
  | 'sign-in'
  | 'permissions'
  | 'stalled'
  | 'backlog'
  | 'unreadable';

/** Limits of `StreamOptions` that refuse a stream or page, or shorten a replay. */
export type StreamLimit = 'max' | 'maxPerNetwork' | 'maxPerUser' | 'anonymousReplay';

/** Why a stream is closed instead of opened: a limit, a shutdown, or a database that does not respond. */
export type RefusalReason = 'limit' | 'shutdown' | 'unavailable';

/** Counts what happens in the streams of this process. Deliveries count with plain additions, some ns for each. */
export class StreamStatistics {
  opened = 0;
  /** Events handed to connections, once for each subscriber. */
  deliveries = 0;
  /** Writes to connections. Events that are ready together leave in one. */
  writes = 0;
  /** Bytes of all frames, without the framing of HTTP. */
  bytes = 0;
  /** How often each limit was exceeded. */
  readonly limits: Record<StreamLimit, number> = {
    max: 0,
    maxPerNetwork: 0,
    maxPerUser: 0,
    anonymousReplay: 0,
  };
  readonly refusals: Record<RefusalReason, number> = { limit: 0, shutdown: 0, unavailable: 0 };
  readonly resets: Record<ResetReason, number> = { expired: 0, unknown: 0 };
  readonly closes: Record<CloseReason, number> = {
    client: 0,
    shutdown: 0,
    lifetime: 0,
    'sign-in': 0,
    permissions: 0,
    stalled: 0,
    backlog: 0,
    unreadable: 0,
  };
  /** Seconds from recording an event until its channel has handed it to the last of its live subscribers. */
  readonly lag = new Histogram(SECONDS);

  /** How many streams are open. */
  get open(): number {
    return Object.values(this.closes).reduce((open, closed) => open - closed, this.opened);
  }
}
