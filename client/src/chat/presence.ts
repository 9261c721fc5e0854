/** As the stream tells it: all who are here, or who has come and gone. */
export interface PresenceChange {
  readonly online: readonly string[];
  readonly offline: readonly string[];
  readonly complete: boolean;
}

export function foldPresence(
  online: ReadonlySet<string>,
  { online: come, offline: gone, complete }: PresenceChange,
): ReadonlySet<string> {
  const next = new Set(complete ? come : [...online, ...come]);
  for (const userId of gone) next.delete(userId);
  return next;
}
