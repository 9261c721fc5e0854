import type { Schema } from '../api/api.js';

export type PresenceChange = Schema<'PresenceChange'>;

export function foldPresence(
  online: ReadonlySet<string>,
  { online: come, offline: gone, complete }: PresenceChange,
): ReadonlySet<string> {
  const next = new Set(complete ? come : [...online, ...come]);
  for (const userId of gone) next.delete(userId);
  return next;
}
