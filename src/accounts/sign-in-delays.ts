/** How failures slow down further attempts. Times are milliseconds. */
export interface Policy {
  /** Failures before the first delay. */
  readonly free: number;
  /** The first delay; each further failure doubles it. */
  readonly first: number;
  readonly longest: number;
  /** The time after which one failure is forgotten. */
  readonly forgetsEvery: number;
}

/** Failures that are forgotten evenly, as one time (GCRA, ITU-T I.371). Times are milliseconds since the epoch. */
export interface Failures {
  /** When the last one is forgotten, if none is added. */
  readonly forgottenAt: number;
  readonly blockedUntil: number;
}

/** Milliseconds until the next attempt may begin. A clock that was set back does not make it longer than the longest delay. */
export function waitOf(failures: Failures | undefined, { longest }: Policy, now: number): number {
  const wait = (failures?.blockedUntil ?? now) - now;
  return wait > 0 && wait <= longest ? wait : 0;
}

/** Adds a failure. Failures that would not make the delay longer are not counted. */
export function withFailure(
  failures: Failures | undefined,
  { free, first, longest, forgetsEvery }: Policy,
  now: number,
): Failures {
  const most = free + Math.ceil(Math.log2(longest / first));
  const before = Math.max(0, (failures?.forgottenAt ?? now) - now) / forgetsEvery;
  const count = Math.min(before + 1, most);
  const doublings = Math.ceil(count) - free;
  const delay = doublings < 0 ? 0 : Math.min(longest, first * 2 ** doublings);
  return { forgottenAt: now + Math.round(count * forgetsEvery), blockedUntil: now + delay };
}

/** Removes a failure, because the attempt did not fail. */
export const withoutFailure = ({ forgottenAt }: Failures, { forgetsEvery }: Policy): Failures => ({
  forgottenAt: forgottenAt - forgetsEvery,
  blockedUntil: 0,
});
